/**
 * What is wrong, where, and what to do about it. Every check in `model`, `config` and `plan` collects problems and
 * reports all of them at once, so that one run shows everything there is to mend.
 */

export interface Problem {
  /** The file, key, service or release at fault, such as `flotilla:services.cart` or `apps/robot-shop.ts: service cart`. */
  where: string;
  /** What is wrong. */
  what: string;
  /** What to do. */
  todo: string;
  /** The rule that is broken. Default: what is wrong is no matter of rules. */
  rule?: string;
  /** The file and line that say so. Default: `where` says it all. */
  place?: { file: string; line?: number };
}

/** Thrown when input is refused; nothing has been deployed. */
export class FlotillaError extends Error {
  public readonly problems: readonly Problem[];

  /** `consequence` says what is not done for it. What is said twice is said once. */
  constructor(problems: readonly Problem[], consequence = "nothing was deployed") {
    const unique = [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
    super(formatProblems(unique, consequence));
    this.problems = unique;
    this.name = "FlotillaError";
  }
}

/** Throws when there is at least one problem. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new FlotillaError(problems);
}

function formatProblems(problems: readonly Problem[], consequence: string): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const lines = problems.map((problem) => `  ${fullPlace(problem)}: ${problem.what}\n    ${problem.todo}`);
  return `${count}, ${consequence}:\n${lines.join("\n")}`;
}

/** Where a problem is: file and line first, where they are known. */
export function fullPlace({ where, place }: Problem): string {
  if (!place) return where;
  const file = `${place.file}${place.line === undefined ? "" : `:${place.line}`}`;
  return where === place.file ? file : `${file} ${where}`;
}
