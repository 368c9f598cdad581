/** Operating a stack: previewed, updated, rolled back, maintained; each command as a user runs it. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import execa from "execa";
import { parse, parseAllDocuments, stringify } from "yaml";
import type { ReleaseChange } from "../../cli/core/diff/compare";
import { documentedJson } from "../json-shape";
import { flotilla as command, inventoryStack } from "./inventory";
import { long } from "./long";
import { exists, get, read, run, type Stack, until, world } from "./world";

const namespace = "e2e-operations";

interface Listed<T> {
  items: (T & { metadata: { name: string; uid: string; labels?: Record<string, string> } })[];
}
interface DiffOutput {
  releases: number;
  restarts: number;
  changes: ReleaseChange[];
  notes: string[];
}

const INVENTORY = `
  services: {
    web: { ...service(["mysql"], { URL: url("mysql") }), startupSeconds: 1 },
    worker: { ...service([]), startupSeconds: 1 },
  },
  stores: { mysql: store("mysql", "app") },`;

/** The JSON of `rollback --list`. */
type Updates<T> = { updates: T[] };

describe("a stack in operation", function () {
  this.timeout(240_000);
  let stack: Stack;
  /** Output of all commands: it must contain no Secret's value. */
  let written = "";

  const flotilla = async (...args: string[]) => {
    const result = await command(stack, ...args);
    written += result.all ?? "";
    return result;
  };
  /** Runs a command that must end with an exit code. */
  const ends = async (code: number, ...args: string[]) => {
    const { exitCode, all = "" } = await flotilla(...args);
    assert.equal(exitCode, code, `flotilla ${args.join(" ")}:\n${all}`);
    return all;
  };
  const on = (...args: string[]) => [...args, "--stack", stack.name];
  const json = async <T>(code: number, ...args: string[]): Promise<T> => {
    const { exitCode, stdout, all } = await flotilla(...args, "--json");
    assert.equal(exitCode, code, all);
    return documentedJson<T>(args[0] === "rollback" ? "rollback --list" : (args[0] as string), stdout);
  };
  const set = (path: string, value: string) => stack.config(`flotilla:${path}`, value);
  const unset = (path: string) =>
    run("pulumi", ["config", "rm", "--path", `flotilla:${path}`, "--stack", stack.name], {
      cwd: stack.folder,
    });
  const git = async (...args: string[]) => (await execa("git", args, { cwd: stack.folder })).stdout;
  const commit = async (message: string) => {
    await git("add", "-A");
    await git("-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "-qm", message);
  };
  const image = async (release: string) =>
    (
      await get<{ spec: { template: { spec: { containers: { image: string }[] } } } }>(
        "deployment",
        release,
        "-n",
        namespace,
      )
    ).spec.template.spec.containers[0]?.image;
  /** Returns Helm's manifests of every release, as objects. */
  const manifests = async (): Promise<unknown> => {
    const { stdout } = await run("helm", ["list", "-n", namespace, "-q"]);
    const texts = await Promise.all(
      stdout
        .split("\n")
        .map(async (release) => (await run("helm", ["get", "manifest", release, "-n", namespace])).stdout),
    );
    return texts.map((text) => parseAllDocuments(text).map((document) => document.toJS() as unknown));
  };
  const workerValues = async () =>
    JSON.parse((await run("helm", ["get", "values", "worker", "-n", namespace, "-o", "json"])).stdout) as {
      resources: { requests: object; limits: object };
    };
  /** Returns the specs of the workloads as the API server has them. */
  const specs = async () => {
    const { items } = await get<Listed<{ kind: string; spec: unknown }>>(
      "deployments,statefulsets,services,networkpolicies,serviceaccounts,configmaps",
      "-n",
      namespace,
      "--selector=app.kubernetes.io/managed-by=Helm",
    );
    return items.map(({ kind, metadata, spec }) => ({ kind, name: metadata.name, spec }));
  };
  const podUids = async (release: string, of = namespace) =>
    (await get<Listed<object>>("pods", "-n", of, "-l", `app.kubernetes.io/instance=${release}`)).items
      .map(({ metadata }) => metadata.uid)
      .sort();
  const settled = (release: string) =>
    until(`one pod of ${release}`, async () => (await podUids(release)).length === 1);
  const stackFile = () => parse(read(stack.folder, `Pulumi.${stack.name}.yaml`)) as { config: unknown };

  before(async () => {
    stack = await inventoryStack("operations", namespace, INVENTORY, {
      // Short timeouts for what cannot become ready.
      rolloutSeconds: 12,
    });
    writeFileSync(join(stack.folder, ".gitignore"), "node_modules\n.flotilla\n");
    await git("init", "-q", "-b", "main");
    await commit("first");
  });
  after(() => stack?.remove());

  describe("flotilla diff", () => {
    it("shows all of a first update, and changes nothing", async () => {
      const { changes } = await json<DiffOutput>(2, ...on("diff"));
      assert.ok(changes.every(({ change }) => change === "added"));
      assert.deepEqual(changes.map(({ release }) => release).sort(), [
        "(guard rails and Secrets)",
        "mysql",
        "mysql-accounts",
        "web",
        "worker",
      ]);
      assert.equal(await exists("namespace", namespace), false);
    });

    it("asks before an update, and says how to continue without a terminal", async () => {
      assert.match(await ends(3, ...on("up")), /run this with --yes/);
      assert.equal(await exists("namespace", namespace), false);
    });

    it("is empty after the update", async () => {
      const all = await ends(0, ...on("up"), "--yes");
      assert.match(all, /worker: installed in/);
      assert.match(all, /operations is up to date: \d+ created/);
      assert.match(await ends(0, ...on("diff")), /Nothing changes\./);
      assert.match(await ends(0, ...on("diff"), "--offline"), /Nothing changes\./);
    });

    it("reports exactly what an update then does: objects and pods", async () => {
      await set("services.worker.tag", "1.0.1");
      const { changes, restarts } = await json<DiffOutput>(2, ...on("diff"));
      assert.deepEqual(
        changes.map(({ release, objects }) => [release, objects.map(({ kind }) => kind)]),
        [["worker", ["Deployment"]]],
      );
      assert.deepEqual(changes[0]?.pods, [
        { workload: "Deployment worker", effect: "restart", count: 1, why: "image 1.0.0 → 1.0.1" },
      ]);
      assert.equal(restarts, 1);
      const offline = await json<DiffOutput>(2, ...on("diff"), "--offline");
      assert.deepEqual(offline.changes, changes);
      const page = join(stack.folder, "diff.html");
      await ends(2, ...on("diff"), "--html", page);
      assert.match(read(page), /1 restart: image 1\.0\.0 → 1\.0\.1/);
      const before = { web: await podUids("web"), worker: await podUids("worker") };
      await ends(0, ...on("up"), "--yes");
      await settled("worker");
      assert.deepEqual(await podUids("web"), before.web);
      assert.notDeepEqual(await podUids("worker"), before.worker);
      await ends(0, ...on("diff"));
    });

    it("masks Secrets and reports which of their values change", async () => {
      stack.edit("apps/index.ts", 'text`${username(of, "app")}:', 'text`changed-${username(of, "app")}:');
      const { changes } = await json<DiffOutput>(2, ...on("diff"));
      const secret = changes[0]?.objects.find(({ kind }) => kind === "Secret");
      assert.match(secret?.diff ?? "", /^- {2}URL: \(masked\)$/m);
      assert.match(secret?.diff ?? "", /^\+ {2}URL: \(masked, changed\)$/m);
      await git("checkout", "apps");
    });

    long("warns about what the API server will refuse", async () => {
      await set("stores.mysql.storage", "2Gi");
      const all = await ends(2, ...on("diff"));
      assert.match(all, /The API server will refuse this/);
      assert.match(all, /StatefulSet mysql: spec\.volumeClaimTemplates/);
      assert.match(await ends(1, ...on("up"), "--yes"), /in the middle of the update\. Nothing was changed/);
      const preview = await stack.pulumi(["preview"], { reject: false, all: true });
      assert.notEqual(preview.exitCode, 0, preview.all);
      assert.match(preview.all ?? "", /the volumes of StatefulSet mysql have 1Gi, and Kubernetes refuses/);
      await set("stores.mysql.storage", "512Mi");
      for (const command of ["diff", "up"])
        assert.match(await ends(1, ...on(command)), /flotilla:stores\.mysql\.storage: .*would shrink/);
      await unset("stores");
    });

    it("compares two stacks without a cluster", async () => {
      const file = read(stack.folder, `Pulumi.${stack.name}.yaml`);
      const other = parse(file) as { config: Record<string, unknown> };
      other.config["flotilla:namespace"] = "elsewhere";
      other.config["flotilla:services"] = { worker: { tag: "1.0.7" } };
      writeFileSync(join(stack.folder, "Pulumi.other.yaml"), stringify({ config: other.config }));
      const { changes } = await json<DiffOutput>(2, ...on("diff"), "--against", "other");
      assert.deepEqual(
        changes.map(({ release }) => release),
        ["worker"],
      );
      assert.match(changes[0]?.objects[0]?.diff ?? "", /^-.*1\.0\.7$/m);
      await execa("rm", [join(stack.folder, "Pulumi.other.yaml")]);
    });

    it("does not report wrong usage as no difference", async () => {
      assert.match(await ends(3, ...on("diff"), "--offlin"), /unknown option/);
    });
  });

  describe("flotilla status", () => {
    it("shows that everything is well", async () => {
      const all = await ends(0, ...on("status"));
      assert.match(all, /operations: shop in namespace e2e-operations/);
      assert.match(all, /worker +service +microservice-\S+ +2 +deployed +1\/1 /);
      assert.match(all, /4 releases, 3 pods ready\./);
    });
  });

  describe("flotilla rollback", () => {
    let start: { manifests: unknown; specs: unknown; config: unknown };
    let updates: number;

    it("lists what each update changed", async () => {
      await commit("worker 1.0.1");
      const { updates: list } = await json<Updates<{ number: number; changed: string[] }>>(
        0,
        ...on("rollback"),
        "--list",
      );
      assert.deepEqual(
        list.map(({ number }) => number),
        [2, 1],
      );
      assert.deepEqual(list[0]?.changed, ["worker 1.0.0 → 1.0.1"]);
      start = { manifests: await manifests(), specs: await specs(), config: stackFile().config };
    });

    it("rolls back from B to A: the same manifests, objects and settings", async () => {
      await set("services.worker.tag", "2.0.0");
      await set("services.web.env.COLOUR", "blue");
      await stack.up();
      assert.notDeepEqual(await manifests(), start.manifests);
      const all = await ends(0, ...on("rollback"), "--yes");
      assert.match(all, /image 2\.0\.0 → 1\.0\.1/);
      assert.deepEqual(await manifests(), start.manifests);
      assert.deepEqual(await specs(), start.specs);
      assert.deepEqual(stackFile().config, start.config);
      await ends(0, ...on("diff"));
      const {
        updates: [newest],
      } = await json<Updates<{ number: number; message: string }>>(0, ...on("rollback"), "--list");
      assert.match(newest?.message ?? "", /^flotilla rollback to 2: /);
    });

    long("rolls back from an unschedulable B, which is explained with what it lacks", async () => {
      await set("services.worker.resources.requests.cpu", "1000000m");
      await set("services.worker.resources.limits.cpu", "1000000m");
      const failed = await ends(1, ...on("up"), "--yes");
      assert.match(failed, /worker: \d+ s, .*cannot be scheduled/);
      const why = /it cannot be scheduled: 6 of 6 nodes do not have enough free cpu \(it requests 1000\)/;
      assert.match(failed, why);
      const explained = await ends(2, ...on("explain"));
      assert.match(explained, /service worker: its last update failed; the previous version keeps running/);
      assert.match(explained, why);
      assert.match(explained, /pulumi config set --path flotilla:services\.worker\.resources\.requests\.cpu/);
      assert.match(explained, /npx flotilla rollback --stack operations/);
      assert.match(await ends(2, ...on("status")), /worker .* update failed /);
      await ends(0, ...on("rollback"), "--yes");
      assert.deepEqual(await manifests(), start.manifests);
      assert.deepEqual(stackFile().config, start.config);
      await ends(0, ...on("status"));
      assert.match(await ends(0, ...on("explain")), /Nothing is wrong/);
    });

    long("rolls back across a change of the program, which stays in the working tree", async () => {
      stack.edit("apps/index.ts", 'tag: "1.0.0"', 'tag: "3.0.0"');
      stack.edit(
        "charts/microservice/templates/serviceaccount.yaml",
        "kind: ServiceAccount",
        "kind: ServiceAccount # new",
      );
      await commit("3.0.0");
      await stack.up();
      assert.equal(await image("web"), "example.com/web:3.0.0");
      const head = await git("rev-parse", "HEAD");
      await ends(0, ...on("rollback"), "--yes");
      assert.equal(await image("web"), "example.com/web:1.0.0");
      assert.deepEqual(await manifests(), start.manifests);
      assert.equal(await git("rev-parse", "HEAD"), head);
      assert.equal(await git("status", "--porcelain"), "", "nothing else is changed");
      assert.equal((await git("worktree", "list")).split("\n").length, 1);
      assert.match(read(stack.folder, "apps/index.ts"), /tag: "3\.0\.0"/);
      await ends(2, ...on("diff"));
      await git("revert", "--no-edit", "HEAD");
      await ends(0, ...on("diff"));
    });

    long("rolls back stores only with --include-stores", async () => {
      const memory = async () =>
        (
          await get<{
            spec: { template: { spec: { containers: { resources: { limits: { memory: string } } }[] } } };
          }>("statefulset", "mysql", "-n", namespace)
        ).spec.template.spec.containers[0]?.resources.limits.memory;
      stack.edit("apps/index.ts", 'limits: { memory: "128Mi" }', 'limits: { memory: "256Mi" }');
      await set("services.worker.tag", "1.5.0");
      await commit("more memory");
      await stack.up();
      assert.equal(await memory(), "256Mi");
      const kept = await ends(0, ...on("rollback"), "--yes");
      assert.match(kept, /stores are not rolled back: .*mysql/);
      assert.deepEqual([await image("worker"), await memory()], ["example.com/web:1.0.1", "256Mi"]);
      const {
        updates: [{ number } = { number: 0 }],
      } = await json<Updates<{ number: number }>>(0, ...on("rollback"), "--list");
      await ends(0, ...on("rollback"), "--to", String(number), "--include-stores", "--yes");
      assert.equal(await memory(), "128Mi");
      stack.edit("apps/index.ts", 'limits: { memory: "256Mi" }', 'limits: { memory: "128Mi" }');
      await commit("as it was");
      await ends(0, ...on("diff"));
    });

    long(
      "refuses a program that was never committed, and offers to roll back the settings only",
      async () => {
        stack.edit("apps/index.ts", 'tag: "1.0.0"', 'tag: "4.0.0"');
        await stack.up();
        const {
          updates: [{ number } = { number: 0 }],
        } = await json<Updates<{ number: number }>>(0, ...on("rollback"), "--list");
        updates = number;
        await git("checkout", "apps");
        await set("services.worker.tag", "5.0.0");
        await stack.up();
        const refused = await ends(1, ...on("rollback"), "--to", String(updates), "--yes");
        assert.match(refused, /it ran with uncommitted changes/);
        assert.match(refused, /--config-only/);
        assert.equal(await image("worker"), "example.com/web:5.0.0");
        await ends(0, ...on("rollback"), "--to", String(updates), "--config-only", "--yes");
        assert.equal(await image("worker"), "example.com/web:1.0.1");
        assert.equal(await image("web"), "example.com/web:1.0.0", "the program is the working tree's");
      },
    );

    long("rolls back a single service", async () => {
      await set("services.worker.tag", "6.0.0");
      await set("services.web.tag", "6.0.0");
      await stack.up();
      await ends(0, ...on("rollback"), "--only", "worker", "--yes");
      assert.equal(await image("worker"), "example.com/web:1.0.1");
      assert.equal(await image("web"), "example.com/web:6.0.0");
      assert.deepEqual(stackFile().config, {
        ...(start.config as object),
        "flotilla:services": { worker: { tag: "1.0.1" }, web: { tag: "6.0.0" } },
      });
      await ends(0, ...on("diff"));
    });

    long("keeps passwords that were rotated in the meantime", async () => {
      const auth = async () =>
        JSON.stringify((await get<{ data: object }>("secret", "mysql-auth", "-n", namespace)).data);
      const old = await auth();
      await ends(0, "rotate", "mysql", ...on(), "--yes", "--", "--skip-preview");
      const rotated = await auth();
      assert.notEqual(rotated, old);
      await set("services.worker.tag", "7.0.0");
      await stack.up();
      await ends(0, ...on("rollback"), "--to", "2", "--yes");
      assert.equal(await image("worker"), "example.com/web:1.0.1");
      assert.equal(await auth(), rotated);
      assert.deepEqual(stackFile().config, {
        ...(start.config as object),
        "flotilla:stores": { mysql: { generation: 2 } },
      });
      await ends(0, ...on("diff"));
    });

    long("reports updates to which it cannot roll back", async () => {
      assert.match(await ends(1, ...on("rollback"), "--to", "99"), /has no update 99/);
      const { updates: list } = await json<Updates<{ number: number; result: string }>>(
        0,
        ...on("rollback"),
        "--list",
      );
      const failed = list.find(({ result }) => result === "failed");
      assert.match(
        await ends(1, ...on("rollback"), "--to", String(failed?.number), "--yes"),
        /its update failed\. Choose an update that succeeded/,
      );
    });
  });

  describe("flotilla drift", () => {
    it("reports none after an update", async () => {
      assert.match(await ends(0, ...on("drift")), /No drift/);
    });

    long("ignores what an autoscaler owns", async () => {
      await run("kubectl", ["autoscale", "deployment", "web", "--min=2", "--max=3", "-n", namespace]);
      await run("kubectl", ["scale", "deployment", "web", "--replicas=2", "-n", namespace]);
      await ends(0, ...on("drift"));
      await run("kubectl", ["delete", "hpa", "web", "-n", namespace]);
      assert.match(await ends(2, ...on("drift")), /pods: 2 → 1/);
    });

    it("reports a manual edit, an addition, a deleted object and a helm upgrade, and corrects all of it", async () => {
      const before = {
        manifests: await manifests(),
        specs: (await specs()).map(({ kind, name }) => [kind, name]),
      };
      await run("kubectl", ["set", "image", "deployment/web", "web=example.com/web:hand", "-n", namespace]);
      await run("kubectl", ["set", "env", "deployment/web", "ADDED=by-hand", "-n", namespace]);
      await run("kubectl", ["delete", "networkpolicy", "mysql", "-n", namespace]);
      await run("kubectl", ["delete", "secret", "web-env", "-n", namespace]);
      const chart = join(stack.folder, "charts/microservice");
      const changed = JSON.stringify({ ...(await workerValues()), env: { BY: "helm" } });
      await run("helm", ["upgrade", "worker", chart, "-n", namespace, "-f", "-"], { input: changed });
      const seen = await ends(2, ...on("drift"));
      assert.match(seen, /^ +- +image: example\.com\/web:hand$/m);
      assert.match(seen, /Deployment web: added by hand with kubectl-set/);
      assert.match(seen, /\+ NetworkPolicy mysql/);
      assert.match(seen, /\+ Secret web-env/);
      assert.match(seen, /worker was changed with helm: revision \d+/);
      assert.match(seen, /^ +values: env/m);
      assert.match((await flotilla(...on("status"))).all ?? "", /changed with helm/);
      const corrected = await ends(0, ...on("drift"), "--correct", "--yes");
      assert.match(corrected, /No drift: everything in operations is as deployed\.$/);
      assert.deepEqual(await manifests(), before.manifests);
      assert.deepEqual(
        (await specs()).map(({ kind, name }) => [kind, name]),
        before.specs,
      );
      await ends(0, ...on("diff"));
    });

    long(
      "reinstalls what was uninstalled, from what was deployed and not from the working tree",
      async () => {
        const deployed = await image("worker");
        await run("helm", ["uninstall", "worker", "-n", namespace, "--wait"]);
        await set("services.worker.tag", "8.0.0");
        assert.match(await ends(2, ...on("drift")), /worker was uninstalled/);
        await ends(0, ...on("drift"), "--correct", "--yes");
        assert.equal(await image("worker"), deployed);
        await set("services.worker.tag", "1.0.1");
      },
    );
  });

  describe("flotilla recover", () => {
    it("does nothing to a healthy stack", async () => {
      assert.match(await ends(0, ...on("recover"), "--yes"), /Nothing to recover/);
    });

    long("restores the last good revision when helm was killed in the middle of an upgrade", async () => {
      const good = await manifests();
      const stuck = await workerValues();
      stuck.resources.requests = { cpu: "1000", memory: "64Mi" };
      stuck.resources.limits = { cpu: "1000", memory: "64Mi" };
      const helm = execa(
        "helm",
        [
          "upgrade",
          "worker",
          join(stack.folder, "charts/microservice"),
          "-n",
          namespace,
          "-f",
          "-",
          "--wait",
        ],
        { env: world().environment as NodeJS.ProcessEnv, input: JSON.stringify(stuck), reject: false },
      );
      await until("helm waits", async () => (await status("worker")) === "pending-upgrade");
      helm.kill("SIGKILL");
      await helm;
      assert.match(await ends(2, ...on("status")), /worker .* pending-upgrade/);
      const all = await ends(0, ...on("recover"), "--yes");
      assert.match(all, /helm was interrupted at worker: revision \d+ is pending-upgrade/);
      assert.match(all, /the last successful one/);
      assert.deepEqual(await manifests(), good);
      await ends(0, ...on("status"));
      await ends(0, ...on("diff"));
      assert.match(await ends(0, ...on("recover"), "--yes"), /Nothing to recover/);
    });

    it("undoes what a killed engine had begun, and the next update continues", async () => {
      await set("services.worker.resources.requests.cpu", "1000000m");
      await set("services.worker.resources.limits.cpu", "1000000m");
      const kill = startUpdate();
      await until("the update waits", async () => (await status("worker")) === "pending-upgrade");
      assert.match(await ends(1, ...on("recover"), "--yes"), /an update is in progress/);
      await kill();
      const all = await ends(0, ...on("recover"), "--yes");
      assert.match(all, /locked by .*, which is no longer running/);
      assert.match(all, /Pulumi was interrupted while updating Release worker/);
      assert.equal(await status("worker"), "deployed");
      await unset("services.worker.resources");
      await ends(0, ...on("up"), "--yes");
      await ends(0, ...on("diff"));
      await ends(0, ...on("status"));
    });

    long("rolls back an update that helm completed after its engine was killed", async () => {
      const good = await manifests();
      await set("services.worker.env.WENT_ON", "yes");
      const engine = startEngine();
      await until("helm has begun", async () => (await status("worker")) === "pending-upgrade");
      process.kill(engine.pid as number, "SIGKILL");
      await until("helm has ended", async () => (await status("worker")) === "deployed");
      assert.notDeepEqual(await manifests(), good);
      assert.match(
        await ends(0, ...on("recover"), "--yes"),
        /Pulumi was interrupted while updating Release worker/,
      );
      await unset("services.worker.env");
      await stack.up();
      assert.deepEqual(await manifests(), good);
      await ends(0, ...on("diff"));
      await ends(0, ...on("drift"));
    });

    long("removes what was never completely installed", async () => {
      stack.edit("apps/index.ts", "worker: {", "late: { ...service([]), startupSeconds: 1 },\n    worker: {");
      await set("services.late.resources.requests.cpu", "1000000m");
      await set("services.late.resources.limits.cpu", "1000000m");
      const kill = startUpdate();
      await until("the update waits", async () => (await status("late")) === "pending-install");
      await kill();
      assert.match(await ends(0, ...on("recover"), "--yes"), /was never completely installed/);
      assert.equal(await status("late"), undefined);
      await git("checkout", "apps");
      await unset("services.late");
      await stack.up();
    });

    const startEngine = () =>
      execa("pulumi", ["up", "--yes", "--skip-preview", "--stack", stack.name], {
        cwd: stack.folder,
        env: world().environment as NodeJS.ProcessEnv,
        reject: false,
        detached: true,
      });

    /** Starts an update; returns a function that kills the engine, its plugins and helm. */
    function startUpdate(): () => Promise<unknown> {
      const engine = startEngine();
      return () => {
        process.kill(-(engine.pid as number), "SIGKILL");
        return engine;
      };
    }

    async function status(release: string): Promise<string | undefined> {
      const { stdout } = await run("helm", ["list", "-a", "-n", namespace, "-o", "json"]);
      return (JSON.parse(stdout) as { name: string; status: string }[]).find(({ name }) => name === release)
        ?.status;
    }
  });

  describe("flotilla adopt", () => {
    it("takes over what helm installed, with its passwords, and restarts no pod", async () => {
      const other = "e2e-adopted";
      const file = parse(read(stack.folder, `Pulumi.${stack.name}.yaml`)) as {
        config: Record<string, unknown>;
      };
      writeFileSync(
        join(stack.folder, "Pulumi.adopted.yaml"),
        stringify({
          config: {
            ...file.config,
            "flotilla:namespace": other,
            "flotilla:services": {},
            "flotilla:stores": {},
          },
        }),
      );
      await run("pulumi", ["stack", "init", "adopted", "--non-interactive"], { cwd: stack.folder });
      const out = join(stack.folder, "rendered");
      await ends(0, "render", "--stack", "adopted", "--out", out);
      await run("kubectl", ["create", "namespace", other]);
      for (const [release, chart] of [
        ["worker", "microservice"],
        ["mysql", "store"],
      ] as const)
        await run("helm", [
          "install",
          release,
          join(stack.folder, "charts", chart),
          "-n",
          other,
          "-f",
          join(out, `${release}.values.yaml`),
        ]);
      await until("the pods are there", async () => (await podUids("mysql", other)).length === 1);
      const pods = { worker: await podUids("worker", other), mysql: await podUids("mysql", other) };
      const refused = await ends(1, "adopt", "--stack", "adopted", "--yes");
      assert.match(refused, /release mysql: its passwords are missing/);
      const passwords = { "mysql-root-password": "RootPasswordInUse", "mysql-password": "AppPasswordInUse" };
      await run("kubectl", [
        ...["create", "secret", "generic", "mysql-auth", "-n", other],
        ...Object.entries(passwords).map(([key, value]) => `--from-literal=${key}=${value}`),
      ]);
      const all = await ends(0, "adopt", "--stack", "adopted", "--yes");
      assert.match(all, /worker: taken over/);
      assert.match(all, /no pod restarts/);
      for (const value of Object.values(passwords)) assert.ok(!all.includes(value));
      assert.deepEqual(
        { worker: await podUids("worker", other), mysql: await podUids("mysql", other) },
        pods,
      );
      const { data } = await get<{ data: Record<string, string> }>("secret", "mysql-auth", "-n", other);
      for (const [key, value] of Object.entries(passwords))
        assert.equal(Buffer.from(data[key] ?? "", "base64").toString(), value);
      const url = (await get<{ data: { URL: string } }>("secret", "web-env", "-n", other)).data.URL;
      assert.equal(Buffer.from(url, "base64").toString(), "app:AppPasswordInUse");
      await ends(0, "diff", "--stack", "adopted");
      await ends(0, "drift", "--stack", "adopted");
      assert.match(await ends(0, "adopt", "--stack", "adopted"), /Nothing to adopt/);
    });
  });

  describe("the output of all commands", () => {
    it("shows no Secret's value", async () => {
      const { items } = await get<Listed<{ data?: Record<string, string> }>>(
        "secrets",
        "-n",
        namespace,
        "--selector=owner!=helm",
      );
      const values = items.flatMap(({ data }) => Object.values(data ?? {}));
      const forms = [...values, ...values.map((value) => Buffer.from(value, "base64").toString())];
      assert.ok(forms.length >= 6);
      assert.ok(written.length > 10_000);
      for (const form of forms) assert.ok(!written.includes(form), "a Secret's value was shown");
    });
  });
});
