/** A first update that fails: what is said while it runs, and what is left of it afterwards. */
import assert from "node:assert/strict";
import { flotilla, inventoryStack } from "./inventory";
import { get, run, type Stack, until } from "./world";

const namespace = "e2e-first-update";

/** worker fits on no node; web needs its name. */
const INVENTORY = `
  services: {
    web: { ...service(["worker"]), startupSeconds: 1, needsNames: true },
    worker: {
      ...service([]),
      startupSeconds: 1,
      ports: { http: { container: 8080, protocol: "http" } },
      probe: { http: { path: "/", port: "http" } },
      resources: { requests: { cpu: "1000", memory: "64Mi" }, limits: { cpu: "1000", memory: "96Mi" } },
    },
  },
  stores: {},`;

/** What a kubelet reports about a program that used too much memory. */
const KILLED = {
  status: {
    phase: "Running",
    conditions: [{ type: "PodScheduled", status: "True" }],
    containerStatuses: [
      {
        name: "worker",
        image: "example.com/web:1.0.0",
        imageID: "",
        ready: false,
        restartCount: 2,
        state: { waiting: { reason: "CrashLoopBackOff" } },
        lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
      },
    ],
  },
};

describe("a first update that fails", function () {
  this.timeout(240_000);
  let stack: Stack;
  let updating: ReturnType<typeof flotilla>;
  const ends = async (code: number, command: string) => {
    const { exitCode, all = "" } = await flotilla(stack, command, "--stack", stack.name);
    assert.equal(exitCode, code, all);
    return all;
  };

  before(async () => {
    stack = await inventoryStack("first-update", namespace, INVENTORY, {
      rolloutSeconds: 75,
    });
  });
  after(() => stack?.remove());

  it("is explained while it runs, although neither the state nor the history has it", async () => {
    assert.match(await ends(0, "explain"), /has nothing deployed/);
    updating = flotilla(stack, "up", "--stack", stack.name, "--yes");
    const pods = async () =>
      (
        await get<{ items: { metadata: { name: string } }[] }>(
          ...["pods", "-n", namespace, "-l", "app.kubernetes.io/instance=worker"],
        )
      ).items;
    await until("the pod exists", async () => (await pods()).length === 1);
    const pod = (await pods())[0]?.metadata.name as string;
    const patch = JSON.stringify(KILLED);
    await run("kubectl", [
      ...["patch", "pod", pod, "-n", namespace, "--subresource=status", "--type=merge", "-p", patch],
    ]);
    const [explained, status] = await Promise.all([ends(2, "explain"), ends(2, "status")]);
    assert.match(explained, /service worker: it is being updated \(pending-install\); 0 of 1 pods ready/);
    assert.match(explained, /used more memory than its limit of 96Mi and was killed, 2 times so far/);
    assert.match(explained, /The update by .* is still running/);
    assert.doesNotMatch(explained, /web: /, "what has not begun is not wrong");
    assert.match(status, /Its first update, by .*, is running\./);
    assert.match(status, /worker +service .* pending-install +0\/1 /);
    assert.doesNotMatch(status, /flotilla (recover|adopt|up|drift)/);
  });

  it("ends with what was seen, without waiting for services that need the failed one", async () => {
    const { exitCode, all = "" } = await updating;
    assert.equal(exitCode, 1, all);
    assert.match(all, /worker: failed/);
    assert.doesNotMatch(all, /web: installing/);
    assert.match(all, /seen during the update at .* UTC: container worker used more memory than its limit/);
    assert.match(all, /flotilla up --stack/);
    assert.doesNotMatch(all, /flotilla rollback/, "nothing ran before");
    assert.equal((await run("helm", ["list", "-a", "-q", "-n", namespace])).stdout, "");
  });

  it("is explained later, without pods and events", async () => {
    await run("kubectl", ["delete", "events", "--all", "-n", namespace]);
    const all = await ends(2, "explain");
    assert.match(all, /seen during the update at .* UTC: container worker used more memory than its limit/);
    assert.doesNotMatch(all, /flotilla rollback/);
  });
});
