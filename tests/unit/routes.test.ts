/** Public routes that move between services: ingress-nginx refuses two Ingresses with the same host and path. */
import assert from "node:assert/strict";
import type { Application, Service } from "../../src/model/application";
import { application, planFor, problemsOf, service } from "../support";
import { deployedFrom } from "./store-examples";

const ingress = { ingress: { host: "shop.example.com" } };
const shop = (paths: Record<string, string | undefined>): Application =>
  application({
    services: Object.fromEntries(
      Object.entries(paths).map(([name, path]): [string, Service] => [
        name,
        service(path === undefined ? {} : { public: { port: "http", path } }),
      ]),
    ),
  });
const change = (
  before: Record<string, string | undefined>,
  after: Record<string, string | undefined>,
  config: Record<string, unknown> = ingress,
) => planFor(shop(after), config, deployedFrom(planFor(shop(before), config)));
const needs = (...of: Parameters<typeof change>) =>
  Object.fromEntries(Object.values(change(...of).releases).map(({ name, needs }) => [name, needs]));

describe("a route that moves", () => {
  it("is released before it is claimed: the old service is updated first", () => {
    assert.deepEqual(needs({ old: "/", web: undefined }, { old: undefined, web: "/" }), {
      old: [],
      web: ["old"],
    });
    assert.deepEqual(needs({ old: "/shop/" }, { old: "/other", web: "/shop" }), { old: [], web: ["old"] });
    assert.deepEqual(needs({ a: "/a", b: "/b", c: "/c" }, { a: "/b", b: "/c", c: "/d" }), {
      a: ["b"],
      b: ["c"],
      c: [],
    });
  });

  it("adds no order if no route moves", () => {
    assert.deepEqual(needs({ a: "/a" }, { a: "/b", b: "/c" }), { a: [], b: [] });
    assert.deepEqual(needs({ a: "/a", b: undefined }, { a: undefined, b: "/a" }, {}), { a: [], b: [] });
    const other = deployedFrom(planFor(shop({ a: "/" }), { ingress: { host: "old.example.com" } }));
    assert.deepEqual(planFor(shop({ a: undefined, b: "/" }), ingress, other).releases.b?.needs, []);
  });

  it("is refused from a renamed or removed service, with the two updates that do it", () => {
    const [{ where, what, todo } = assert.fail(), ...more] = problemsOf(() =>
      change({ web: "/" }, { shop: "/" }),
    );
    assert.deepEqual(more, []);
    assert.equal(where, "apps/shop.ts: service shop: public");
    assert.match(
      what,
      /takes over shop\.example\.com\/ from web, .*web is deleted last.*ingress-nginx refuses/,
    );
    assert.match(todo, /keep web in the inventory without `public`.*then remove web/);
    // The two updates.
    const first = planFor(
      shop({ web: undefined, shop: "/" }),
      ingress,
      deployedFrom(planFor(shop({ web: "/" }), ingress)),
    );
    assert.deepEqual(first.releases.shop?.needs, ["web"]);
    planFor(shop({ shop: "/" }), ingress, deployedFrom(first));
  });

  it("is refused in a cycle, with the two updates that do it", () => {
    const problems = problemsOf(() => change({ a: "/a", b: "/b" }, { a: "/b", b: "/a" }));
    assert.equal(problems.length, 2);
    assert.match(problems[0]?.todo ?? "", /remove `public` from b and run npx flotilla up/);
    const first = change({ a: "/a", b: "/b" }, { a: "/b", b: undefined });
    planFor(shop({ a: "/b", b: "/a" }), ingress, deployedFrom(first));
  });

  it("is allowed with another ingress controller, which accepts both for a while", () => {
    const traefik = { ingress: { host: "shop.example.com", className: "traefik" } };
    change({ web: "/" }, { shop: "/" }, traefik);
  });
});
