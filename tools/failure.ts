/** A tool, download or cluster that cannot be had: shown as its message alone, with what was tried and what to do. */
export class ToolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ToolError";
  }
}
