/** Properties of every application, of any size and shape. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { graphOf } from "../../cli/core/graph/graph";
import { mermaid } from "../../cli/core/graph/mermaid";
import { edgesOf, own } from "../../src/model/graph";
import { validateApplication } from "../../src/model/validate";
import { releaseInputs } from "../../src/plan/release-inputs";
import type { MicroserviceValues } from "../../src/plan/services/microservice-values";
import { applicationArbitrary, generatedApplication } from "../generated";
import { planFor, valuesOf } from "../support";

const BITNAMI = { distribution: "bitnami", environment: "local" };
const UPSTREAM = { distribution: "upstream", environment: "local" };

describe("any application", () => {
  it("is planned with dependencies first, in any order of the inventory", () => {
    fc.assert(
      fc.property(applicationArbitrary(8, 4), (application) => {
        assert.deepEqual(validateApplication(application), []);
        const { releases } = planFor(application, UPSTREAM);
        for (const [name, { uses = [] }] of Object.entries(application.services)) {
          const needs: readonly string[] = releases[name]?.needs ?? [];
          for (const target of uses)
            assert.equal(needs.includes(target), own(application.stores, target) !== undefined);
        }
        const reversed = {
          ...application,
          services: Object.fromEntries(Object.entries(application.services).reverse()),
        };
        const other = planFor(reversed, UPSTREAM);
        for (const name of Object.keys(releases))
          assert.deepEqual(other.releases[name]?.needs.sort(), releases[name]?.needs.sort());
      }),
      { numRuns: 25 },
    );
  });

  it("sets no field that Helm does not check: where a chart accepts anything, the plan sets nothing", () => {
    fc.assert(
      fc.property(applicationArbitrary(8, 4), (application) => {
        for (const release of Object.values(planFor(application, UPSTREAM).releases)) {
          assert.equal(releaseInputs(release, "anywhere").disableOpenapiValidation, true);
          for (const key of ["nodeAffinity", "extraObjects", "global"])
            assert.ok(!(key in release.values), key);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("has Helm check for unknown fields in remote charts", () => {
    for (const release of Object.values(planFor(generatedApplication(2, 4), BITNAMI).releases).filter(
      ({ kind }) => kind === "store",
    ))
      assert.equal(releaseInputs(release, "anywhere").disableOpenapiValidation, undefined);
  });

  it("has a rule at both ends for every edge, and no other", () => {
    fc.assert(
      fc.property(applicationArbitrary(8, 4), (application) => {
        const plan = planFor(application, UPSTREAM);
        const policy = (name: string) => {
          const { networkPolicy, clients } = valuesOf(plan, name) as MicroserviceValues & {
            clients?: object;
          };
          return {
            in: Object.keys(networkPolicy?.ingress ?? clients ?? {}),
            out: Object.keys(networkPolicy?.egress ?? {}),
          };
        };
        const edges = edgesOf(application);
        for (const name of Object.keys(application.services)) {
          assert.deepEqual(
            policy(name).out.sort(),
            [...new Set(edges.filter(({ from }) => from === name).map(({ to }) => to))].sort(),
          );
          assert.deepEqual(
            policy(name).in.sort(),
            [...new Set(edges.filter(({ to }) => to === name).map(({ from }) => from))].sort(),
          );
        }
        for (const name of Object.keys(application.stores)) {
          const services = policy(name).in.filter((client) => own(application.services, client));
          assert.deepEqual(
            services.sort(),
            [...new Set(edges.filter(({ to }) => to === name).map(({ from }) => from))].sort(),
          );
        }
      }),
      { numRuns: 25 },
    );
  });

  it("fits into its namespace's quota at its maximum, with one ingress for each path", () => {
    fc.assert(
      fc.property(applicationArbitrary(6, 2), fc.boolean(), (application, autoscaling) => {
        const config = { ...UPSTREAM, autoscaling, replicas: 3, ingress: { host: "shop.example.com" } };
        const { namespace, entries } = planFor(application, config);
        const most = Object.values(application.services).map((service) =>
          autoscaling && service.autoscaling ? (service.autoscaling.maxReplicas ?? 10) : 3,
        );
        const pods = most.reduce((sum, count) => sum + count + 1, Object.keys(application.stores).length);
        assert.ok(Number(namespace.quota.pods) >= pods);
        const open = Object.keys(application.services).filter((name) => application.services[name]?.public);
        assert.deepEqual(Object.keys(entries).sort(), open.sort());
        assert.equal(new Set(Object.values(entries).map(({ url }) => url)).size, open.length);
      }),
      { numRuns: 25 },
    );
  });

  it("keeps passwords out of values", () => {
    fc.assert(
      fc.property(applicationArbitrary(6, 4), (application) => {
        const plan = planFor(application, UPSTREAM);
        for (const [name, { uses = [] }] of Object.entries(application.services)) {
          const { env = {} } = valuesOf(plan, name);
          for (const [key, value] of Object.entries(env))
            assert.equal(typeof value === "object", key.endsWith("_PASSWORD"), key);
          const withStore = uses.some((target) => own(application.stores, target));
          assert.equal(plan.secrets[`${name}-env`] !== undefined, withStore);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("of 100 services and 20 stores is planned and drawn in less than a second", () => {
    const application = generatedApplication(100, 20);
    // The first plan of a process compiles the charts' schemas.
    planFor(generatedApplication(1, 1), UPSTREAM);
    const start = process.hrtime.bigint();
    const plan = planFor(application, UPSTREAM);
    const planned = Number(process.hrtime.bigint() - start) / 1e6;
    assert.ok(Object.keys(plan.releases).length >= 120);
    assert.ok(planned < 1000, `${planned.toFixed(0)} ms`);
    assert.ok(mermaid(graphOf(plan)).split("\n").length > 200);
  });
});
