/** A difference as Markdown for a comment on a pull request or merge request. */
import { plural } from "../../../src/model/plural";
import type { Problem } from "../../../src/model/problems";
import type { ObjectChange, ReleaseChange } from "./compare";
import { comparedText, losesData, objectsText, podsText, summaryText, totalsOf } from "./describe";
import type { Page } from "./diff-page";

/** Bytes that the page has at most after each of its parts. GitHub takes 65,536 characters. */
const MOST_BYTES = { warnings: 15_000, notes: 20_000, table: 40_000, objects: 65_000 };

export interface MarkdownPage extends Page {
  /** Why the engine refuses the update. Undefined: it does not. */
  refused?: string;
}

/** The page. Its first line is a comment that tells it from pages of other stacks: CI finds its own comment by it. */
export function diffMarkdown({
  title,
  isUpdate = true,
  changes,
  notes,
  blocked = [],
  refused,
}: MarkdownPage): string {
  const totals = totalsOf(changes);
  const head = [
    `<!-- ${title.replace(/[^\w. ]+/g, "-").slice(0, 200)} -->`,
    `### ${escaped(title.slice(0, 200))}`,
    "",
    `**${isUpdate ? summaryText(totals) : comparedText(totals)}**`,
  ];
  const page = new Lines(head);
  const warnings = isUpdate ? warningsOf(changes, blocked, refused) : [];
  page.add(
    MOST_BYTES.warnings,
    warnings.length === 0 ? [] : ["", "> [!CAUTION]"],
    warnings,
    (left) => `> ${plural(left, "more warning")}.`,
  );
  page.add(
    MOST_BYTES.notes,
    notes.length === 0 ? [] : [""],
    notes.map((note) => `- ${code(note)}`),
    (left) => `- ${plural(left, "more note")}.`,
  );
  page.add(
    MOST_BYTES.table,
    changes.length === 0 ? [] : tableHead(isUpdate),
    changes.map((change) => row(change, isUpdate)),
    (left) => `\n${plural(left, "more release")}.`,
  );
  page.add(
    MOST_BYTES.objects,
    [],
    changes.flatMap((change) => [
      ...change.about.map((text) => `\n${code(change.release)}: ${code(text)}`),
      ...change.objects.map((object) => details(change, object)),
    ]),
    (left) =>
      `\n${plural(left, "more object")} would make this comment too long. \`npx flotilla diff\` shows everything.`,
  );
  return page.text;
}

/** Lines, as many as there is room for. */
class Lines {
  private readonly lines: string[];
  private bytes: number;

  constructor(head: readonly string[]) {
    this.lines = [...head];
    this.bytes = bytesOf(head);
  }

  get text(): string {
    return `${this.lines.join("\n")}\n`;
  }

  /** Adds blocks until the page has `most` bytes, each as a whole or not at all; `left` says how many are left out. */
  add(
    most: number,
    head: readonly string[],
    blocks: readonly string[],
    left: (count: number) => string,
  ): void {
    // Room for what says that something is left out.
    const room = most - 200;
    this.push(head);
    const fitting = blocks.filter((block) => {
      const fits = this.bytes + bytesOf([block]) <= room;
      if (fits) this.push([block]);
      return fits;
    });
    if (fitting.length < blocks.length) this.push([left(blocks.length - fitting.length)]);
  }

  private push(lines: readonly string[]): void {
    this.lines.push(...lines);
    this.bytes += bytesOf(lines);
  }
}

const bytesOf = (lines: readonly string[]): number =>
  lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);

/** What loses data or is refused. */
const warningsOf = (
  changes: readonly ReleaseChange[],
  blocked: readonly Problem[],
  refused: string | undefined,
): string[] =>
  [
    ...changes.flatMap(({ release, storage }) =>
      storage.filter(losesData).map((text) => `**Data is lost:** ${code(release)}: ${code(text)}`),
    ),
    ...changes.flatMap(({ immutable }) =>
      immutable.map((text) => `**The API server refuses this:** ${code(text)} cannot be changed.`),
    ),
    ...blocked.map(
      ({ where, what, todo }) => `**The update is refused:** ${code(`${where}: ${what}. ${todo}`)}`,
    ),
    ...(refused === undefined ? [] : [`**The update is refused:** ${code(refused)}`]),
  ].map((text) => `> ${text}<br>`);

const tableHead = (isUpdate: boolean): string[] => {
  const titles = ["Release", "Kind", "Change", "Objects", ...(isUpdate ? ["Pods", "Storage"] : [])];
  return ["", `| ${titles.join(" | ")} |`, `|${" --- |".repeat(titles.length)}`];
};

const WORDS: Record<ReleaseChange["change"], string> = {
  added: "installed",
  changed: "upgraded",
  replaced: "**replaced**",
  removed: "**deleted**",
};

function row(change: ReleaseChange, isUpdate: boolean): string {
  const { release, kind, change: what, storage } = change;
  const isUpgrade = isUpdate && kind !== "stack";
  const cells = [
    code(release),
    escaped(kind),
    isUpgrade ? WORDS[what] : what,
    escaped(objectsText(change)),
    ...(isUpdate ? [code(podsText(change)), storage.map(storageText).join("<br>") || "not touched"] : []),
  ];
  return `| ${cells.join(" | ")} |`;
}

const storageText = (text: string): string => `${losesData(text) ? "**data is lost:** " : ""}${code(text)}`;

const SIGNS: Record<ReleaseChange["change"], string> = {
  added: "+",
  changed: "~",
  replaced: "±",
  removed: "-",
};

function details({ release }: ReleaseChange, { kind, name, change, diff }: ObjectChange): string {
  const fence = "`".repeat(Math.max(3, ...[...diff.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return [
    "",
    `<details><summary>${SIGNS[change]} ${code(`${kind} ${name}`)} of ${code(release)}</summary>`,
    "",
    `${fence}diff`,
    // Within a fence only a line end could end it.
    diff.replaceAll("\r", ""),
    fence,
    "",
    "</details>",
  ].join("\n");
}

/** Returns a text that renders literally: no Markdown, no HTML, no @mention, no end of a table cell. */
const code = (text: string): string => `<code>${escaped(text)}</code>`;

/** A text in one line, with entities for punctuation that Markdown, HTML or GitHub could read. */
const escaped = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .replace(/\p{Cc}/gu, "")
    .replace(/[!-/:-@[-`{-~]/g, (character) =>
      /[,.()-]/.test(character) ? character : `&#${character.charCodeAt(0)};`,
    );
