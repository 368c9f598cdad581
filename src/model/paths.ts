/** Whether a path is that of a key, or below it. */
export const isAtOrBelow = (path: string, key: string): boolean =>
  path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`);
