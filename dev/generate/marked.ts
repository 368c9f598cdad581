/** Partly generated pages, and Markdown tables. */

const END = "<!-- to here -->";

/** Returns the page with the part between its markers replaced. The marker names the source and the command. */
export function between(
  written: string,
  source: string,
  generated: string,
  command = "npm run generate",
): string {
  const begin = `<!-- generated from ${source} by \`${command}\`: do not edit from here -->`;
  const [before = "", rest = ""] = written.split(begin);
  // A page may have more than one such part.
  const end = rest.indexOf(END);
  const after = end < 0 ? "\n" : rest.slice(end + END.length);
  return `${before}${begin}\n\n${generated}\n${END}${after}`;
}

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

/** Returns the lines of a Markdown table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  row(head),
  row(head.map(() => "---")),
  ...rows.map(row),
];
