/** A store kind that is not built in. Registering its descriptor is all it needs. */
import assert from "node:assert/strict";
import { edgesOf } from "../../src/model/graph";
import { deployedStore } from "../../src/plan/deployed";
import { registerStoreKind } from "../../src/plan/stores/registry";
import { memcached } from "../memcached";
import { application, planFor, problemsOf, redis, service } from "../support";
import { deployedFrom } from "../unit/store-examples";
import { byName, render } from "./render";

const account = { username: "app", credential: { generated: true as const } };
const config = { distribution: "upstream" };

describe("a custom store kind", () => {
  before(() => registerStoreKind(memcached));

  const store = redis({ kind: "memcached", accounts: { app: account } });
  const shop = application({ services: { web: service({ uses: ["cache"] }) }, stores: { cache: store } });

  it("is planned: release, Secret, password, host, image and clients", () => {
    const { releases, secrets, credentials, outputs } = planFor(shop, config);
    assert.deepEqual(Object.keys(releases), ["cache", "web"]);
    assert.deepEqual(secrets["cache-auth"]?.keys, { password: [{ credential: "cache-app" }] });
    assert.equal(credentials["cache-app"]?.source, "generated");
    assert.equal(outputs.stores.cache?.host, "cache");
    assert.deepEqual(edgesOf(shop), [
      { from: "web", to: "cache", kind: "store", port: 11211, targetPort: 11211, protocol: "memcache" },
    ]);
    const values = releases.cache?.values;
    assert.deepEqual(values?.image, memcached.image);
    assert.deepEqual(Object.keys(values?.clients ?? {}), ["web"]);
  });

  it("is checked by its own rules", () => {
    const without = application({ services: {}, stores: { cache: redis({ kind: "memcached" }) } });
    const [found] = problemsOf(() => planFor(without, config));
    assert.match(found?.what ?? "", /^memcached needs exactly one account$/);
  });

  it("is rendered by the chart of single-pod stores", async () => {
    const values = planFor(shop, config).releases.cache?.values as object;
    const objects = byName(await render("charts/store", values, "cache"));
    const [container] = objects["StatefulSet cache"].spec.template.spec.containers;
    assert.equal(container.image, "docker.io/library/memcached:1.6.39");
    assert.equal(objects["Service cache"].spec.ports[0].port, 11211);
  });

  it("is recognized when it is deployed, and is rotated by a restart", () => {
    const deployed = deployedFrom(planFor(shop, config));
    assert.equal(deployedStore(deployed, "cache")?.kind, "memcached");
    const next = planFor(shop, { ...config, stores: { cache: { generation: 2 } } }, deployed);
    assert.deepEqual(Object.keys(next.releases), ["cache", "web"]);
    assert.deepEqual(next.secrets["cache-auth"]?.keys, { password: [{ credential: "cache-app-2" }] });
  });
});
