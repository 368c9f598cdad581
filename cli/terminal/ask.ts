/** Asks before something is done. */
import { createInterface } from "node:readline/promises";
import { EXIT } from "../core/exit-codes";
import { UsageError } from "../tools/failure";

/** Asks a question. Returns whether the user says yes; otherwise the command fails. @throws UsageError without a terminal. */
export async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new UsageError(`cannot ask without a terminal: ${question}\n  To answer yes, run this with --yes`);
  if (/^y(es)?$/i.test((await answer(`${question} (yes/no) `)) ?? "")) return true;
  process.stderr.write("Nothing was changed.\n");
  process.exitCode ??= EXIT.failed;
  return false;
}

/** Asks for a name. Returns whether the user types it. @throws UsageError without a terminal. */
export async function typed(question: string, name: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new UsageError(
      `cannot ask for the stack's name without a terminal\n  To confirm, run this with --confirm ${name}`,
    );
  return (await answer(question)) === name;
}

/** Returns what the user types; undefined on Ctrl-C or Ctrl-D. */
async function answer(question: string): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question)).trim();
  } catch (error) {
    if ((error as Error).name !== "AbortError") throw error;
    process.stderr.write("\n");
    process.exitCode = EXIT.interrupted;
    return undefined;
  } finally {
    terminal.close();
  }
}
