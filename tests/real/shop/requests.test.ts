/** Requests to order-service while it is updated or scaled, and while its nodes are drained or lost. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { realNode } from "../../../dev/sandbox/nodes/layout";
import { loseNode } from "../../../dev/sandbox/nodes/nodes";
import { openWorld } from "../../../dev/sandbox/world";
import { get, run, type Stack, until } from "../../e2e/world";
import { CALLERS } from "./callers";
import { type Counts, Follower } from "./follow";
import { report, secondsSince } from "./report";
import type { CaseName } from "./results";
import { allReady, IS_LONG, NAMESPACE, SECOND_NODE, shopWorld, theShop, update } from "./shop";

describe("requests at a constant rate to order-service", () => {
  let stack: Stack;

  before(async function () {
    stack = await theShop(this);
  });

  /** Returns the counts while something is done, and prints them. */
  async function measure(
    name: CaseName,
    work: () => Promise<unknown>,
    detail?: () => string,
  ): Promise<Counts> {
    const follower = new Follower(CALLERS, "app=load");
    const start = Date.now();
    await work();
    const counts = await follower.end();
    const { fresh, kept } = counts;
    report(name, {
      seconds: secondsSince(start),
      counts: { fresh, kept },
      ...(detail ? { detail: detail() } : {}),
    });
    assert.ok(fresh.ok > 20, `${fresh.ok} requests`);
    return counts;
  }

  async function during(name: CaseName, work: () => Promise<unknown>): Promise<void> {
    const { fresh, kept, errors } = await measure(name, work);
    assert.deepEqual([fresh.failed, kept.failed], [0, 0], errors.join("\n"));
  }

  const podsOn = async (node: string): Promise<string[]> => {
    const { items } = await get<{ items: { metadata: { name: string } }[] }>(
      ...["pods", "-n", NAMESPACE, "-l", "app.kubernetes.io/instance=order-service"],
      ...["--field-selector", `spec.nodeName=${node}`],
    );
    return items.map(({ metadata }) => metadata.name);
  };

  it("does not fail during a rolling update", () =>
    during("rolling update of order-service", async () => {
      await stack.config("flotilla:services.order-service.tag", "2.0.0");
      await update(stack);
    }));

  it("does not fail while it is scaled up and down", () =>
    during("order-service with 2 pods, 4, and 2 again", async () => {
      for (const replicas of ["4", "2"]) {
        await stack.config("flotilla:services.order-service.replicas", replicas);
        await update(stack);
      }
    }));

  describe("with two nodes (REAL=long)", () => {
    before(async function () {
      if (!IS_LONG) this.skip();
      this.timeout(180_000);
      await run("kubectl", ["uncordon", SECOND_NODE]);
      await stack.config("flotilla:services.order-service.replicas", "4");
      await update(stack);
      await until("pods on the second node", async () => (await podsOn(SECOND_NODE)).length > 0);
    });

    after(async function () {
      if (!IS_LONG) return;
      this.timeout(180_000);
      await stack.config("flotilla:services.order-service.replicas", "2");
      await update(stack);
    });

    it("does not fail while a node is drained, with its disruption budget", () =>
      during("drain of a node", async () => {
        await run("kubectl", ["drain", SECOND_NODE, "--ignore-daemonsets", "--delete-emptydir-data"]);
        assert.deepEqual(await podsOn(SECOND_NODE), []);
        await allReady();
        await run("kubectl", ["uncordon", SECOND_NODE]);
      }));

    it("fails only until the pods of a lost node are left out, which is within 40 s", async () => {
      await stack.config("flotilla:services.order-service.tag", "1.0.0");
      await update(stack);
      await until("pods on the second node", async () => (await podsOn(SECOND_NODE)).length > 0);
      let failing = 0;
      const loss = async () => {
        const start = Date.now();
        await loseNode(shopWorld, realNode(1));
        await run("kubectl", [
          "wait",
          "--for=condition=Ready=Unknown",
          `node/${SECOND_NODE}`,
          "--timeout=120s",
        ]);
        failing = (Date.now() - start) / 1000;
        // Requests that were sent until then fail at their time limit of 10 s.
        await pause(12_000);
      };
      const { fresh } = await measure(
        "loss of a node with half of the pods",
        loss,
        () => `the node was not ready after ${Math.round(failing)} s`,
      );
      assert.ok(failing < 40, `${failing} s`);
      assert.ok(fresh.failed < fresh.ok, `${fresh.failed} failed, ${fresh.ok} succeeded`);
      await during("after the loss", () => pause(20_000));
      await openWorld(shopWorld);
      await allReady(120);
    });
  });
});
