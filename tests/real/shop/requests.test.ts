/** Requests to order-service while it is updated. */
import assert from "node:assert/strict";
import type { Stack } from "../../e2e/world";
import { Follower } from "./follow";
import { CALLERS, theShop, update } from "./shop";

describe("requests at a constant rate to order-service", () => {
  let stack: Stack;

  before(async function () {
    stack = await theShop(this);
  });

  /** Asserts that no request failed, and prints the numbers. */
  async function during(what: string, work: () => Promise<unknown>): Promise<void> {
    const follower = new Follower(CALLERS, "app=load");
    const start = Date.now();
    await work();
    const { fresh, kept, slowest, errors } = await follower.end();
    process.stdout.write(
      `      ${what}: ${Math.round((Date.now() - start) / 1000)} s, ${fresh.ok} + ${kept.ok} requests, ${fresh.failed} + ${kept.failed} failed, slowest ${slowest} ms\n`,
    );
    assert.ok(fresh.ok > 20, `${fresh.ok} requests`);
    assert.deepEqual([fresh.failed, kept.failed], [0, 0], errors.join("\n"));
  }

  it("does not fail during a rolling update", () =>
    during("rolling update", async () => {
      await stack.config("flotilla:services.order-service.tag", "2.0.0");
      await update(stack);
    }));

  it("does not fail while it is scaled up and down", () =>
    during("scaling from 2 to 4 to 2 pods", async () => {
      for (const replicas of ["4", "2"]) {
        await stack.config("flotilla:services.order-service.replicas", replicas);
        await update(stack);
      }
    }));
});
