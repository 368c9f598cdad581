/** Returns a count with its noun: `1 release`, `2 releases`. */
export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;
