import { distance } from "fastest-levenshtein";

/** Returns the known name that a mistyped name probably stands for, or undefined if none is similar. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(name.length / 3));
  const beginning = known.filter(
    (candidate) =>
      Math.min(name.length, candidate.length) > 2 &&
      (candidate.startsWith(name) || name.startsWith(candidate)),
  );
  if (beginning.length === 1) return beginning[0];
  const ranked = known
    .map((candidate) => ({ candidate, edits: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits || a.candidate.localeCompare(b.candidate));
  return ranked[0]?.candidate;
}

/** Returns "Did you mean x?" if a known name is similar, otherwise the list of known names. */
export function suggest(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `Did you mean "${near}"?`;
  return known.length === 0 ? "There are none; remove it." : `Known: ${[...known].sort().join(", ")}.`;
}
