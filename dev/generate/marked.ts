/** Pages that are partly generated, and tables in them. */

const END = "<!-- to here -->";

/** A page with the part between its marks made anew. What it is made from, and with what, is named in the mark. */
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

/** Lines of a Markdown table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  row(head),
  row(head.map(() => "---")),
  ...rows.map(row),
];
