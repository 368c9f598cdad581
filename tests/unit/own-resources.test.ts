/** Which resources in a state belong to a component. */
import assert from "node:assert/strict";
import { contested, resourcesOf, withoutPrefix } from "../../src/runtime/own-resources";

const APPLICATION = "flotilla:index:Application";
const STORE = "flotilla:index:Store";
const RELEASE = "kubernetes:helm.sh/v3:Release";
const urn = (types: string, name: string) => `urn:pulumi:dev::own::${types}::${name}`;
const state = (...urns: string[]) =>
  Object.fromEntries(urns.map((one) => [one, { type: one.split("::")[2]?.split("$").at(-1) ?? "" }]));

describe("the resources of a component", () => {
  for (const parent of ["", "own:index:Team$"])
    it(`are distinguished from those of another component of the same type${parent && ", inside a component of the program"}`, () => {
      const shop = urn(`${parent}${APPLICATION}`, "shop");
      const cache = urn(`${parent}${APPLICATION}$${STORE}$${RELEASE}`, "shop-cache");
      const two = urn(`${parent}${APPLICATION}`, "shop-two");
      const other = urn(`${parent}${APPLICATION}$${STORE}$${RELEASE}`, "shop-two-cache");
      const all = state(shop, cache, two, other, urn(RELEASE, "shop-x"));
      assert.deepEqual(Object.keys(resourcesOf(all, APPLICATION, "shop")), [shop, cache]);
      assert.deepEqual(Object.keys(resourcesOf(all, APPLICATION, "shop-two")), [two, other]);
      assert.match(Object.keys(withoutPrefix({ [cache]: { type: RELEASE } }, "shop"))[0] ?? "", /::cache$/);
    });

  it("of a Store are distinguished from those of an Application", () => {
    const own = urn(`${STORE}$${RELEASE}`, "cache");
    const all = state(urn(STORE, "cache"), own, urn(`${APPLICATION}$${STORE}$${RELEASE}`, "cache"));
    assert.deepEqual(Object.keys(resourcesOf(all, STORE, "cache")), [urn(STORE, "cache"), own]);
  });
});

describe("names of components", () => {
  const store = (name: string, ...accounts: string[]): [string, string[]] => [
    name,
    ["", "-auth", ...accounts.map((account) => `-${account}`)].map((suffix) => `${name}${suffix}`),
  ];

  it("conflict when a resource of one begins with the name of the other", () => {
    const shop: [string, string[]] = ["shop", ["shop-web", "shop-orders", "shop-orders-auth"]];
    const orders: [string, string[]] = ["shop-orders", ["shop-orders-web"]];
    assert.deepEqual(contested(shop, orders), ["shop-orders", "shop-orders-auth"]);
    assert.deepEqual(contested(orders, shop), contested(shop, orders), "whichever comes first");
    assert.deepEqual(contested(store("my", "reports"), store("my-reports")), ["my-reports"]);
  });

  it("do not conflict otherwise", () => {
    assert.deepEqual(contested(["shop", ["shop-web"]], ["shop-two", ["shop-two-web"]]), []);
    assert.deepEqual(contested(store("my", "app"), store("my-reports")), []);
    assert.deepEqual(contested(store("orders"), store("orders")), [], "a program that runs again");
    assert.deepEqual(contested(["shop", ["shop-orderstatus"]], ["shop-orders", []]), []);
  });
});
