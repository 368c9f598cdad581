/** The packed package in a user's project: created, deployed, changed, rolled back and upgraded. */
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type execa from "execa";
import { PACKAGE } from "../../cli/tools/paths";
import { long } from "./long";
import { pack, packNext, unpack, writeLock } from "./own-project";
import { run } from "./world";

const APPLICATION = "order-desk";
const NAMESPACE = `${APPLICATION}-local`;

describe("a user's project with the package", function () {
  this.timeout(300_000);
  const root = mkdtempSync(join(tmpdir(), "flotilla-package-"));
  const project = join(root, APPLICATION);
  /** The environment of the project's own sandbox. */
  let environment: NodeJS.ProcessEnv = {};
  let archive: string;

  const npm = (...args: string[]) => run("npm", [...args, "--no-audit", "--no-fund"], { cwd: project });
  const inProject = (program: string, ...args: string[]) =>
    run(program, args, { cwd: project, env: environment, reject: false });
  const flotilla = (...args: string[]) => inProject(join(project, "node_modules/.bin/flotilla"), ...args);
  const get = async <T>(...args: string[]): Promise<T> =>
    JSON.parse((await inProject("kubectl", "get", ...args, "-n", NAMESPACE, "-o", "json")).stdout) as T;
  const succeeds = (result: execa.ExecaReturnValue, exitCode = 0) =>
    assert.equal(result.exitCode, exitCode, result.all);
  const commit = async (message: string) => {
    const who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    await run("git", ["add", "-A"], { cwd: project });
    await run("git", [...who, "commit", "-qm", message], { cwd: project });
  };
  const annotations = async () =>
    (await get<{ metadata: { annotations?: object } }>("service", "web")).metadata.annotations ?? {};
  const image = async () => {
    const found = await get<{ spec: { template: { spec: { containers: { image: string }[] } } } }>(
      "deployment",
      "web",
    );
    return found.spec.template.spec.containers[0]?.image;
  };
  /** Names and times of installed files. */
  const installed = () => {
    const folder = join(project, "node_modules/flotilla");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
    return files.map((file) => `${file} ${statSync(join(folder, file)).mtimeMs}`);
  };

  before(async () => {
    archive = await pack(PACKAGE, root);
    // As npx does it: the package next to its dependencies, in a folder of npm.
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
    // As `make setup` leaves it.
    writeFileSync(join(project, "node_modules/.installed"), "");
    await run("git", ["init", "-q", "-b", "main"], { cwd: project });
    await commit("Begin");
  });
  after(async () => {
    if (existsSync(join(project, ".flotilla"))) await flotilla("sandbox", "delete");
    rmSync(root, { recursive: true, force: true });
  });

  it("contains no sources, tests or development tools", () => {
    const files = installed().map((line) => line.replace(/ [^ ]+$/, ""));
    const sources = files.filter(
      (file) => /(?<!\.d)\.ts$/.test(file) && !file.startsWith("dist/cli/template/"),
    );
    assert.deepEqual(sources, []);
    for (const part of ["tests", "dist/dev/bench", "dist/dev/generate", "apps", "dist/apps"])
      assert.ok(!existsSync(join(project, "node_modules/flotilla", part)), part);
  });

  it("gives inventories their vocabulary without loading the Pulumi SDK", async () => {
    const script = `require("flotilla").host("web"); require("flotilla").planOf;
      process.stdout.write(String(Object.keys(require.cache).some((path) => path.includes("@pulumi"))));`;
    assert.equal((await run("node", ["-e", script], { cwd: project })).stdout, "false");
  });

  it("passes its own tests, including type checks", async () => {
    assert.match((await run("make", ["test"], { cwd: project })).all ?? "", /6 passing/);
  });

  long("compiles, and has the same plan when compiled", async () => {
    const outDir = ["--noEmit", "false", "--outDir", "dist", "--skipLibCheck"];
    await run(join(project, "node_modules/.bin/tsc"), outDir, { cwd: project });
    const digest = async (main: string) =>
      (await run("node", ["-e", `process.stdout.write(require("./${main}").digest())`], { cwd: project }))
        .stdout;
    assert.match(await digest("dist/index.js"), /^[0-9a-f]{12}$/);
    rmSync(join(project, "dist"), { recursive: true });
  });

  it("applies the transform of its program in commands", async () => {
    const index = join(project, "index.ts");
    const original = readFileSync(index, "utf8");
    const change = "({ services }) => { if (services.web) services.web.values.podLabels = { mine: 'yes' }; }";
    writeFileSync(index, original.replace("project:", `transform: ${change}, project:`));
    const out = join(root, "rendered");
    const rendered = await flotilla("render", "--stack", "prod", "--out", out);
    writeFileSync(index, original);
    succeeds(rendered);
    assert.match(readFileSync(join(out, "web.values.yaml"), "utf8"), /^ {2}mine: "?yes"?$/m);
  });

  it("is deployed with one command, which writes nothing into its packages", async () => {
    const before = installed();
    const { all = "" } = await run("make", ["demo"], { cwd: project });
    for (const release of ["cache", "web"]) assert.match(all, new RegExp(`^${release} .* deployed `, "m"));
    assert.match(all, /^2 releases, 2 pods ready\.$/m);
    assert.deepEqual(installed(), before);
    assert.equal((await inProject("git", "status", "--porcelain")).stdout, "");
    // In JSON, unset values are null.
    const sandbox = JSON.parse((await flotilla("sandbox", "env", "--json")).stdout) as {
      environment: Record<string, string | null>;
    };
    environment = Object.fromEntries(
      Object.entries(sandbox.environment).map(([name, value]) => [name, value ?? undefined]),
    );
  });

  it("has charts with the same path on every machine", async () => {
    const { stdout } = await inProject("pulumi", "stack", "export", "--stack", "local");
    assert.match(stdout, /"chart": "\.\/node_modules\/flotilla\/charts\/microservice"/);
  });

  it("accepts a new service and a new setting, and rolls back", async () => {
    succeeds(await flotilla("new", "service", "orders", "--language", "node", "--uses", "cache"));
    await npm("run", "check");
    const setting = ["config", "set", "--path", "flotilla:services.web.tag", "6.9.1", "--stack", "local"];
    succeeds(await inProject("pulumi", ...setting));
    await commit("Add orders");
    const diff = await flotilla("diff", "--stack", "local");
    succeeds(diff, 2);
    assert.match(diff.all ?? "", /orders/);
    assert.match(diff.all ?? "", /6\.9\.1/);
    succeeds(await flotilla("up", "--stack", "local", "--yes"));
    assert.equal(await image(), "ghcr.io/stefanprodan/podinfo:6.9.1");
    succeeds(await flotilla("rollback", "--stack", "local", "--yes"));
    assert.equal(await image(), "ghcr.io/stefanprodan/podinfo:6.9.0");
    const { items } = await get<{ items: { metadata: { name: string } }[] }>("deployments");
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ["web"],
    );
  });

  long("shows what a newer version would change, and rolls back across it", async () => {
    succeeds(await flotilla("up", "--stack", "local", "--yes"));
    const newer = await packNext(archive, root, "99.0.0", (folder) => {
      const template = join(folder, "charts/microservice/templates/service.yaml");
      const text = readFileSync(template, "utf8");
      const newer = text.replace(
        / +\{\{- include "microservice\.metadata" .*\n/,
        '$&  annotations: { example.com/newer: "yes" }\n',
      );
      assert.notEqual(newer, text);
      writeFileSync(template, newer);
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

  long("is refused with another version than the running one", async () => {
    const { all, exitCode } = await run(join(PACKAGE, "cli/bin.js"), ["check", "--stack", "local"], {
      cwd: project,
      reject: false,
    });
    assert.equal(exitCode, 1);
    assert.match(all ?? "", /but the project in .* uses flotilla 99\.0\.0\n.*npx flotilla/);
  });
});
