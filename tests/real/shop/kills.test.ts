/** Processes of the node, of a store and of the engine are killed in the middle of updates. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { isReady } from "../../../cli/core/explain/pods";
import { listProcesses } from "../../../cli/tools/processes";
import { nodeProcesses } from "../../../dev/sandbox/nodes/nodes";
import { get, run, type Stack, until } from "../../e2e/world";
import { CALLERS } from "./callers";
import { logIn, STORES } from "./clients";
import { type Counts, Follower } from "./follow";
import { report, secondsSince } from "./report";
import type { CaseName } from "./results";
import { type Running, start } from "./running";
import { allReady, IS_LONG, NAMESPACE, shopWorld, theShop, update } from "./shop";

interface Pod {
  metadata: { name: string; uid: string; creationTimestamp: string };
  status: {
    conditions?: { type: string; status: string }[];
    containerStatuses?: { name: string; restartCount: number }[];
  };
}

describe("SIGKILL in the middle of an update (REAL=long)", () => {
  const word = randomUUID();
  let stack: Stack;
  let order: string;

  before(async function () {
    if (!IS_LONG) this.skip();
    this.timeout(20 * 60_000);
    stack = await theShop(this);
    order = await placeOrder();
    for (const store of STORES) assert.ok((await logIn(store, { write: word })).accepted);
  });

  /** Changes several releases: order-service, and the clients of the stores. */
  const changes: [string, string][] = [
    ["flotilla:services.order-service.tag", "2.0.0"],
    ...STORES.map((store): [string, string] => [`flotilla:services.${store}-client.env.STEP`, "2"]),
  ];
  const redisMemory = "flotilla:stores.redis.resources.limits.memory";
  const remove = (path: string) => stack.pulumi(["config", "rm", "--path", path]);

  async function during(name: CaseName, work: () => Promise<string>): Promise<Counts> {
    const follower = new Follower(CALLERS, "app=load");
    const begin = Date.now();
    const ending = await work();
    await allReady();
    const counts = await follower.end();
    const { kept, fresh } = counts;
    report(name, { seconds: secondsSince(begin), counts: { fresh, kept }, detail: ending });
    assert.ok((await orders()).includes(order), "an order is lost");
    for (const store of STORES)
      assert.deepEqual(await logIn(store, { read: word }), { accepted: true, found: true }, store);
    return counts;
  }

  /** Waits for the end of an update; if it has failed, the same command must succeed. */
  async function completed({ ended }: Running): Promise<string> {
    const { exitCode, all } = await ended;
    if (exitCode === 0) return "the update succeeded";
    process.stdout.write(all.slice(-3000));
    await update(stack);
    return "the update failed, and succeeded when it was run again";
  }

  it("of kubelet and containerd disturbs no pod, and loses nothing", async () => {
    const { fresh, kept, errors } = await during(
      "SIGKILL of kubelet and containerd during an update",
      async () => {
        for (const [path, value] of changes) await stack.config(path, value);
        const begin = Date.now();
        const running = start(stack, "up");
        await until("the update has created a pod", async () => (await podsSince(begin)).length > 0, 120);
        await killDaemons("kubelet");
        await killDaemons("containerd");
        assert.ok(!running.isOver(), "the update was over before");
        return completed(running);
      },
    );
    assert.deepEqual([fresh.failed, kept.failed], [0, 0], errors.join("\n"));
  });

  it("of redis and of all processes of pulumi loses nothing", async () => {
    await during("SIGKILL of redis and pulumi during an update", async () => {
      for (const [path] of changes) await remove(path);
      await stack.config(redisMemory, "320Mi");
      const before = await redis();
      const running = start(stack, "up");
      await until(
        "redis has its new pod",
        async () => {
          const pod = await redis();
          return pod !== undefined && pod.metadata.uid !== before?.metadata.uid && isReady(pod);
        },
        120,
      );
      await killRedis();
      await until(
        "redis is started again",
        async () => (await redis())?.status.containerStatuses?.[0]?.restartCount === 1,
      );
      assert.ok(!running.isOver(), "the update was over before");
      await running.kill();
      const refused = await start(stack, "up").ended;
      assert.notEqual(refused.exitCode, 0);
      assert.match(refused.all, /npx flotilla recover --stack shop/);
      const recovered = await start(stack, "recover").ended;
      assert.equal(recovered.exitCode, 0, recovered.all);
      await remove(redisMemory);
      await update(stack);
      return "recovered, and the update succeeded";
    });
  });
});

const CONTAINER = ["exec", "-n", CALLERS, "load", "--", "node", "--input-type=module", "-e"];

async function inLoad<T>(script: string): Promise<T> {
  return JSON.parse((await run("kubectl", [...CONTAINER, script])).stdout) as T;
}

/** Places an order as the API gateway would. Returns its id. */
const placeOrder = async (): Promise<string> =>
  (
    await inLoad<{ id: string }>(`
const response = await fetch(process.env.LOAD_URL, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ items: [{ sku: "chair", quantity: 2, unitPrice: 30 }] }),
});
console.log(await response.text());`)
  ).id;

const orders = async (): Promise<string[]> =>
  (
    await inLoad<{ orders: { id: string }[] }>(
      "console.log(await (await fetch(process.env.LOAD_URL)).text())",
    )
  ).orders.map(({ id }) => id);

/** Returns the pods of the shop that were created since then. */
async function podsSince(time: number): Promise<Pod[]> {
  const { items } = await get<{ items: Pod[] }>("pods", "-n", NAMESPACE);
  // Times of the API have whole seconds.
  return items.filter(({ metadata }) => Date.parse(metadata.creationTimestamp) > time - 1000);
}

/** Kills a daemon of the node, and waits until it is started again. */
async function killDaemons(component: string): Promise<void> {
  const pids = async () =>
    (await nodeProcesses(shopWorld)).filter((each) => each.component === component).map(({ pid }) => pid);
  const killed = await pids();
  assert.notEqual(killed.length, 0, `no ${component} runs`);
  for (const pid of killed) process.kill(pid, "SIGKILL");
  await until(`${component} is started again`, async () => {
    const now = await pids();
    return now.length === killed.length && now.every((pid) => !killed.includes(pid));
  });
}

/** Returns the pod of redis; undefined while it is replaced. */
async function redis(): Promise<Pod | undefined> {
  const selector = "app.kubernetes.io/instance=redis";
  return (await get<{ items: Pod[] }>("pods", "-n", NAMESPACE, "-l", selector)).items[0];
}

/** Kills the program of redis from outside: the machine sees the processes of the node's pods, in their cgroups. */
async function killRedis(): Promise<void> {
  const uid = (await redis())?.metadata.uid as string;
  const found = (await listProcesses()).filter(
    ({ pid, command }) => command.includes("redis-server") && cgroupOf(pid).includes(uid),
  );
  assert.notEqual(found.length, 0, "no redis-server runs");
  for (const { pid } of found) process.kill(pid, "SIGKILL");
}

function cgroupOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, "utf8");
  } catch {
    // It has ended.
    return "";
  }
}
