/** Tasks: a migration that succeeds, fails and hangs before its service is updated, and a cron task that is run by hand. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { flotilla, inventoryStack } from "./inventory";
import { get, run, type Stack, until } from "./world";

const namespace = "e2e-tasks";

const INVENTORY = `
  services: {
    orders: {
      ...service([]),
      startupSeconds: 1,
      ports: { http: { container: 8080, protocol: "http" } },
      probe: { http: { path: "/", port: "http" } },
    },
  },
  stores: {},
  tasks: {
    migrate: { image: { of: "orders" }, command: ["migrate"], seconds: 300, before: ["orders"] },
    report: { image, seconds: 300, uses: ["orders"], cron: { schedule: "0 3 * * *", timeZone: "Europe/Berlin" } },
  },`;

interface Job {
  metadata: { name: string; uid: string; labels: Record<string, string> };
  status: { completionTime?: string; succeeded?: number };
}
interface Pod {
  metadata: { name: string; labels: Record<string, string> };
  status: { startTime?: string };
}

/** What a kubelet reports about a program that ended with an exit code. */
const ended = (container: string, exitCode: number) => ({
  status: {
    phase: "Failed",
    conditions: [{ type: "PodScheduled", status: "True" }],
    containerStatuses: [
      {
        name: container,
        image: "example.com/web:1.0.0",
        imageID: "",
        ready: false,
        restartCount: 0,
        state: { terminated: { exitCode, reason: "Error" } },
      },
    ],
  },
});

describe("tasks", function () {
  this.timeout(240_000);
  let stack: Stack;
  let first: Job;

  const list = async <T>(kind: string, ...selector: string[]): Promise<T[]> =>
    (await get<{ items: T[] }>(kind, "-n", namespace, ...selector)).items;
  /** Returns the Jobs of the versions of the migration. */
  const migrations = async () =>
    (await list<Job>("jobs")).filter(({ metadata }) =>
      /^migrate-[0-9a-f]{8}-[0-9a-f]{8}$/.test(metadata.name),
    );
  const podsOf = (task: string) => list<Pod>("pods", "-l", `flotilla.dev/task=${task}`);
  const imageOfOrders = async () =>
    (
      await get<{ spec: { template: { spec: { containers: { image: string }[] } } } }>(
        ...["deployment", "orders", "-n", namespace],
      )
    ).spec.template.spec.containers[0]?.image;
  const releases = async () => (await run("helm", ["list", "-a", "-q", "-n", namespace])).stdout.split("\n");
  const ends = async (code: number, ...command: string[]) => {
    const { exitCode, all = "" } = await flotilla(stack, ...command, "--stack", stack.name);
    assert.equal(exitCode, code, all);
    return all;
  };
  const up = (code: number) => ends(code, "up", "--yes");
  /** Lets the pods of a task wait for a node that is large enough. kwok completes the pods of Jobs as soon as they run. */
  const hold = async (task: string) => {
    for (const kind of ["limits", "requests"])
      await stack.config(`flotilla:tasks.${task}.resources.${kind}.cpu`, "1000000m");
  };
  const release = async (task: string) => {
    for (const kind of ["limits", "requests"])
      await stack.config(`flotilla:tasks.${task}.resources.${kind}.cpu`, "50m");
  };
  /** Ends the waiting pod of a task that is not one of `known`. */
  const end = async (task: string, known: readonly Pod[], exitCode: number) => {
    const names = known.map(({ metadata }) => metadata.name);
    let pod: Pod | undefined;
    await until("the pod exists", async () => {
      pod = (await podsOf(task)).find(({ metadata }) => !names.includes(metadata.name));
      return pod !== undefined;
    });
    const { name, labels } = (pod as Pod).metadata;
    const patch = JSON.stringify(ended(labels["app.kubernetes.io/instance"] as string, exitCode));
    await run("kubectl", [
      ...["patch", "pod", name, "-n", namespace, "--subresource=status", "--type=merge", "-p", patch],
    ]);
  };

  before(async () => {
    stack = await inventoryStack("tasks", namespace, INVENTORY);
  });
  after(() => stack?.remove());

  it("are deployed: the migration ends before its service starts", async () => {
    await up(0);
    const [job, ...more] = await migrations();
    assert.deepEqual(more, []);
    first = job as Job;
    assert.equal(first.status.succeeded, 1);
    const [orders] = await list<Pod>("pods", "-l", "app.kubernetes.io/instance=orders");
    assert.ok((first.status.completionTime as string) <= (orders?.status.startTime as string));
    const status = await ends(0, "status");
    assert.match(status, /migrate-[0-9a-f]{8} +task .* done /);
    assert.match(status, /report +task .* 0 3 \* \* \* /);
    const { spec } = await get<{ spec: object }>("cronjob", "report", "-n", namespace);
    const { timeZone, concurrencyPolicy } = spec as Record<string, unknown>;
    assert.deepEqual(
      { timeZone, concurrencyPolicy },
      { timeZone: "Europe/Berlin", concurrencyPolicy: "Forbid" },
    );
  });

  it("do not run again for the same version, also with other resources", async () => {
    await stack.config("flotilla:tasks.migrate.resources.limits.memory", "1Gi");
    await up(0);
    assert.deepEqual(
      (await migrations()).map(({ metadata }) => metadata.uid),
      [first.metadata.uid],
    );
  });

  it("leave the old version running if the migration of a new one fails", async () => {
    await stack.config("flotilla:services.orders.tag", "2.0.0");
    await hold("migrate");
    const known = await podsOf("migrate");
    const [said] = await Promise.all([up(1), end("migrate", known, 3)]);
    assert.match(said, /migrate-[0-9a-f]{8}: failed/);
    assert.doesNotMatch(said, /orders: updating/);
    assert.match(said, /its installation failed and was cleaned up; orders was not updated/);
    assert.match(said, /exited with code 3/);
    assert.equal(await imageOfOrders(), "example.com/web:1.0.0");
    const explained = await ends(2, "explain");
    assert.match(explained, /task migrate-[0-9a-f]{8}: it is not in the cluster; orders was not updated/);
    assert.match(explained, /exited with code 3/);
    assert.match(
      await ends(0, "status"),
      /flotilla explain --stack tasks +explain why the last update failed/,
    );
    assert.deepEqual(
      (await migrations()).map(({ metadata }) => metadata.uid),
      [first.metadata.uid],
      "the old migration has not run again",
    );
  });

  it("leave the old version running if the migration does not end in time", async () => {
    stack.edit("apps/index.ts", "seconds: 300, before", "seconds: 5, before");
    const said = await up(1);
    assert.match(said, /it exceeded its deadline/);
    assert.equal(await imageOfOrders(), "example.com/web:1.0.0");
    assert.match(await ends(2, "explain"), /orders was not updated[\s\S]*it exceeded its deadline/);
  });

  it("update the service once the migration succeeds", async () => {
    await release("migrate");
    await up(0);
    const [job, ...more] = await migrations();
    assert.deepEqual(more, [], "the old version's Job is gone");
    assert.notEqual(job?.metadata.name, first.metadata.name);
    assert.equal(await imageOfOrders(), "example.com/web:2.0.0");
    assert.equal((await releases()).filter((name) => name.startsWith("migrate-")).length, 1);
    assert.deepEqual(await stack.preview(), []);
  });

  it("are run by hand: a cron task and a migration", async () => {
    assert.match(await ends(0, "run", "report"), /started Job report-run-[0-9a-f]{6}[\s\S]*report succeeded/);
    assert.match(await ends(0, "run", "migrate"), /migrate succeeded/);
    assert.match(
      await ends(1, "run", "reports"),
      /the application has no task named reports\s+Did you mean "report"/,
    );
    const names = (await list<Job>("jobs")).map(({ metadata }) => metadata.name);
    assert.equal(names.filter((name) => /^(report|migrate)-run-/.test(name)).length, 2);
    assert.match(await ends(0, "status"), /report +task .* 0 3 \* \* \* /);
    await ends(0, "explain");
  });

  it("are suspended by the stack, and still run by hand: with the exit code of the program", async () => {
    await stack.config("flotilla:tasks.report.suspend", "true");
    await hold("report");
    await up(0);
    const { spec } = await get<{ spec: { suspend: boolean } }>("cronjob", "report", "-n", namespace);
    assert.equal(spec.suspend, true);
    assert.match(await ends(0, "status"), /report +task .* suspended /);
    const known = await podsOf("report");
    const [said] = await Promise.all([ends(7, "run", "report"), end("report", known, 7)]);
    assert.match(said, /report failed: its program ended with exit code 7/);
    await ends(0, "explain");
  });

  it("keep running after Ctrl-C, with what to do next", async () => {
    const before = (await list<Job>("jobs")).length;
    const command = run(join(stack.folder, "cli/bin.js"), ["run", "report", "--stack", stack.name], {
      cwd: stack.folder,
      reject: false,
    });
    let said = "";
    command.all?.on("data", (data: Buffer) => {
      said += data.toString();
    });
    await until("the Job has started", async () => /started Job/.test(said));
    command.kill("SIGINT");
    const { exitCode } = await command;
    assert.equal(exitCode, 130, said);
    assert.match(
      said,
      /keeps running\s+Follow its log: kubectl -n e2e-tasks logs -f job\/report-run-\w+\s+Stop it: +kubectl/,
    );
    assert.equal((await list<Job>("jobs")).length, before + 1);
  });
});
