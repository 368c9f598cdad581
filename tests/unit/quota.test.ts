/** The namespace's quota: the maximum of the plan fits, also during an update, and no more. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { amountOf } from "../../src/model/quantity";
import { plan as planOfState } from "../../src/plan";
import { createContext } from "../../src/plan/context";
import type { Deployed } from "../../src/plan/deployed";
import type { Plan } from "../../src/plan/plan";
import { EVERYWHERE } from "../environments";
import { application, charts, planFor, problemsOf, redis, service, settingsOf } from "../support";

const resources = (cpu: string, memory: string) => ({
  requests: { cpu, memory },
  limits: { cpu, memory },
});
const shop = (cpu = "100m", memory = "100Mi", names = ["web"]) =>
  application({
    services: Object.fromEntries(names.map((name) => [name, service({ resources: resources(cpu, memory) })])),
  });

/** Returns the state after a plan has been deployed. */
const stateOf = (plan: Plan) => ({
  deployed: Object.fromEntries(
    Object.values(plan.releases).map(({ name, kind, values, chart }) => [
      name,
      { kind, values, chart: "path" in chart ? chart.path : chart.url },
    ]),
  ) as Deployed,
  deployedQuota: plan.namespace.quota,
});

const next = (of: ReturnType<typeof shop>, before: Plan, config: Record<string, unknown> = {}) => {
  const { settings } = settingsOf({ application: of.name, ...config }, { [of.name]: of });
  return planOfState(createContext(of, settings, { charts, ...stateOf(before) }));
};

describe("the quota", () => {
  it("is the sum of all pods, including surge pods of an update, plus a quarter", () => {
    const { quota } = planFor(shop(), { replicas: 3 }).namespace;
    assert.equal(quota["requests.cpu"], "500m");
    assert.equal(quota["requests.memory"], "500Mi");
    assert.equal(quota["limits.memory"], "500Mi");
    assert.equal(quota.pods, "5");
  });

  it("counts the maximum of an autoscaler, a store's replicas and sidecars, and Jobs", () => {
    const scaled = application({
      services: {
        web: service({
          resources: resources("100m", "64Mi"),
          autoscaling: { minReplicas: 1, maxReplicas: 7 },
        }),
      },
    });
    assert.equal(planFor(scaled, { autoscaling: true }).namespace.quota.pods, "10");
    const stores = { cache: redis() };
    const alone = planFor(application({ services: {}, stores })).namespace.quota;
    assert.equal(alone.pods, "2");
    const replicated = planFor(application({ services: {}, stores }), {
      profile: "replicated",
      monitoring: {},
    }).namespace.quota;
    assert.equal(replicated.pods, "4");
    // 3 pods of 50m, with a sentinel, an exporter and the container that labels the primary: 20m, 20m, 10m.
    assert.equal(replicated["requests.cpu"], "400m");
  });

  it("can be set, and is refused if the plan does not fit", () => {
    assert.equal(planFor(shop(), { quota: { cpu: "2", pods: 9 } }).namespace.quota["requests.cpu"], "2");
    const problems = problemsOf(() =>
      planFor(shop(), { replicas: 3, quota: { cpu: "300m", memory: "1Gi", pods: 3 } }),
    );
    assert.deepEqual(
      problems.map(({ where }) => where),
      ["flotilla:quota.cpu", "flotilla:quota.pods"],
    );
    assert.match(problems[0]?.what ?? "", /300m is less than the 400m/);
    assert.match(problems[0]?.todo ?? "", /Raise it to at least 400m/);
  });

  it("keeps room for what an update removes at its end, and releases it in the next update", () => {
    const before = planFor(shop("1", "1Gi"), { replicas: 4 });
    const renamed = next(shop("1", "1Gi", ["shop"]), before, { replicas: 4 });
    assert.equal(renamed.namespace.quota["requests.cpu"], "10000m");
    assert.equal(renamed.namespace.quotaLast, false);
    const settled = next(shop("1", "1Gi", ["shop"]), planFor(shop("1", "1Gi", ["shop"]), { replicas: 4 }), {
      replicas: 4,
    });
    assert.equal(settled.namespace.quota["requests.cpu"], before.namespace.quota["requests.cpu"]);
  });

  it("is lowered after larger pods are gone, in the same update", () => {
    const before = planFor(shop("1", "1Gi"), { replicas: 4 });
    const smaller = next(shop("100m", "100Mi"), before, { replicas: 4 });
    assert.equal(smaller.namespace.quota["requests.cpu"], "700m");
    assert.equal(smaller.namespace.quotaLast, true);
    const again = next(shop("100m", "100Mi"), smaller, { replicas: 4 });
    assert.deepEqual(again.namespace.quota, smaller.namespace.quota);
    assert.equal(again.namespace.quotaLast, false);
  });

  it("is also lowered last if the state has nothing larger: an update may have failed in between", () => {
    const failed = planFor(shop("100m", "100Mi"), { replicas: 4 });
    const { settings } = settingsOf({ application: "shop", replicas: 4 }, { shop: shop("100m", "100Mi") });
    const { deployedQuota } = stateOf(planFor(shop("1", "1Gi"), { replicas: 4 }));
    const { deployed } = stateOf(failed);
    const again = planOfState(
      createContext(shop("100m", "100Mi"), settings, { charts, deployed, deployedQuota }),
    );
    assert.equal(again.namespace.quotaLast, true);
  });

  it("is raised before larger pods are created", () => {
    const before = planFor(shop("100m", "100Mi"));
    const larger = next(shop("1", "1Gi"), before);
    assert.equal(larger.namespace.quotaLast, false);
    assert.equal(larger.namespace.quota["requests.cpu"], "2500m");
    // One resource grows and another shrinks: nothing is lowered too early.
    const mixed = next(shop("50m", "2Gi"), next(shop("1", "1Gi"), before));
    assert.equal(mixed.namespace.quotaLast, false);
    assert.ok(amountOf(mixed.namespace.quota["requests.cpu"] as string) >= 2);
  });

  it("has room for a store and its replacement", () => {
    const stores = (name: string) =>
      application({ services: {}, stores: { [name]: redis({ resources: resources("2", "4Gi") }) } });
    const before = planFor(stores("cache"));
    assert.equal(before.namespace.quota["requests.cpu"], "2500m");
    assert.equal(
      next(stores("sessions"), before, { allowDeletion: ["store/cache"] }).namespace.quota["requests.cpu"],
      "4000m",
    );
    const replicated = planFor(stores("cache"), { profile: "replicated", monitoring: {} });
    const after = next(application({ services: {} }), replicated, {
      monitoring: {},
      allowDeletion: ["store/cache"],
    });
    assert.deepEqual([after.namespace.quota.pods, after.namespace.quotaLast], ["0", true]);
  });

  it("that is set is exceeded only if an update could not continue otherwise", () => {
    const before = planFor(shop("1", "100Mi"), { replicas: 4, quota: { cpu: "6" } });
    // One resource grows and another shrinks: neither the old nor the new quota would do.
    const mixed = next(shop("100m", "200Mi"), before, { replicas: 4, quota: { cpu: "1" } });
    assert.equal(mixed.namespace.quotaLast, false);
    assert.equal(mixed.namespace.quota["requests.cpu"], "5000m");
    const settled = next(shop("100m", "200Mi"), mixed, { replicas: 4, quota: { cpu: "1" } });
    assert.deepEqual([settled.namespace.quota["requests.cpu"], settled.namespace.quotaLast], ["1", true]);
  });

  it("releases the room of a load balancer after it is gone", () => {
    const open = application({ services: { web: service({ public: { port: "http" } }) } });
    const before = planFor(open, { loadBalancer: {} });
    assert.equal(before.namespace.quota["services.loadbalancers"], "1");
    const closed = next(open, before);
    assert.deepEqual(
      [closed.namespace.quota["services.loadbalancers"], closed.namespace.quotaLast],
      ["0", true],
    );
  });

  it("always has room for the pods before and after, whatever changes", () => {
    const cpu = fc.constantFrom("100m", "500m", "1", "2");
    const replicas = fc.integer({ min: 1, max: 6 });
    const names = fc.uniqueArray(fc.constantFrom<string>("a", "b", "c"), { minLength: 1 });
    const one = fc.record({ cpu, replicas, names });
    fc.assert(
      fc.property(one, one, (first, second) => {
        const before = planFor(shop(first.cpu, "64Mi", first.names), { replicas: first.replicas });
        const after = next(shop(second.cpu, "64Mi", second.names), before, { replicas: second.replicas });
        const meanwhile = after.namespace.quotaLast ? before.namespace.quota : after.namespace.quota;
        const of = ({ cpu, replicas, names }: typeof first, name: string) =>
          names.includes(name) ? amountOf(cpu) * (replicas + 1) : 0;
        const needed = ["a", "b", "c"]
          .map((name) => Math.max(of(first, name), of(second, name)))
          .reduce((sum, amount) => sum + amount, 0);
        assert.ok(amountOf(meanwhile["requests.cpu"] as string) >= needed - 1e-6);
        const settled = next(shop(second.cpu, "64Mi", second.names), after, { replicas: second.replicas });
        const still = next(shop(second.cpu, "64Mi", second.names), settled, { replicas: second.replicas });
        assert.deepEqual(still.namespace.quota, settled.namespace.quota, "it settles");
      }),
      { numRuns: 60 },
    );
  });

  it("is recorded for every application, in every environment", () => {
    for (const { application, environment, plan } of EVERYWHERE) {
      const { quota } = plan.namespace;
      assert.deepEqual(
        Object.keys(quota).sort(),
        [
          "limits.memory",
          "pods",
          "requests.cpu",
          "requests.memory",
          "services.loadbalancers",
          "services.nodeports",
        ],
        `${application.name} in ${environment}`,
      );
    }
  });
});
