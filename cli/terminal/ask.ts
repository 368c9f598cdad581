/** Asks before something is done. */
import { createInterface } from "node:readline/promises";
import { ToolError } from "../tools/failure";

/** Whether the user says yes. @throws ToolError where nobody can be asked. */
export async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new ToolError("there is no terminal to ask on. To go on without a question, give --yes");
  return /^y(es)?$/i.test((await answer(`${question} (yes/no) `)) ?? "");
}

/** Whether the user types this name. @throws ToolError without a terminal. */
export async function typed(question: string, name: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new ToolError(
      `there is no terminal to ask on. To go on without a question, give --confirm ${name}`,
    );
  return (await answer(question)) === name;
}

/** What the user types; undefined where they do not answer: Ctrl-C or Ctrl-D. */
async function answer(question: string): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question)).trim();
  } catch (error) {
    if ((error as Error).name !== "AbortError") throw error;
    process.stderr.write("\n");
    process.exitCode = 130;
    return undefined;
  } finally {
    terminal.close();
  }
}
