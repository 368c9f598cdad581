/** Services that wait for other services to answer: order, time-out, cycles. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Service } from "../../src/model/application";
import { validateApplication } from "../../src/model/validate";
import { application, planFor, problemsOf, redis, service, valuesOf } from "../support";

const shop = (services: Record<string, Partial<Service>>) =>
  application({
    services: Object.fromEntries(Object.entries(services).map(([name, given]) => [name, service(given)])),
    stores: { cart: redis() },
  });

const waitsForApi: Partial<Service> = { uses: ["api", "users", "cart"], waitsFor: ["api"] };

describe("a service that waits for another service", () => {
  it("waits in the container that waits for its stores, with a time limit, and comes after it", () => {
    const planned = planFor(shop({ web: waitsForApi, api: {}, users: {} }));
    assert.deepEqual(valuesOf(planned, "web").waitFor, {
      cart: { host: "cart-master", port: 6379 },
      api: { host: "api", port: 8080, seconds: 120 },
    });
    assert.deepEqual(planned.releases.web?.needs, ["cart", "api"]);
    assert.deepEqual(planned.releases.api?.needs, []);
  });

  it("adds nothing to the time limit of its update", () => {
    const [waiting, plain] = [waitsForApi, { uses: ["api", "users", "cart"] }].map(
      (web) => planFor(shop({ web, api: {}, users: {} })).releases.web?.timeoutSeconds,
    );
    assert.equal(waiting, plain);
  });

  it("waits for its answer instead of its name, if it needs names", () => {
    const planned = planFor(shop({ web: { ...waitsForApi, needsNames: true }, api: {}, users: {} }));
    const { waitFor = {} } = valuesOf(planned, "web");
    assert.deepEqual(waitFor.api, { host: "api", port: 8080, seconds: 120 });
    assert.deepEqual(waitFor.users, { host: "users", port: 8080, until: "resolves" });
  });

  it("gives up before its update does", () => {
    const web = { ...waitsForApi, waitSeconds: 30 };
    const secondsOf = (given: Partial<Service>, config = {}) =>
      valuesOf(planFor(shop({ web: given, api: {}, users: {} }), config), "web").waitFor?.api?.seconds;
    assert.equal(secondsOf(web), 30);
    assert.equal(secondsOf(waitsForApi, { rolloutSeconds: 20 }), 20);
    const [problem] = problemsOf(() => secondsOf({ ...web, waitSeconds: 900 }));
    assert.match(problem?.what ?? "", /`waitSeconds` is 900, but an update of web fails after \d+ seconds/);
  });

  it("is refused in a cycle, with its path", () => {
    const problems = problemsOf(() =>
      planFor(
        shop({
          a: { uses: ["b"], waitsFor: ["b"] },
          b: { uses: ["c"], needsNames: true },
          c: { uses: ["a"], waitsFor: ["a"] },
        }),
      ),
    ).map(({ what }) => what);
    assert.deepEqual(problems, [
      "waits for b in a cycle: a waits for b, b needs the name of c, c waits for a",
      "waits for a in a cycle: c waits for a, a waits for b, b needs the name of c",
    ]);
  });

  it("is refused if the other one has no pods in the stack", () => {
    const both = shop({ web: waitsForApi, api: {}, users: {} });
    const stopped = { services: { api: { replicas: 0 } } };
    const [problem] = problemsOf(() => planFor(both, stopped));
    assert.equal(problem?.where, "flotilla:services.api.replicas");
    assert.match(problem?.what ?? "", /api has no pods in this stack, but web waits for it/);
    planFor(both, { services: { api: { replicas: 0 }, web: { replicas: 0 } } });
  });

  const bad: [string, Partial<Service>, RegExp][] = [
    ["a service that it does not use", { waitsFor: ["api"] }, /waits for "api", which is not in `uses`/],
    ["an unknown service", { waitsFor: ["apj"] }, /waits for "apj", which is not in `uses`/],
    ["a store", { uses: ["cart"], waitsFor: ["cart"] }, /waits for "cart", which is a store/],
    ["a service twice", { uses: ["api"], waitsFor: ["api", "api"] }, /waits for "api" twice/],
    ["a time limit for nothing", { waitSeconds: 10 }, /has `waitSeconds`, but waits for no service/],
  ];
  it("is refused for a service whose first port does not show that it answers", () => {
    const ports = { dns: { container: 53, protocol: "udp" } } as const;
    const api = { ports, probe: { exec: { command: ["true"] } } };
    const problems = validateApplication(shop({ web: waitsForApi, api, users: {} })).map(({ what }) => what);
    assert.deepEqual(problems, ['waits for "api", whose first port is not TCP']);
  });

  for (const [name, web, message] of bad)
    it(`is refused with ${name}`, () => {
      const problems = validateApplication(shop({ web, api: {} })).map(({ what }) => what);
      assert.equal(problems.filter((what) => message.test(what)).length, 1, problems.join("\n"));
    });

  it("always has an order that ends, whatever waits for what", () => {
    const names = ["a", "b", "c", "d", "e"];
    const one = fc.record({
      waitsFor: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 }),
      needsNames: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.tuple(one, one, one, one, one), (all) => {
        const services = Object.fromEntries(
          all.map(({ waitsFor, needsNames }, index) => {
            const name = names[index] as string;
            const targets = waitsFor.filter((target) => target !== name);
            return [name, { uses: targets, waitsFor: needsNames ? [] : targets, needsNames }];
          }),
        );
        let releases: Record<string, { needs: string[] }>;
        try {
          releases = planFor(shop(services)).releases;
        } catch (error) {
          assert.match(String(error), /in a cycle/);
          return;
        }
        // Removes what has nothing before it, until nothing is left.
        const left = new Map(Object.entries(releases).map(([name, { needs }]) => [name, new Set(needs)]));
        for (let round = 0; round <= names.length + 1 && left.size > 0; round++)
          for (const [name, needs] of [...left])
            if ([...needs].every((need) => !left.has(need))) left.delete(name);
        assert.deepEqual([...left.keys()], []);
      }),
    );
  });
});
