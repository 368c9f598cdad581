/**
 * Problems: where, what is wrong, and what to do. Checks in `model`, `config` and `plan` collect them, so that one run shows
 * everything to fix.
 */

/** A problem of an inventory, a setting or a plan. */
export interface Problem {
  /** The file, key, service or release at fault, such as `flotilla:services.cart` or `apps/robot-shop.ts: service cart`. */
  where: string;
  /** What is wrong. */
  what: string;
  /** What to do. */
  todo: string;
  /** The violated rule of `flotilla check`. Default: none. */
  rule?: string;
  /** The file and line of the problem. Default: unknown, or `where` names the file. */
  place?: { file: string; line?: number };
}

/** Thrown when input is refused, before anything is deployed. */
export class FlotillaError extends Error {
  public readonly problems: readonly Problem[];

  /** `consequence` says what was not done. Duplicate problems are removed. */
  constructor(problems: readonly Problem[], consequence = "nothing was deployed") {
    const unique = [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
    super(formatProblems(unique, consequence));
    this.problems = unique;
    this.name = "FlotillaError";
  }
}

/** Throws a FlotillaError if there is at least one problem. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new FlotillaError(problems);
}

function formatProblems(problems: readonly Problem[], consequence: string): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return `${count}, ${consequence}:\n${problems.map((problem) => `  ${problemText(problem)}`).join("\n")}`;
}

/** Returns a problem as text, with the remedy on its own line. */
export const problemText = (problem: Problem): string =>
  `${fullPlace(problem)}: ${problem.what}\n    ${problem.todo}`;

/** Returns the place of a problem: its file and line, if known, and its key. */
export function fullPlace({ where, place }: Problem): string {
  if (!place) return where;
  const file = `${place.file}${place.line === undefined ? "" : `:${place.line}`}`;
  return where === place.file ? file : `${file} ${where}`;
}
