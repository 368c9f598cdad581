/** A diff as one self-contained HTML page. */
import { escapeText } from "../../../src/model/html";
import type { Problem } from "../../../src/model/problems";
import type { ObjectChange, ReleaseChange } from "./compare";
import { comparedText, objectsText, podsText, summaryText, totalsOf } from "./describe";

export interface Page {
  title: string;
  /** Whether it shows an update, with its effects on pods and volumes, and not two stacks. Default true. */
  isUpdate?: boolean;
  changes: readonly ReleaseChange[];
  notes: readonly string[];
  /** Objects that the update would create and that exist already. Default: none. */
  blocked?: readonly Problem[];
}

export function diffPage({ title, isUpdate = true, changes, notes, blocked = [] }: Page): string {
  const totals = totalsOf(changes);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeText(title)}</h1>
<p>${escapeText(isUpdate ? summaryText(totals) : comparedText(totals))}</p>
${blocked.map(({ where, what, todo }) => `<p class="refused">${escapeText(`${where}: ${what}. ${todo}`)}</p>`).join("\n")}
${notes.map((note) => `<p class="note">${escapeText(note)}</p>`).join("\n")}
${changes.length === 0 ? "" : table(changes, isUpdate)}
${changes.map((change) => section(change, isUpdate)).join("\n")}
</body>
</html>
`;
}

const table = (changes: readonly ReleaseChange[], isUpdate: boolean): string => `<table>
<thead><tr><th>Release<th>Kind<th>Change<th>Objects${isUpdate ? "<th>Pods<th>Storage" : ""}</thead>
<tbody>
${changes
  .map((change) => {
    const { release, kind, change: what } = change;
    const effects = isUpdate ? [podsText(change), storageOf(change)] : [];
    const cells = [release, kind, what, objectsText(change), ...effects];
    return `<tr>${cells.map((cell) => `<td>${escapeText(cell)}`).join("")}`;
  })
  .join("\n")}
</tbody>
</table>`;

const storageOf = ({ storage }: ReleaseChange): string =>
  storage.length === 0 ? "not touched" : storage.join("; ");

const section = (
  { release, objects, about, immutable }: ReleaseChange,
  isUpdate: boolean,
): string => `<section>
<h2>${escapeText(release)}</h2>
${(isUpdate ? immutable : []).map((text) => `<p class="refused">The API server refuses this change: ${escapeText(text)} is immutable.</p>`).join("\n")}
${about.map((text) => `<p>${escapeText(text)}</p>`).join("\n")}
${objects.map(details).join("\n")}
</section>`;

const details = ({
  kind,
  name,
  change,
  diff,
}: ObjectChange): string => `<details${change === "changed" ? " open" : ""}>
<summary>${escapeText(kind)} <b>${escapeText(name)}</b> ${change}</summary>
<pre>${diff.split("\n").map(line).join("\n")}</pre>
</details>`;

const CLASSES: Record<string, string> = { "+": "added", "-": "removed", "@": "place" };

const line = (text: string): string => {
  const name = CLASSES[text[0] ?? ""];
  return name === undefined ? escapeText(text) : `<span class="${name}">${escapeText(text)}</span>`;
};

const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8884; padding: 0.3rem 0.8rem 0.3rem 0; text-align: left; vertical-align: top; }
pre { background: #8881; overflow-x: auto; padding: 0.8rem; }
summary { cursor: pointer; }
.added { color: light-dark(#116329, #7ee787); }
.removed { color: light-dark(#a40e26, #ffa198); }
.place { color: light-dark(#0550ae, #79c0ff); }
.refused { border-left: 4px solid #d1242f; font-weight: bold; padding-left: 0.8rem; }
.note { border-left: 4px solid #bf8700; padding-left: 0.8rem; }
`;
