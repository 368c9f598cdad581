/** Generated parts of pages, and Markdown tables. */

const END = "<!-- end of the generated part -->";

/** Returns the page with the part between its markers replaced. The first marker names the source and the command. */
export function between(
  written: string,
  source: string,
  generated: string,
  command = "npm run generate",
): string {
  const begin = `<!-- generated from ${source} by \`${command}\`: do not edit this part -->`;
  const [before = "", rest = ""] = written.split(begin);
  // A page can have several generated parts.
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
