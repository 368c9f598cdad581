/** The location of the package, for every way to install it. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lazily } from "../../dev/build/lazily";
import { lockFileOf, PACKAGE, packageOf } from "../../src/plan/package";

describe("the package of a project", () => {
  let root: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "flotilla-places-")));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const folder = (...path: string[]) => {
    mkdirSync(join(root, ...path), { recursive: true });
    return join(root, ...path);
  };
  const install = (...path: string[]) => {
    const at = folder(...path);
    folder(...path, "charts", "microservice");
    writeFileSync(join(at, "package.json"), '{"name":"flotilla","version":"1.0.0"}');
    return at;
  };

  it("is the project itself in a clone, even in a renamed one", () => {
    assert.equal(packageOf(PACKAGE), PACKAGE);
    assert.equal(packageOf(install("clone")), join(root, "clone"));
    writeFileSync(join(root, "clone", "package.json"), '{"name":"our-flotilla"}');
    assert.equal(packageOf(join(root, "clone")), join(root, "clone"));
  });

  it("is in the project's node_modules, or in those of a parent folder", () => {
    const above = install("node_modules", "flotilla");
    const project = folder("packages", "shop");
    assert.equal(packageOf(project), above);
    const own = install("packages", "shop", "node_modules", "flotilla");
    assert.equal(packageOf(project), own);
  });

  it("has the path of its link, not one with a version in it", () => {
    const target = install("shop", "node_modules", ".pnpm", "flotilla@1.0.0", "node_modules", "flotilla");
    symlinkSync(target, join(root, "shop", "node_modules", "flotilla"));
    assert.equal(packageOf(join(root, "shop")), join(root, "shop", "node_modules", "flotilla"));
  });

  it("has the lock file of the project or of its workspace, not one outside the repository", () => {
    const project = folder("mono", "deploy", "shop");
    writeFileSync(join(root, "package-lock.json"), "{}");
    folder("mono", ".git");
    assert.equal(lockFileOf(project), undefined);
    writeFileSync(join(root, "mono", "pnpm-lock.yaml"), "");
    assert.equal(lockFileOf(project), join(root, "mono", "pnpm-lock.yaml"));
    writeFileSync(join(project, "package-lock.json"), "{}");
    assert.equal(lockFileOf(project), join(project, "package-lock.json"));
  });

  it("is the running package if the project has none", () => {
    assert.equal(packageOf(folder("empty")), PACKAGE);
  });
});

describe("the compiled index", () => {
  it("loads a module on first use", () => {
    const compiled = [
      'var deploy_1 = require("./deploy");',
      'Object.defineProperty(exports, "deploy", { enumerable: true, get: function () { return deploy_1.deploy; } });',
    ].join("\n");
    const loaded: string[] = [];
    const exports: Record<string, unknown> = {};
    const load = (path: string) => {
      loaded.push(path);
      return { deploy: "it" };
    };
    new Function("exports", "require", lazily(compiled))(exports, load);
    assert.deepEqual(loaded, []);
    assert.equal(exports.deploy, "it");
    assert.deepEqual(loaded, ["./deploy"]);
  });
});
