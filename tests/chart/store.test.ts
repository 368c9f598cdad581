/** The chart of a store's official image: what it makes of values at the edges. */
import assert from "node:assert/strict";
import { planOf, valuesOf } from "../support";
import { render } from "./render";

describe("charts/store", () => {
  const values = valuesOf(planOf({ distribution: "upstream" }), "redis") as object;

  it("labels its objects with as much of a long tag as a label holds", async () => {
    const tag = `${"a".repeat(62)}-${"b".repeat(60)}`;
    const image = { repository: "docker.io/library/redis", tag };
    for (const { metadata } of await render("charts/store", { ...values, image }, "redis"))
      assert.equal(metadata.labels["app.kubernetes.io/version"], "a".repeat(62));
  });

  it("refuses to do without a name for its port", async () => {
    await assert.rejects(render("charts/store", { ...values, portName: null }, "redis"), /portName/);
  });

  it("refuses to do without a volume", async () => {
    for (const storage of [null, { size: null }])
      await assert.rejects(render("charts/store", { ...values, storage }, "redis"), /storage.*size/);
  });

  it("refuses a key that no Secret has", async () => {
    const env = { PASSWORD: { secret: "redis-auth", key: ".." } };
    await assert.rejects(render("charts/store", { ...values, env }, "redis"), /env\/PASSWORD/);
  });
});
