/** The packed package in a project of one's own: created, brought up, changed, rolled back and upgraded. */
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type execa from "execa";
import { PACKAGE } from "../../cli/tools/paths";
import { pack, packNext, unpack, writeLock } from "./own-project";
import { exists, get, run, Stack, testWorld } from "./world";

const APPLICATION = "order-desk";
const NAMESPACE = `${APPLICATION}-local`;

describe("a project of one's own with the package", function () {
  this.timeout(300_000);
  const root = mkdtempSync(join(tmpdir(), "flotilla-package-"));
  const project = join(root, APPLICATION);
  const stack = new Stack(project, "local");
  let archive: string;

  const npm = (...args: string[]) => run("npm", [...args, "--no-audit", "--no-fund"], { cwd: project });
  const flotilla = (...args: string[]) =>
    run(join(project, "node_modules/.bin/flotilla"), args, { cwd: project, reject: false });
  const succeeds = (result: execa.ExecaReturnValue, exitCode = 0) =>
    assert.equal(result.exitCode, exitCode, result.all);
  const commit = async (message: string) => {
    const who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    await run("git", ["add", "-A"], { cwd: project });
    await run("git", [...who, "commit", "-qm", message], { cwd: project });
  };
  const annotations = async () =>
    (await get<{ metadata: { annotations?: object } }>("service", "web", "-n", NAMESPACE)).metadata
      .annotations ?? {};
  const image = async () => {
    const found = await get<{ spec: { template: { spec: { containers: { image: string }[] } } } }>(
      ...["deployment", "web", "-n", NAMESPACE],
    );
    return found.spec.template.spec.containers[0]?.image;
  };
  /** Names, sizes and times of what is installed. */
  const installed = () => {
    const folder = join(project, "node_modules/flotilla");
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  };

  before(async () => {
    archive = await pack(PACKAGE, root);
    // As npx does it: the package beside its dependencies, in a folder of npm's own.
    const modules = join(root, "npx/node_modules");
    await unpack(archive, modules);
    for (const name of readdirSync(join(PACKAGE, "node_modules")))
      if (!name.startsWith(".")) symlinkSync(join(PACKAGE, "node_modules", name), join(modules, name));
    writeFileSync(
      join(modules, ".package-lock.json"),
      JSON.stringify({ packages: { "node_modules/flotilla": { resolved: `file:${archive}` } } }),
    );
    const create = ["new", "project", APPLICATION];
    succeeds(await run(join(modules, "flotilla/cli/bin.js"), create, { cwd: root, reject: false }));
    writeLock(project, archive);
    await npm("ci", "--ignore-scripts", "--prefer-offline");
    await run("git", ["init", "-q", "-b", "main"], { cwd: project });
    await commit("Begin");
    // The cluster of this test stands for the one that the project would start.
    symlinkSync(testWorld.folder, join(project, ".flotilla"));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  it("holds no source, no test and no tool of developers", () => {
    const files = installed();
    const sources = files.filter(
      (file) => /(?<!\.d)\.ts$/.test(file) && !file.startsWith("dist/cli/template/"),
    );
    assert.deepEqual(sources, []);
    for (const part of ["tests", "dist/dev/bench", "dist/dev/generate", "apps", "dist/apps"])
      assert.ok(!existsSync(join(project, "node_modules/flotilla", part)), part);
  });

  it("passes its own tests, with types checked", async () => {
    await npm("run", "check");
    assert.match((await npm("test")).all ?? "", /6 passing/);
  });

  it("compiles, and says the same of itself when compiled", async () => {
    const outDir = ["--noEmit", "false", "--outDir", "dist", "--skipLibCheck"];
    await run(join(project, "node_modules/.bin/tsc"), outDir, { cwd: project });
    const digest = async (main: string) =>
      (await run("node", ["-e", `process.stdout.write(require("./${main}").digest())`], { cwd: project }))
        .stdout;
    assert.match(await digest("dist/index.js"), /^[0-9a-f]{12}$/);
    rmSync(join(project, "dist"), { recursive: true });
  });

  it("comes up with one command, and writes nothing into its packages", async () => {
    const before = installed();
    const demo = await flotilla("demo", "--json");
    succeeds(demo);
    const releases = JSON.parse(demo.stdout) as { release: string; status: string }[];
    assert.deepEqual(releases.map(({ release, status }) => `${release} ${status}`).sort(), [
      "cache deployed",
      "web deployed",
    ]);
    assert.deepEqual(installed(), before);
    const { stdout } = await run("git", ["status", "--porcelain"], { cwd: project });
    assert.equal(stdout.replace("?? .flotilla\n", "").replace("?? .flotilla", ""), "");
  });

  it("has charts under the same path on every machine", async () => {
    assert.match(await stack.export(), /"chart": "\.\/node_modules\/flotilla\/charts\/microservice"/);
  });

  it("takes a new service and a new setting, and goes back", async () => {
    succeeds(await flotilla("new", "service", "orders", "--language", "node", "--uses", "cache"));
    await npm("run", "check");
    await stack.config("flotilla:services.web.tag", "6.9.1");
    await commit("Add orders");
    const diff = await flotilla("diff", "--stack", "local");
    succeeds(diff, 2);
    assert.match(diff.all ?? "", /orders/);
    assert.match(diff.all ?? "", /6\.9\.1/);
    succeeds(await flotilla("up", "--stack", "local", "--yes"));
    assert.equal(await image(), "ghcr.io/stefanprodan/podinfo:6.9.1");
    succeeds(await flotilla("rollback", "--stack", "local", "--yes"));
    assert.equal(await image(), "ghcr.io/stefanprodan/podinfo:6.9.0");
    assert.equal(await exists("deployment", "orders", "-n", NAMESPACE), false);
  });

  it("shows what a newer version would change, and goes back across it", async () => {
    succeeds(await flotilla("up", "--stack", "local", "--yes"));
    const newer = await packNext(archive, root, "99.0.0", (folder) => {
      const template = join(folder, "charts/microservice/templates/service.yaml");
      const labels = '  {{- include "microservice.metadata" (list $ "" dict) | nindent 2 }}\n';
      const text = readFileSync(template, "utf8");
      assert.ok(text.includes(labels));
      writeFileSync(template, text.replace(labels, `${labels}  annotations: { example.com/newer: "yes" }\n`));
    });
    mkdirSync(join(project, "vendor"), { recursive: true });
    cpSync(newer, join(project, "vendor/flotilla-99.0.0.tgz"));
    await npm("install", "./vendor/flotilla-99.0.0.tgz", "--ignore-scripts", "--prefer-offline");
    await commit("Upgrade");
    const diff = await flotilla("diff", "--stack", "local", "--json");
    succeeds(diff, 2);
    const { changes } = JSON.parse(diff.stdout) as {
      changes: { release: string; objects: { kind: string; name: string }[] }[];
    };
    assert.deepEqual(
      changes.flatMap(({ objects }) => objects.map(({ kind, name }) => `${kind} ${name}`)).sort(),
      ["Service orders", "Service web"],
      diff.stdout,
    );
    succeeds(await flotilla("up", "--stack", "local", "--yes"));
    assert.deepEqual(Object.keys(await annotations()).includes("example.com/newer"), true);
    succeeds(await flotilla("rollback", "--stack", "local", "--yes"));
    assert.deepEqual(Object.keys(await annotations()).includes("example.com/newer"), false);
  });

  it("is refused with another version than the one that runs", async () => {
    const { all, exitCode } = await run(join(PACKAGE, "cli/bin.js"), ["check", "--stack", "local"], {
      cwd: project,
      reject: false,
    });
    assert.equal(exitCode, 1);
    assert.match(all ?? "", /but the project in .* uses flotilla 99\.0\.0\n.*npx flotilla/);
  });
});
