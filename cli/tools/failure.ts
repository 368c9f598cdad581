/** A failure that is not a bug, such as an unavailable tool or cluster. Only its message is shown: what was tried and what to do. */
export class ToolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ToolError";
  }
}

/** Wrong usage: invalid arguments or options, or a question without a terminal to answer it. The command exits with 3. */
export class UsageError extends ToolError {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** The first line of a message, without its details. */
export const firstLine = (text: string): string => text.split("\n")[0] as string;

/** The error output of a failed program, without its command line. */
export function wordsOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return stderr?.trim() || message;
}
