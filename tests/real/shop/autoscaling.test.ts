/** An autoscaler follows a metric of the program itself: its requests in flight. */
import assert from "node:assert/strict";
import { apply, get, run, type Stack, until } from "../../e2e/world";
import { CALLERS } from "./callers";
import { Follower } from "./follow";
import { deleteMetricsApi, METRIC, metricsApi, metricsApiAvailable, slowClients } from "./metrics-objects";
import { report, secondsSince } from "./report";
import { IS_LONG, NAMESPACE, ORDER_SERVICE_PODS, ordersUrl, theShop, update } from "./shop";

describe("autoscaling by requests in flight (REAL=long)", () => {
  let stack: Stack;

  before(async function () {
    if (!IS_LONG) this.skip();
    stack = await theShop(this);
    await apply(...metricsApi());
    await run("kubectl", ["wait", "--for=condition=Ready", "-n", CALLERS, "pod/metrics"]);
    await metricsApiAvailable();
    await stack.pulumi(["config", "rm", "--path", REPLICAS]);
    await stack.config("flotilla:autoscaling", "true");
    await stack.config("flotilla:services.order-service.autoscaling.minReplicas", "2");
    await stack.config("flotilla:services.order-service.autoscaling.maxReplicas", "3");
    await update(stack);
  });

  after(async function () {
    if (stack === undefined) return;
    this.timeout(180_000);
    await stack.pulumi(["config", "rm", "flotilla:autoscaling"]);
    await stack.pulumi(["config", "rm", "--path", "flotilla:services.order-service.autoscaling"]);
    await stack.config(REPLICAS, String(ORDER_SERVICE_PODS));
    await update(stack);
    await deleteMetricsApi();
  });

  /** Number of ready pods. */
  const ready = async (): Promise<number> =>
    (await get<{ status: { readyReplicas?: number } }>("deployment", "order-service", "-n", NAMESPACE)).status
      .readyReplicas ?? 0;

  it("adds a pod while requests are slow, and removes it afterwards, without a failed request", async () => {
    await until(
      "the autoscaler has the metric",
      async () => {
        const { status } = await get<{
          status: { currentMetrics?: { pods?: { metric: { name: string } } }[] };
        }>(...["horizontalpodautoscaler", "order-service", "-n", NAMESPACE]);
        return status.currentMetrics?.some(({ pods }) => pods?.metric.name === METRIC) === true;
      },
      120,
    );
    assert.equal(await ready(), 2);
    const load = new Follower(CALLERS, "app=load");
    const slow = new Follower(CALLERS, "app=slow");
    const start = Date.now();
    await apply(slowClients(await ordersUrl()));
    await until("a third pod is ready", async () => (await ready()) === 3, 120);
    const up = secondsSince(start);
    await run("kubectl", ["delete", "pod", "slow", "-n", CALLERS, "--timeout=60s"]);
    const ended = Date.now();
    await until("two pods are left", async () => (await ready()) === 2, 120);
    const down = secondsSince(ended);
    const { fresh, kept, errors } = await load.end();
    const held = await slow.end();
    report("autoscaling of order-service by its requests in flight", {
      seconds: secondsSince(start),
      counts: { fresh, kept },
      detail: `a third pod was ready ${up} s after slow requests began, and gone ${down} s after they ended (${held.fresh.ok} slow requests, ${held.fresh.failed} failed)`,
    });
    assert.deepEqual([fresh.failed, kept.failed], [0, 0], errors.join("\n"));
    assert.ok(held.fresh.ok >= 8, `${held.fresh.ok} slow requests`);
    assert.equal(held.fresh.failed, 0, held.errors.join("\n"));
  });
});

const REPLICAS = "flotilla:services.order-service.replicas";
