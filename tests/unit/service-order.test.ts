/** Services that cannot start before other services exist come after them. */
import assert from "node:assert/strict";
import type { Service } from "../../src/model/application";
import type { ReleasePlan } from "../../src/plan/plan";
import type { MicroserviceValues } from "../../src/plan/services/microservice-values";
import { application, planFor, planOf, service } from "../support";
import { deployedFrom } from "./store-examples";

/** The plan of services that use each other; a name with `!` needs the names of those it uses. */
const releasesOf = (uses: Record<string, string[]>, config = {}) =>
  planFor(shop(uses), config).releases as Record<string, ReleasePlan>;

const needsOf = (releases: Readonly<Record<string, ReleasePlan>>) =>
  Object.fromEntries(Object.values(releases).map(({ name, needs }) => [name, needs]));

const shop = (uses: Record<string, string[]>, publicPaths: Record<string, string> = {}) =>
  application({
    services: Object.fromEntries(
      Object.entries(uses).map(([key, targets]): [string, Service] => {
        const name = key.replace("!", "");
        const path = publicPaths[name];
        return [
          name,
          service({
            uses: targets,
            ...(key.endsWith("!") ? { needsNames: true } : {}),
            ...(path === undefined ? {} : { public: { port: "http", path } }),
          }),
        ];
      }),
    ),
  });

const waitsOf = ({ values }: ReleasePlan) =>
  Object.keys((values as unknown as MicroserviceValues).waitFor ?? {});

describe("a service that needs the names of others", () => {
  it("comes after them, so that it does not wait for one whose release has failed", () => {
    const releases = releasesOf({ "web!": ["api", "users"], api: ["users"], users: ["api"] });
    assert.deepEqual(needsOf(releases), {
      api: [],
      users: [],
      web: ["api", "users"],
    });
    // A pod that is started by hand, or after a move of the Services, still waits.
    assert.deepEqual(waitsOf(releases.web as ReleasePlan), ["api", "users"]);
  });

  it("has a time limit that does not cover the stores of others", () => {
    const { releases } = planOf();
    assert.ok((releases.web?.timeoutSeconds ?? 0) < 700, String(releases.web?.timeoutSeconds));
    for (const name of ["catalogue", "user", "cart", "shipping", "payment", "ratings"])
      assert.ok(releases.web?.needs.includes(name), name);
  });

  it("is not ordered within a cycle of such services, whose pods wait for the names", () => {
    const releases = releasesOf({ "a!": ["b"], "b!": ["c"], "c!": ["a", "d"], d: ["a"] });
    assert.deepEqual(needsOf(releases), {
      a: [],
      b: [],
      c: ["d"],
      d: [],
    });
    assert.deepEqual(waitsOf(releases.a as ReleasePlan), ["b"]);
  });

  it("gives way to the order of a route that moves to a service that it needs, also through others", () => {
    const uses = { "web!": ["api"], "api!": ["shop"], shop: [] };
    const ingress = { ingress: { host: "shop.example.com" } };
    const before = deployedFrom(planFor(shop(uses, { web: "/" }), ingress));
    const { releases } = planFor(shop(uses, { shop: "/" }), ingress, before);
    assert.deepEqual(needsOf(releases), {
      api: [],
      shop: ["web"],
      web: [],
    });
  });
});
