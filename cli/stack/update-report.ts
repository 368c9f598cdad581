/** Reports how an update ended, and why it failed. */
import chalk from "chalk";
import { showFindings } from "../terminal/findings-text";
import { ToolError } from "../tools/failure";
import { explainStack } from "./findings";
import { type Look, lookAt } from "./look";
import { changesText, type Updated } from "./update-with-progress";

/** Prints the result of an update and, after a failure, the reasons. @throws ToolError after a failure. */
export async function report(stack: string, result: Updated): Promise<void> {
  const { exitCode, signal, changes, seconds } = result;
  if (exitCode === 0) {
    process.stdout.write(
      `${chalk.green(`${stack} is up to date`)}: ${changesText(changes)}, in ${Math.round(seconds)} s.\n`,
    );
    return;
  }
  if (signal !== undefined)
    throw new ToolError(
      `pulumi was terminated by ${signal} after ${Math.round(seconds)} s: its operations are unfinished, and its lock may still exist\n  To repair this: npx flotilla recover --stack ${stack}`,
    );
  const { "": ofProgram, ...errors } = result.errors;
  const look = await lookAt(stack).catch(() => undefined);
  const findings = look ? await explained(stack, look, result, errors) : [];
  if (look && findings.length > 0) process.stdout.write(`\n${showFindings(stack, findings, look)}`);
  const explainedReleases = new Set(findings.map(({ release }) => release));
  const others = Object.entries(errors).filter(([name]) => !explainedReleases.has(name));
  const words = [
    ...others.map(([name, message]) => `${name}: ${message}`),
    ...(ofProgram === undefined || (findings.length > 0 && /update failed/.test(ofProgram))
      ? []
      : [ofProgram]),
  ];
  const why = words.length > 0 || findings.length > 0 ? words.join("\n") : result.output.trim();
  const hint = HELD.test(why)
    ? `\n  If no update of ${stack} is running, one was interrupted: npx flotilla recover --stack ${stack}`
    : "";
  throw new ToolError(
    `the update of ${stack} failed after ${Math.round(seconds)} s (${changesText(changes) || "nothing was changed"})${why === "" ? "" : `\n${why}`}${hint}`,
  );
}

/** Pulumi's errors about a lock, and about a truncated one. */
const HELD = /currently locked by|update is currently in progress|unexpected end of JSON input/;

async function explained(stack: string, look: Look, { seen }: Updated, errors: Record<string, string>) {
  const findings = await explainStack(stack, look, { errors, seen });
  // Only releases that this update was working on.
  return findings.filter(({ release }) => release in errors || release in seen);
}
