/** A user's project as the command line loads it: errors in its catalogue have file and line. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import execa from "execa";
import { PACKAGE } from "../../cli/tools/paths";

const shop = (name = "shop") =>
  `export const ${name} = { name: "shop", description: "A test", services: { web: { language: "go", image: "example.com/web:1.0.0" } } };\n`;
const STACK = "config:\n  flotilla:environment: dev\n  flotilla:application: shop\n";

describe("the catalogue of a project", function () {
  this.timeout(20_000);
  let folder: string;
  const write = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "flotilla-project-"));
    write({
      "Pulumi.yaml": "name: my-shop\nruntime: nodejs\n",
      "package.json": "{}",
      "Pulumi.dev.yaml": STACK,
    });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const config = async (files: Record<string, string>, below = ".") => {
    write(files);
    const args = ["config", "--stack", "dev"];
    const { all, exitCode } = await execa(join(PACKAGE, "cli/bin.js"), args, {
      cwd: join(folder, below),
      all: true,
      reject: false,
    });
    return { text: all ?? "", exitCode };
  };
  const refusal = async (files: Record<string, string>) => {
    const { text, exitCode } = await config(files);
    assert.equal(exitCode, 1, text);
    assert.doesNotMatch(text, /^\s+at /m, "it has a stack trace");
    return text;
  };

  it("is found from a subfolder, in TypeScript or JavaScript", async () => {
    const inTypeScript = `import { shop } from "./shop";\nexport const catalogue: Record<string, unknown> = { shop };\n`;
    const found = await config({ "apps/shop.ts": shop(), "apps/index.ts": inTypeScript }, "apps");
    assert.match(found.text, /application: shop/);
    rmSync(join(folder, "apps"), { recursive: true });
    const inJavaScript = await config({
      "apps/index.js": `${shop().replace("export ", "")}exports.catalogue = { shop };`,
    });
    assert.match(inJavaScript.text, /application: shop/, inJavaScript.text);
  });

  it("is missed where there is none", async () => {
    assert.match(await refusal({}), /apps\/index\.ts: the file does not exist/);
    const text = await refusal({ "apps/index.ts": "export const applications = {};\n" });
    assert.match(text, /apps\/index\.ts: it does not export `catalogue`/);
  });

  it("reports the line that throws, and the error's own message", async () => {
    const text = await refusal({
      "apps/index.ts": `import { shop } from "./shop";\nexport const catalogue = { shop };\n`,
      "apps/shop.ts": `${shop()}\nconst wanted: string | undefined = undefined as never;\n\nwanted.trim();\n`,
    });
    assert.match(text, /apps\/shop\.ts:5: cannot load the inventories: Cannot read properties/);
  });

  it("reports every syntax error with its line", async () => {
    const text = await refusal({
      "apps/index.ts": `import { shop } from "./shop";\nexport const catalogue = { shop };\n`,
      "apps/shop.ts": "export const shop = {\n  name: 'shop'\n  services: {},\n};\n",
    });
    assert.match(text, /apps\/shop\.ts:3: syntax error: ',' expected/);
  });

  it("reports that a package is not installed", async () => {
    const text = await refusal({ "apps/index.ts": `\nimport { host } from "flotilla";\nhost("a");\n` });
    assert.match(text, /apps\/index\.ts:2: package flotilla is not installed\n.*npm install/);
  });

  it("refuses two applications of the same name, of which one would be lost", async () => {
    const files = {
      "apps/shop.ts": shop(),
      "apps/other.ts": shop("other"),
      "apps/index.ts": `import { shop } from "./shop";\nimport { other } from "./other";\nexport const catalogue = { [shop.name]: shop, [other.name]: other };\n`,
    };
    const both = /two applications are named shop: apps\/shop\.ts and apps\/other\.ts/;
    assert.match(await refusal(files), both);
    const index = files["apps/index.ts"].replace(/= .*;/, "= { shop, other };");
    assert.match(
      await refusal({ "apps/index.ts": index }),
      /two applications are named shop: shop and other/,
    );
  });

  it("distinguishes settings under the name of the Pulumi project from those of Flotilla", async () => {
    const text = await refusal({
      "apps/index.js": `${shop().replace("export ", "")}exports.catalogue = { shop };`,
      "Pulumi.dev.yaml": `${STACK}  my-shop:replicas: 2\n  my-shop:ownKey: 2\n`,
    });
    assert.match(text, /Pulumi\.dev\.yaml:4 my-shop:replicas: the prefix is not flotilla/);
    assert.doesNotMatch(text, /ownKey/);
  });
});

describe("the command line outside a project", () => {
  const run = (...args: string[]) =>
    execa(join(PACKAGE, "cli/bin.js"), args, { cwd: tmpdir(), all: true, reject: false });

  it("shows its help, and reports what is missing", async () => {
    assert.equal((await run("--help")).exitCode, 0);
    const { all, exitCode } = await run("config", "--stack", "dev");
    assert.equal(exitCode, 1);
    assert.match(all ?? "", /^there is no Pulumi\.yaml in .*\n {2}.*npx flotilla new project <folder>$/);
  }).timeout(20_000);
});
