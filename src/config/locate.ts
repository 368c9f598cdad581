/** Adds files and lines to problems. */
import { FlotillaError, type Problem } from "../model/problems";
import { type Origin, originOf } from "./merge";
import { PREFIX } from "./prefix";
import type { StackConfig } from "./settings";
import { stackFileName } from "./stack-names";

/** Returns the error with the file and line of each key, sorted by file (the stack file first) and line. */
export function locate(
  error: FlotillaError,
  { stack, files }: Pick<StackConfig, "stack" | "files">,
  origins: ReadonlyMap<string, Origin>,
): FlotillaError {
  const prefix = `${PREFIX}:`;
  const own = stackFileName(stack);
  const placed = error.problems.map((problem): Problem => {
    if (problem.place || !problem.where.startsWith(prefix)) return problem;
    const path = problem.where.slice(prefix.length);
    const origin = origins.get(path) ?? originOf(origins, path);
    // A missing key is reported in the stack file, not in the project's defaults.
    const isDefault = origin?.kind === "project" && !origins.has(path);
    const { file, line } = origin && !isDefault ? origin : { file: own, line: undefined };
    return { ...problem, place: line === undefined ? { file } : { file, line } };
  });
  const order = [
    own,
    ...files
      .filter(({ kind }) => kind !== "stack")
      .map(({ path }) => path)
      .reverse(),
  ];
  const rank = ({ place }: Problem): [number, number] => {
    const index = place ? order.indexOf(place.file) : -1;
    return [index < 0 ? order.length : index, place?.line ?? Number.MAX_SAFE_INTEGER];
  };
  const sorted = [...placed].sort((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    return first[0] - second[0] || first[1] - second[1];
  });
  return new FlotillaError(sorted);
}
