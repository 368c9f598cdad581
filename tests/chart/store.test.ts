/** The chart of single-pod stores: edge cases of its values. */
import assert from "node:assert/strict";
import { planOf, valuesOf } from "../support";
import { render } from "./render";

describe("charts/store", () => {
  const values = valuesOf(planOf({ distribution: "upstream" }), "redis") as object;

  it("labels its objects with as much of a long tag as a label may contain", async () => {
    const tag = `${"a".repeat(62)}-${"b".repeat(60)}`;
    const image = { repository: "docker.io/library/redis", tag };
    for (const { metadata } of await render("charts/store", { ...values, image }, "redis"))
      assert.equal(metadata.labels["app.kubernetes.io/version"], "a".repeat(62));
  });

  it("restarts without the registry", async () => {
    const objects = await render("charts/store", values, "redis");
    const [container] = objects.find(({ kind }) => kind === "StatefulSet").spec.template.spec.containers;
    assert.equal(container.imagePullPolicy, "IfNotPresent");
  });

  it("requires a name for its port", async () => {
    await assert.rejects(render("charts/store", { ...values, portName: null }, "redis"), /portName/);
  });

  it("requires a volume", async () => {
    for (const storage of [null, { size: null }])
      await assert.rejects(render("charts/store", { ...values, storage }, "redis"), /storage.*size/);
  });

  it("refuses an invalid key of a Secret", async () => {
    const env = { PASSWORD: { secret: "redis-auth", key: ".." } };
    await assert.rejects(render("charts/store", { ...values, env }, "redis"), /env\/PASSWORD/);
  });
});
