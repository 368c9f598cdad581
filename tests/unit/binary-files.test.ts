/** Binary files, and files read from disk next to the inventory. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { compareObject } from "../../cli/core/diff/compare";
import { fromFile } from "../../src/model/disk";
import { readInventory } from "../../src/model/inventory/read";
import type { WrittenService } from "../../src/model/written";
import { application, planFor, problemsOf, service, valuesOf } from "../support";

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00]);

const inventoryWith = (files: NonNullable<WrittenService["files"]>) => ({
  ...application(),
  services: { web: { ...service(), files } },
});
const read = (files: NonNullable<WrittenService["files"]>) => readInventory(inventoryWith(files), "shop");
const said = (files: unknown) =>
  read(files as never).problems.map(({ where, what, todo }) => `${where}: ${what} ${todo}`);

describe("a binary file", () => {
  it("is base64, in one line or several", () => {
    const written = `${PNG.toString("base64").slice(0, 4)}\n  ${PNG.toString("base64").slice(4)}\n`;
    const { application: shop } = read({ "/app/logo.png": { base64: written }, "/app/a.txt": "text" });
    assert.ok(shop);
    assert.deepEqual(valuesOf(planFor(shop), "web").config?.files, {
      "app-logo-png": { path: "/app/logo.png", base64: PNG.toString("base64") },
      "app-a-txt": { path: "/app/a.txt", content: "text" },
    });
  });

  it("is refused if it is not base64, has other keys, or is empty", () => {
    assert.match(said({ "/a": { base64: "a-b_" } })[0] ?? "", /shop\.ts: service web: .*\/a.*must be base64/);
    assert.match(said({ "/a": { base64: "abc" } })[0] ?? "", /must be base64/);
    assert.match(said({ "/a": { base64: "", mode: 1 } })[0] ?? "", /mode.*unknown key/);
    for (const content of [null, { path: "logo.png" }, 1n])
      assert.equal(said({ "/a": content }).length, 1, String(content));
    assert.match(said({ "/a": { path: "logo.png" } })[0] ?? "", /fromFile\(__dirname/);
  });

  it("counts in bytes for the size of the ConfigMap", () => {
    const large = Buffer.alloc(600_000).toString("base64");
    const { application: shop } = read({ "/a": { base64: large }, "/b": { base64: large } });
    assert.ok(shop);
    assert.match(
      problemsOf(() => planFor(shop))[0]?.what ?? "",
      /the files have 1,200,000 bytes together .*, and their ConfigMap holds at most 1,048,576/,
    );
  });

  it("is never a plain secret, whatever its characters, and is shown by size and digest", () => {
    const map = (bytes: Buffer) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "web-files" },
      binaryData: { logo: bytes.toString("base64") },
    });
    const { diff = "" } = compareObject(map(PNG), map(Buffer.concat([PNG, PNG]))) ?? {};
    assert.match(diff, /-.*logo: \(binary, 9 bytes, sha256:[0-9a-f]{12}\)/);
    assert.match(diff, /\+.*logo: \(binary, 18 bytes, sha256:[0-9a-f]{12}\)/);
    assert.doesNotMatch(diff, /iVBOR/);
    assert.equal(compareObject(map(PNG), map(PNG)), undefined);
  });
});

describe("a file from disk", () => {
  const folder = mkdtempSync(join(tmpdir(), "flotilla-disk-"));
  after(() => rmSync(folder, { recursive: true }));

  it("is text if it is valid UTF-8, else binary", () => {
    mkdirSync(join(folder, "files"));
    const contents: [string | Buffer, string | { base64: string }][] = [
      ["grüße\r\n\t$(HOST)\n", "grüße\r\n\t$(HOST)\n"],
      ["\ufeffmark", "\ufeffmark"],
      ["", ""],
      [PNG, { base64: PNG.toString("base64") }],
      [Buffer.from([0xc3]), { base64: "ww==" }],
      ["a\0b", { base64: "YQBi" }],
    ];
    for (const [content, expected] of contents) {
      writeFileSync(join(folder, "files/a"), content);
      assert.deepEqual(fromFile(folder, "files/a"), expected);
      assert.deepEqual(read({ "/a": fromFile(folder, "files/a") }).problems, []);
    }
  });

  it("is deployed with the same bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        writeFileSync(join(folder, "any"), bytes);
        const content = fromFile(folder, "any") as string | { base64: string };
        const arrived =
          typeof content === "string" ? Buffer.from(content) : Buffer.from(content.base64, "base64");
        assert.deepEqual([...arrived], [...bytes]);
      }),
    );
  });

  it("can be the result of readFileSync", () => {
    for (const bytes of [Buffer.from("text"), PNG, new Uint8Array([0xff, 0])]) {
      const { application: shop, problems } = read({ "/a": bytes });
      assert.deepEqual(problems, []);
      const content = shop?.services.web?.files?.["/a"] as string | { base64: string };
      const arrived =
        typeof content === "string" ? Buffer.from(content) : Buffer.from(content.base64, "base64");
      assert.deepEqual([...arrived], [...bytes]);
    }
  });

  it("is refused with its path if it cannot be read", () => {
    writeFileSync(join(folder, "large"), Buffer.alloc(1024 * 1024 + 1));
    symlinkSync(join(folder, "gone"), join(folder, "dangling"));
    const refusal = (path: string) => said({ "/a": fromFile(folder, path) })[0] ?? "";
    assert.match(
      refusal("gone"),
      /apps\/shop\.ts: service web: .*the file gone does not exist in the folder of the inventory/,
    );
    assert.match(refusal("dangling"), /the file dangling does not exist/);
    assert.match(refusal("files"), /files is a folder: name each of its files/);
    assert.match(refusal("large"), /large has 1,048,577 bytes, and a ConfigMap holds at most 1,048,576/);
    symlinkSync("/etc", join(folder, "outside"));
    symlinkSync("circle", join(folder, "circle"));
    for (const path of ["../x", "/etc/passwd", "files/../../x", "outside", "outside/passwd"])
      assert.match(refusal(path), /is not in the folder of the inventory/);
    assert.match(refusal("circle"), /"circle" cannot be read: ELOOP/);
    assert.match(refusal("large/x"), /"large\/x" cannot be read: ENOTDIR/);
    assert.match(refusal("a\0b"), /"a\\u0000b" cannot be read/);
    assert.match(
      said({ "/a": fromFile(folder, undefined as never) })[0] ?? "",
      /fromFile takes two arguments/,
    );
    if (process.getuid?.() !== 0) {
      writeFileSync(join(folder, "private"), "x");
      chmodSync(join(folder, "private"), 0);
      assert.match(refusal("private"), /private cannot be read: EACCES/);
    }
  });

  it("changes the plan when its content changes", () => {
    const contents = ["one", "two", PNG].map((content) => {
      writeFileSync(join(folder, "changing"), content);
      const { application: shop } = read({ "/a": fromFile(folder, "changing") });
      assert.ok(shop);
      return JSON.stringify(valuesOf(planFor(shop), "web").config);
    });
    assert.equal(new Set(contents).size, 3);
  });
});
