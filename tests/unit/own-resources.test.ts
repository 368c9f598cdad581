/** Which resources of a state are a component's own. */
import assert from "node:assert/strict";
import { resourcesOf, withoutPrefix } from "../../src/runtime/own-resources";

const APPLICATION = "flotilla:index:Application";
const STORE = "flotilla:index:Store";
const RELEASE = "kubernetes:helm.sh/v3:Release";
const urn = (types: string, name: string) => `urn:pulumi:dev::own::${types}::${name}`;
const state = (...urns: string[]) =>
  Object.fromEntries(urns.map((one) => [one, { type: one.split("::")[2]?.split("$").at(-1) ?? "" }]));

describe("the resources of a component", () => {
  for (const parent of ["", "own:index:Team$"])
    it(`are told from those of another of its type${parent && ", inside a component of the program"}`, () => {
      const shop = urn(`${parent}${APPLICATION}`, "shop");
      const cache = urn(`${parent}${APPLICATION}$${STORE}$${RELEASE}`, "shop-cache");
      const two = urn(`${parent}${APPLICATION}`, "shop-two");
      const other = urn(`${parent}${APPLICATION}$${STORE}$${RELEASE}`, "shop-two-cache");
      const all = state(shop, cache, two, other, urn(RELEASE, "shop-x"));
      assert.deepEqual(Object.keys(resourcesOf(all, APPLICATION, "shop")), [shop, cache]);
      assert.deepEqual(Object.keys(resourcesOf(all, APPLICATION, "shop-two")), [two, other]);
      assert.match(Object.keys(withoutPrefix({ [cache]: { type: RELEASE } }, "shop"))[0] ?? "", /::cache$/);
    });

  it("of a Store are not those of an Application's", () => {
    const own = urn(`${STORE}$${RELEASE}`, "cache");
    const all = state(urn(STORE, "cache"), own, urn(`${APPLICATION}$${STORE}$${RELEASE}`, "cache"));
    assert.deepEqual(Object.keys(resourcesOf(all, STORE, "cache")), [urn(STORE, "cache"), own]);
  });
});
