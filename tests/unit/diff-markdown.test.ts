/** A difference as Markdown: what it shows, what it masks, and that nothing in it is taken for Markdown or HTML. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { compareReleases, type ReleaseChange } from "../../cli/core/diff/compare";
import { diffMarkdown } from "../../cli/core/diff/diff-markdown";
import { empty } from "../../cli/core/diff/engine-steps";
import type { ManifestObject } from "../../cli/core/diff/manifests";

const change = (release: string, overrides: Partial<ReleaseChange> = {}): ReleaseChange => ({
  ...empty(release, "service", "changed"),
  ...overrides,
});
const object = (name: string, diff: string) => ({
  kind: "Deployment",
  name,
  change: "changed" as const,
  diff,
});
const title = "What an update of prod changes";
const pageOf = (changes: readonly ReleaseChange[], notes: readonly string[] = []) =>
  diffMarkdown({ title, changes, notes });

/** The text that entities stand for. */
const decoded = (text: string): string =>
  text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
/** A text as a page shows it, in one line. */
const inLine = (text: string): string => text.replace(/\s+/g, " ").replace(/\p{Cc}/gu, "");

/** The lines of a page that are not in a fence, and what the fences hold. As CommonMark has it: the end is at least as long. */
function parsed(page: string): { lines: string[]; blocks: string[] } {
  const [lines, blocks] = [[] as string[], [] as string[]];
  let fence: string | undefined;
  let block: string[] = [];
  for (const line of page.split("\n")) {
    if (fence === undefined) {
      const opening = /^(`{3,})diff$/.exec(line)?.[1];
      if (opening === undefined) lines.push(line);
      else [fence, block] = [opening, []];
    } else if (/^ {0,3}`{3,}\s*$/.test(line) && line.trim().length >= fence.length) {
      blocks.push(block.join("\n"));
      fence = undefined;
    } else block.push(line);
  }
  assert.equal(fence, undefined, "a fence is open");
  return { lines, blocks };
}

describe("a difference as Markdown", () => {
  it("has a headline with counts, a row for each release, and each object's difference", () => {
    const page = pageOf([
      change("cart", {
        objects: [object("cart", "@@ -1 +1 @@\n-a: 1\n+a: 2")],
        pods: [{ workload: "Deployment cart", effect: "restart", count: 2, why: "variable A" }],
      }),
      change("new", { change: "added" }),
      change("db", { kind: "store", change: "removed", about: ["chart: 1 → 2"] }),
      change("(guard rails and Secrets)", { kind: "stack", change: "changed" }),
    ]);
    const lines = page.split("\n");
    assert.deepEqual(lines.slice(0, 4), [
      "<!-- What an update of prod changes -->",
      "### What an update of prod changes",
      "",
      "**4 releases change, 1 object in all; 2 pods restart.**",
    ]);
    assert.ok(lines.includes("| Release | Kind | Change | Objects | Pods | Storage |"));
    const row = lines.find((line) => line.startsWith("| <code>cart</code>")) ?? "";
    assert.equal(
      decoded(row),
      "| <code>cart</code> | service | upgraded | 1 changed | <code>2 restart: variable A</code> | not touched |",
    );
    assert.match(page, /\| <code>new<\/code> \| service \| installed \|/);
    assert.match(page, /\| <code>db<\/code> \| store \| \*\*deleted\*\* \|/);
    assert.match(decoded(page), /\| <code>\(guard rails and Secrets\)<\/code> \| stack \| changed \|/);
    assert.match(decoded(page), /^<code>db<\/code>: <code>chart: 1 → 2<\/code>$/m);
    assert.match(
      page,
      /<details><summary>~ <code>Deployment cart<\/code> of <code>cart<\/code><\/summary>\n\n```diff\n@@ -1 \+1 @@\n-a: 1\n\+a: 2\n```\n\n<\/details>/,
    );
  });

  it("says that nothing changes", () => {
    assert.equal(pageOf([]), `<!-- ${title} -->\n### ${title}\n\n**Nothing changes.**\n`);
  });

  it("marks what loses data or is refused, above the table and in it", () => {
    const page = diffMarkdown({
      title,
      notes: ["a note"],
      changes: [
        change("db", {
          change: "replaced",
          storage: ["REPLACED: another release is installed", "StatefulSet db: size 1Gi → 2Gi"],
          immutable: ["StatefulSet db: spec.size"],
        }),
      ],
      blocked: [{ where: "Secret a", what: "it exists already", todo: "Take it over." }],
      refused: "flotilla:replicas: it is wrong",
    });
    const text = decoded(page);
    assert.match(text, /> \[!CAUTION\]\n> \*\*Data is lost:\*\* <code>db<\/code>: <code>REPLACED: another/);
    assert.match(text, /> \*\*The API server refuses this:\*\* <code>StatefulSet db: spec\.size<\/code>/);
    assert.match(
      text,
      /> \*\*The update is refused:\*\* <code>Secret a: it exists already\. Take it over\.<\/code>/,
    );
    assert.match(text, /> \*\*The update is refused:\*\* <code>flotilla:replicas/);
    assert.match(text, /\| \*\*data is lost:\*\* <code>REPLACED: .*<br><code>StatefulSet db: size/);
    assert.match(text, /^- <code>a note<\/code>$/m);
    assert.ok(page.indexOf("CAUTION") < page.indexOf("| Release"));
  });

  it("takes nothing that it is given for Markdown or HTML", () => {
    const text = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 30 }),
      fc.string({
        unit: fc.constantFrom(
          "|",
          "`",
          "<",
          ">",
          "\\",
          "\n",
          "\r",
          "*",
          "@a",
          "#1",
          "~",
          "-",
          "[x](y)",
          "&lt;",
        ),
        maxLength: 12,
      }),
    );
    const diff = fc.array(
      fc
        .tuple(fc.constantFrom(" ", "+", "-"), text)
        .map(([sign, line]) => sign + line.replace(/[\r\n]/g, "")),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(text, text, text, text, diff, (release, name, about, note, lines) => {
        const storage = [`DELETED: ${about}`];
        const objects = [object(name, lines.join("\n"))];
        const page = pageOf([change(release, { about: [about], storage, objects })], [note]);
        const { lines: outside, blocks } = parsed(page);
        assert.deepEqual(blocks, [lines.join("\n")]);
        const shown = outside.join("\n");
        // Nothing but the page's own markup.
        const rest = shown
          .replace(
            /<\/?(code|details|summary)>|<br>|^<!-- .* -->$|^### .*|\*\*[\w ,.;:]+\*\*|> \[!CAUTION\]|^> |^- |^\|.*\|$/gm,
            "",
          )
          .replace(/&#\d+;/g, "");
        assert.doesNotMatch(rest, /[<>|*`@#\\[\]&_]/);
        const row = outside.find((line) => line.startsWith("| <code>")) ?? assert.fail("there is no row");
        assert.equal(row.split("|").length, 8);
        for (const data of [release, name, about, note])
          assert.ok(decoded(shown).includes(inLine(data)), JSON.stringify(data));
      }),
    );
  });

  it("never shows a Secret's value", () => {
    const secret = (value: string) => ({ kind: "Secret", metadata: { name: "s" }, data: { key: value } });
    const side = (value: string) => ({
      x: { kind: "service", about: {}, objects: [secret(value) as ManifestObject] },
    });
    fc.assert(
      fc.property(
        fc.stringMatching(/^Zz[a-z0-9]{8}$/),
        fc.stringMatching(/^Zz[a-z0-9]{8}$/),
        (before, after) => {
          const page = pageOf(compareReleases(side(before), side(after)));
          assert.ok(!page.includes(before) && !page.includes(after));
        },
      ),
    );
  });

  it("stays below the limit of a comment, and says how much it leaves out", () => {
    const long = (length: number) => `+${"ä".repeat(length)}`;
    for (const changes of [
      // Many objects, one that is too long by itself between short ones, many releases, long texts.
      Array.from({ length: 20 }, (_, index) =>
        change(`r${index}`, { objects: [object(`o${index}`, long(4000))] }),
      ),
      [change("a", { objects: [object("first", "+1"), object("huge", long(60_000)), object("last", "+2")] })],
      Array.from({ length: 3000 }, (_, index) =>
        change(`release-${index}`, { objects: [object("o", "+1")] }),
      ),
      [change("a", { storage: Array.from({ length: 900 }, () => `DELETED: ${"|".repeat(100)}`) })],
    ]) {
      const notes = Array.from({ length: 300 }, () => "n".repeat(300));
      const page = pageOf(changes, notes);
      assert.ok(Buffer.byteLength(page) < 65_536, String(Buffer.byteLength(page)));
      assert.match(page, /\d+ more notes\./);
      parsed(page);
    }
    const page = pageOf([
      change("a", { objects: [object("first", "+1"), object("huge", long(60_000)), object("last", "+2")] }),
    ]);
    assert.match(
      page,
      /Deployment first[\s\S]*Deployment last[\s\S]*\n1 more object would make this comment too long/,
    );
  });
});
