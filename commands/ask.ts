/** Asks before something is done. */
import { createInterface } from "node:readline/promises";
import { ToolError } from "../tools/failure";

/** Whether the user says yes. @throws ToolError where nobody can be asked. */
export async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new ToolError("nobody can be asked here: to go on without a question, give --yes");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} (yes/no) `)).trim());
  } catch (error) {
    // Ctrl-C or Ctrl-D: no answer is no.
    if ((error as Error).name !== "AbortError") throw error;
    process.stderr.write("\n");
    process.exitCode = 130;
    return false;
  } finally {
    terminal.close();
  }
}
