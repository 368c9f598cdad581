/** Compares what a command says with what is expected, and extracts the relevant words. */
import type { Said } from "./case";
import type { Ground } from "./ground";

export interface Answer {
  command: string;
  exitCode: number;
  words: string;
  /** Why it differs from what was expected. */
  problem?: string;
}

/** Runs a command and compares its output. */
export async function answer(
  ground: Ground,
  { exit, says, never }: Said,
  program: string,
  args: readonly string[],
): Promise<Answer> {
  const { exitCode, all = "", stdout } = await ground.run(program, args);
  const text = args.includes("--json") ? previewText(stdout, all) : all;
  // pulumi has several exit codes for failures.
  const code = program === "pulumi" && exitCode !== 0 ? 1 : exitCode;
  const found = says.exec(text);
  const command = [program, ...args].join(" ");
  const isRight = code === exit && found !== null && !never?.test(text);
  return {
    command: withoutFlags(program, args),
    exitCode: code,
    words: clean(found?.[0] ?? ""),
    ...(isRight
      ? {}
      : {
          problem: `${command}: exit code ${exitCode}, expected ${exit} and ${says}${never ? ` and not ${never}` : ""}\n${ending(text)}`,
        }),
  };
}

/** Returns the end of an output, where the table and the errors are. */
const ending = (text: string): string => text.split("\n").slice(-15).join("\n");

/** Returns the steps of a preview that change something, and what it refuses. */
export function previewText(stdout: string, all: string): string {
  try {
    const { steps = [], diagnostics = [] } = JSON.parse(stdout) as {
      steps?: { op: string; urn: string }[];
      diagnostics?: { message: string; severity: string }[];
    };
    const changes = steps
      .filter(({ op }) => op !== "same" && op !== "read")
      .map(({ op, urn }) => `${op} ${urn.split("::")[2]?.split(/[:$]/).at(-1)} ${urn.split("::").at(-1)}`);
    const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
    return [...changes, ...errors].join("\n") || "no change";
  } catch {
    return all;
  }
}

const withoutFlags = (program: string, args: readonly string[]): string => {
  const at = args.indexOf("--stack");
  const own = [...args.slice(0, at < 0 ? args.length : at), ...(at < 0 ? [] : args.slice(at + 2))];
  return [
    program,
    ...own.filter((arg) => !["--json", "--non-interactive", "--yes", "--skip-preview"].includes(arg)),
  ].join(" ");
};

/** Replaces words that differ in each run. */
const clean = (words: string): string =>
  words
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, "<uid>")
    .replace(/https:\/\/(127\.0\.0\.1|localhost):\d+/g, "<address>")
    .replace(/\(id \w+\)/g, "(id ...)")
    .replace(/given-up \w+/g, "given-up <id>")
    .replace(/, in \d+ s\.?/g, "")
    .replace(/\/tmp\/\S+\//g, "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 160);

export const wordsOf = ({ command, exitCode, words }: Answer) => ({ command, exitCode, words });
