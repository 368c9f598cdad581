/** What was reviewed is what is applied: a saved plan, and each way in which the world changes before it is applied. */
import assert from "node:assert/strict";
import { cpSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ReviewedPlan } from "../../cli/core/reviewed-plan";
import { flotilla as command, inventoryStack, writeInventory } from "./inventory";
import { long } from "./long";
import { exists, get, read, run, Stack, secretOf } from "./world";

const namespace = "e2e-reviewed";
const AUTHOR = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];

const INVENTORY = `
  services: {
    web: { ...service(["mysql"], { URL: url("mysql") }), startupSeconds: 1 },
    worker: { ...service([]), startupSeconds: 1 },
  },
  stores: { mysql: store("mysql", "app") },`;

describe("a reviewed plan", function () {
  this.timeout(240_000);
  let stack: Stack;
  let plan: string;
  let page: string;
  /** Everything that was written to the terminal and into files. */
  let written = "";

  /** A command that must end with an exit code. Returns its output. */
  const ends = async (code: number, ...args: string[]) => {
    const { exitCode, all = "" } = await command(stack, ...args, "--stack", stack.name);
    written += all;
    assert.equal(exitCode, code, `flotilla ${args.join(" ")}:\n${all}`);
    return all;
  };
  const save = async (code = 2) => {
    const all = await ends(code, "diff", "--save", plan, "--markdown", page);
    written += read(plan) + read(page);
    return all;
  };
  const saved = () => JSON.parse(read(plan)) as ReviewedPlan;
  const apply = (code: number) => ends(code, "up", "--plan", plan);
  const set = (path: string, value: string) => stack.config(`flotilla:${path}`, value);
  const updates = async () => {
    const { stdout } = await run("pulumi", ["stack", "history", "--json", "--stack", stack.name], {
      cwd: stack.folder,
    });
    return (JSON.parse(stdout) as unknown[]).length;
  };
  const image = async () =>
    (
      await get<{ spec: { template: { spec: { containers: { image: string }[] } } } }>(
        "deployment",
        "worker",
        "-n",
        namespace,
      )
    ).spec.template.spec.containers[0]?.image;
  /** Applies the plan, which must be refused before anything moves. */
  const refused = async () => {
    const before = [await updates(), await image()];
    const all = await apply(1);
    assert.match(
      all,
      /no longer matches what an update of reviewed would do, as shown above\. Nothing was changed\./,
    );
    assert.deepEqual([await updates(), await image()], before);
    return all;
  };
  /** Changes a file of the project while something is done. */
  const edited = async (file: string, from: string | RegExp, to: string, work: () => Promise<void>) => {
    const before = read(stack.folder, file);
    stack.edit(file, from, to);
    await work();
    writeFileSync(join(stack.folder, file), before);
  };

  before(async () => {
    stack = await inventoryStack("reviewed", namespace, INVENTORY, {
      rolloutSeconds: 60,
    });
    plan = join(stack.folder, "plan.json");
    page = join(stack.folder, "plan.md");
  });
  after(() => stack?.remove());

  it("is applied by the first update, without a question", async () => {
    await save();
    const { version, changes, deployed } = saved();
    assert.deepEqual([version, deployed], [1, { update: 0, releases: {}, lost: [] }]);
    assert.ok(changes.every(({ change }) => change === "added"));
    assert.match(await apply(0), /the update matches .*plan\.json[\s\S]*reviewed is up to date/);
    assert.equal(await image(), "example.com/web:1.0.0");
  });

  it("is applied from another folder and commit, whose files have changed without effect", async () => {
    await set("services.worker.tag", "1.0.1");
    await save();
    assert.ok(read(plan).startsWith('{\n  "version": 1,\n  "stack": "reviewed",\n'));
    assert.match(read(page), /\| <code>worker<\/code> \| service \| upgraded \|/);
    // As CI does after a merge: in another folder, from another commit.
    const merged = new Stack(`${stack.folder}-merged`, stack.name);
    cpSync(stack.folder, merged.folder, { recursive: true });
    merged.edit("apps/index.ts", /^/, "// A comment.\n");
    for (const args of [
      ["init", "-q"],
      ["add", "apps"],
      [...AUTHOR, "commit", "-qm", "merged"],
    ])
      await run("git", args, { cwd: merged.folder });
    const { exitCode, all } = await command(merged, "up", "--stack", stack.name, "--plan", plan);
    assert.equal(exitCode, 0, all);
    merged.remove();
    assert.equal(await image(), "example.com/web:1.0.1");
    await ends(0, "diff");
  });

  it("is refused when it was applied already", async () => {
    assert.match(await refused(), /updates: the newest update was 1 when the plan was saved, and is now 2/);
  });

  long("says that nothing changes, and is applied all the same", async () => {
    await save(0);
    assert.match(await apply(0), /says that nothing changes, and nothing has changed since/);
  });

  it("is refused when the settings have changed, with both differences", async () => {
    await set("services.worker.tag", "1.0.2");
    await save();
    await set("services.worker.tag", "1.0.3");
    const all = await refused();
    assert.match(all, /setting flotilla:services\.worker\.tag: 1\.0\.2 → 1\.0\.3/);
    assert.match(all, /no longer does it:\n[\s\S]*\+ .*:1\.0\.2\n[\s\S]*does it now:\n[\s\S]*\+ .*:1\.0\.3/);
    await set("services.worker.tag", "1.0.2");
  });

  long("is refused when the inventory or a chart has changed", async () => {
    await edited("apps/index.ts", "services: {", "description2: {", async () => {
      await apply(1);
    });
    await edited("apps/index.ts", 'URL: url("mysql")', 'URL: url("mysql"), COLOR: "blue"', async () => {
      assert.match(await refused(), /does it now:\n[\s\S]*~ Deployment web[\s\S]*\+ .*COLOR/);
    });
    const template = "charts/microservice/templates/serviceaccount.yaml";
    await edited(template, "kind: ServiceAccount", "kind: ServiceAccount # new", async () => {
      assert.match(
        await refused(),
        /chart of mysql-accounts, web, worker: microservice \S+ sha256:\w+ → microservice/,
      );
    });
  });

  long("is refused when a masked value may have changed", async () => {
    await edited(
      "apps/index.ts",
      'text`${username(of, "app")}:',
      'text`a-${username(of, "app")}:',
      async () => {
        await save();
        await edited("apps/index.ts", "text`a-", "text`b-", async () => {
          assert.match(await refused(), /plan: \w+ → \w+ \(the program's files have changed as well/);
        });
        await edited("apps/index.ts", /^/, "// A comment.\n", async () => {
          assert.match(await refused(), /The update changes Secrets\. A plan does not contain their values/);
        });
      },
    );
  });

  it("is refused by the program, when the plan changes after the comparison", async () => {
    const { exitCode, all } = await stack.pulumi(["up", "--yes", "--skip-preview"], {
      reject: false,
      env: { FLOTILLA_REVIEWED: "000000000000" },
    });
    assert.notEqual(exitCode, 0);
    assert.match(all ?? "", /has changed since it was compared with the reviewed plan/);
    assert.equal(await image(), "example.com/web:1.0.1");
  });

  long("is refused after a release was upgraded with helm", async () => {
    await save();
    await run("helm", ["upgrade", "web", "charts/microservice", "--reuse-values", "-n", namespace], {
      cwd: stack.folder,
    });
    assert.match(await refused(), /deployed release web\.revision: 1 → 2/);
  });

  long("is refused when an object is gone or a release is uninstalled", async () => {
    await save();
    await run("kubectl", ["delete", "resourcequota", "--all", "-n", namespace]);
    assert.match(await refused(), /missing in the cluster since: ResourceQuota/);
    await save();
    await run("helm", ["uninstall", "worker", "-n", namespace]);
    const all = await apply(1);
    assert.match(all, /missing in the cluster since: Release worker/);
    assert.match(all, /deployed release worker\.status: deployed → missing/);
  });

  long("is applied when it creates again what the cluster has lost", async () => {
    await save();
    assert.deepEqual(saved().deployed.lost.at(-1), "Release worker");
    await apply(0);
    assert.equal(await image(), "example.com/web:1.0.2");
  });

  long("is refused after another update of the stack", async () => {
    await set("services.worker.tag", "1.0.4");
    await save();
    await set("services.worker.tag", "1.0.5");
    await ends(0, "up", "--yes");
    await set("services.worker.tag", "1.0.4");
    const all = await refused();
    assert.match(all, /updates: the newest update was \d+ when the plan was saved, and is now \d+/);
    assert.match(all, /deployed release worker\.revision/);
  });

  long("is refused for files that are no plan of this stack", async () => {
    await save();
    const text = read(plan);
    for (const [content, expected] of [
      ["{", /it is not a plan written by flotilla diff --save/],
      [text.replace('"version": 1', '"version": 2'), /its format has version 2,/],
      [text.replace('"stack": "reviewed"', '"stack": "prod"'), /a plan of stack prod, not of stack reviewed/],
    ] as const) {
      writeFileSync(plan, content);
      assert.match(await apply(1), expected);
    }
    rmSync(plan);
    assert.match(await apply(1), /does not exist or cannot be read/);
    const further = await command(stack, "up", "--stack", stack.name, "--plan", plan, "--", "--refresh");
    assert.equal(further.exitCode, 3);
    assert.match(further.all ?? "", /--plan takes no arguments for pulumi, because --refresh/);
  });

  it("is not saved for an update that would be refused, nor where it cannot be written", async () => {
    rmSync(plan, { force: true });
    await set("stores.mysql.storage", "2Gi");
    assert.match(await ends(1, "diff", "--save", plan), /in the middle of the update/);
    assert.equal(existsSync(plan), false);
    await run("pulumi", ["config", "rm", "flotilla:stores", "--stack", stack.name], { cwd: stack.folder });
    const nowhere = join(stack.folder, "no", "plan.json");
    assert.match(await ends(1, "diff", "--save", nowhere), /plan\.json cannot be written: /);
    const offline = await command(stack, "diff", "--stack", stack.name, "--save", plan, "--offline");
    assert.match(offline.all ?? "", /cannot be used with/);
  });

  it("has no secret value, no path of this machine and no commit", async () => {
    await save();
    const values = [
      ...Object.values(await secretOf("mysql-auth", namespace)),
      ...Object.values(await secretOf("web-env", namespace)),
    ].filter((value) => value.length > 8);
    assert.ok(values.length >= 2);
    for (const value of values)
      for (const form of [value, Buffer.from(value).toString("base64")]) assert.ok(!written.includes(form));
    assert.ok(!read(plan).includes(stack.folder));
  });

  long("is applied when it deletes a store that the settings let go", async () => {
    writeInventory(
      stack.folder,
      "services: { web: { ...service([]), startupSeconds: 1 }, worker: { ...service([]), startupSeconds: 1 } }, stores: {}",
    );
    await set("allowDeletion[0]", "store/mysql");
    await save();
    assert.match(read(page), /\| <code>mysql<\/code> \| release \| \*\*deleted\*\* \|/);
    assert.doesNotMatch(read(page), /The update is refused/);
    await apply(0);
    assert.equal(await exists("statefulset", "mysql", "-n", namespace), false);
  });
});
