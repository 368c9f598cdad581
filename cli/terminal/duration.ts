const UNITS: [string, number][] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/** How long ago a time was, in the largest unit: `3 h ago`. */
export function ago(time: string | undefined, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(time ?? "")) / 1000));
  if (Number.isNaN(seconds)) return "-";
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? (["s", 1] as const);
  return `${Math.floor(seconds / size)} ${unit} ago`;
}
