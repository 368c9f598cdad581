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
  } finally {
    terminal.close();
  }
}
