/** What real kubelets do when probes fail, and that probes do not fail when they must not. */
import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { isReady } from "../../../cli/core/explain/pods";
import { plural } from "../../../src/model/plural";
import { flotilla } from "../../e2e/inventory";
import { get, run, type Stack, until } from "../../e2e/world";
import { report, secondsSince } from "./report";
import { IS_LONG, NAMESPACE, theShop, update } from "./shop";

interface Pod {
  metadata: { name: string; deletionTimestamp?: string };
  status: {
    conditions: { type: string; status: string; lastTransitionTime: string }[];
    initContainerStatuses?: {
      name: string;
      started?: boolean;
      ready: boolean;
      state: { terminated?: { exitCode: number } };
    }[];
    containerStatuses: { name: string; restartCount: number; state: { running?: { startedAt: string } } }[];
  };
}

const podsOf = async (release: string): Promise<Pod[]> => {
  const selector = `app.kubernetes.io/instance=${release}`;
  const { items } = await get<{ items: Pod[] }>("pods", "-n", NAMESPACE, "-l", selector);
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
};

const restartsOf = (pods: readonly Pod[]): number =>
  pods.reduce((sum, { status }) => sum + (status.containerStatuses?.[0]?.restartCount ?? 0), 0);

const readyOf = (pods: readonly Pod[]): number => pods.filter(isReady).length;

/** A case that runs with REAL=long. */
const long = IS_LONG ? it : it.skip;

describe("probes", () => {
  let stack: Stack;

  before(async function () {
    stack = await theShop(this);
  });

  const command = async (name: string) =>
    stripVTControlCharacters((await flotilla(stack, name, "--stack", stack.name)).all ?? "");

  /** Repeats a command until its output matches, and returns it. */
  async function said(name: string, pattern: RegExp): Promise<string> {
    let text = "";
    const matches = async () => {
      text = await command(name);
      return pattern.test(text);
    };
    await until(`flotilla ${name} says ${pattern}`, matches, 180);
    return text;
  }

  it("let a program start that takes ten times longer than its liveness probe allows", async () => {
    await until("the slow program is ready", async () => readyOf(await podsOf("slow")) === 1, 120);
    const pods = await podsOf("slow");
    const [{ status } = assert.fail("no pod")] = pods;
    const ready = status.conditions.find(({ type }) => type === "Ready")?.lastTransitionTime ?? "";
    const started = status.containerStatuses[0]?.state.running?.startedAt ?? "";
    const seconds = (Date.parse(ready) - Date.parse(started)) / 1000;
    report("a slow start", {
      seconds,
      detail: `${plural(restartsOf(pods), "restart")}; the liveness probe alone would allow 4 s`,
    });
    assert.ok(seconds >= 39, `ready after ${seconds} s`);
    assert.equal(restartsOf(pods), 0);
  });

  it("hold the program back until its sidecar answers, and init containers have ended", async () => {
    const [{ metadata, status } = assert.fail("no pod")] = await podsOf("third");
    const states = Object.fromEntries(
      (status.initContainerStatuses ?? []).map(({ name, started, ready, state }) => [
        name,
        [started, ready, state.terminated?.exitCode],
      ]),
    );
    assert.deepEqual(states.agent, [true, true, undefined]);
    assert.deepEqual(states.setup, [false, true, 0]);
    // The image has no cat.
    const program = (file: string) => `process.stdout.write(require("fs").readFileSync("${file}", "utf8"))`;
    const inside = async (container: string, file: string) => {
      const args = [
        "exec",
        "-n",
        NAMESPACE,
        metadata.name,
        "-c",
        container,
        "--",
        "node",
        "-e",
        program(file),
      ];
      return (await run("kubectl", args)).stdout;
    };
    assert.equal(await inside("third", "/tmp/made"), "by setup");
    assert.equal(await inside("agent", "/seen/made"), "by setup");
  });

  long("restart a program that hangs, and the commands say so", async () => {
    await stack.config("flotilla:services.first.env.MISBEHAVIOR", "hang");
    try {
      await update(stack);
      const start = Date.now();
      await until("it is restarted", async () => restartsOf(await podsOf("first")) >= 1, 180);
      const seconds = secondsSince(start);
      const explained = await said("explain", /service first: /);
      report("a program that hangs", { seconds, detail: "restarted this long after its update" });
      assert.match(explained, /its liveness probe failed, and it was restarted \d+ times? so far/);
      assert.match(explained, /[Ll]iveness probe failed: /);
      assert.match(await said("status", /^\s*first .* 0\/1 /m), /npx flotilla explain/);
    } finally {
      await stack.pulumi(["config", "rm", "--path", "flotilla:services.first.env.MISBEHAVIOR"]);
      await update(stack);
    }
  });

  long("restart no container when a store is lost", async () => {
    const releases = ["order-service", "redis-client"];
    const restarts = async () => restartsOf((await Promise.all(releases.map(podsOf))).flat());
    const before = await restarts();
    const scale = (replicas: number) =>
      run("kubectl", ["scale", "-n", NAMESPACE, "statefulset/redis", `--replicas=${replicas}`]);
    const start = Date.now();
    let text = "";
    try {
      await scale(0);
      await until(
        "order-service is not ready",
        async () => readyOf(await podsOf("order-service")) === 0,
        120,
      );
      text = await command("explain");
      // Three failed liveness probes, five seconds apart, would have restarted it by then.
      await until("liveness had time to fail", async () => Date.now() - start > 25_000);
      assert.equal(readyOf(await podsOf("order-service")), 0);
      assert.match(await command("status"), /^\s*redis .* 0\/0 .* pods\s*$/m);
    } finally {
      await scale(1);
    }
    const lost = secondsSince(start);
    const back = Date.now();
    await said("explain", /Nothing is wrong/);
    report("redis is lost", {
      seconds: lost,
      detail: `all pods ready ${secondsSince(back)} s after it was back, ${plural((await restarts()) - before, "restart")}`,
    });
    assert.match(text, /service order-service: 0 of 2 pods ready/);
    assert.match(text, /its readiness probe fails[\s\S]*503/);
    assert.equal(await restarts(), before);
    assert.deepEqual([readyOf(await podsOf("order-service")), readyOf(await podsOf("redis-client"))], [2, 1]);
  });
});
