/** Volumes of services, and StatefulSets: what is planned, refused, and never lost unannounced. */
import assert from "node:assert/strict";
import { impactOf } from "../../cli/core/diff/impact";
import { protectedBy } from "../../cli/stack/deletions";
import type { Service } from "../../src/model/application";
import { readInventory } from "../../src/model/inventory/read";
import { validateApplication } from "../../src/model/validate";
import { plan } from "../../src/plan";
import type { Deployed } from "../../src/plan/deployed";
import type { Values } from "../../src/plan/plan";
import { planViolations, problemsOf as toProblems } from "../../src/plan/rules";
import {
  serviceVolumeChanges,
  volumeChangeProblems,
  volumeWarnings,
} from "../../src/plan/services/volume-changes";
import { application, contextFor, planFor, problemsOf, redis, service, valuesOf } from "../support";

const data = { path: "/data", storage: "2Gi" };
const keeper = (overrides: Partial<Service> = {}) => service({ volumes: { data }, ...overrides });
const stateful = (overrides: Partial<Service> = {}) => keeper({ workload: "StatefulSet", ...overrides });
const shop = (cart: Service, others = {}) => application({ services: { cart, ...others } });
const PROD = { environment: "prod", cluster: { context: "prod" }, distribution: "upstream" };
const texts = (cart: Service, others = {}) =>
  validateApplication(shop(cart, others)).map(({ where, what }) => `${where}: ${what}`);

describe("a service with a volume", () => {
  it("has one pod, which leaves before the next one starts, and a claim that is mounted", () => {
    const values = valuesOf(planFor(shop(keeper()), PROD), "cart");
    assert.equal(values.workload, undefined);
    assert.equal(values.replicas, 1);
    assert.deepEqual(values.rollout, { strategy: "Recreate" });
    assert.deepEqual(values.claims, { data: { size: "2Gi" } });
    assert.deepEqual(values.mounts, { data: "/data" });
  });

  it("needs no reason for its one pod in prod", () => {
    const context = contextFor(shop(keeper()), PROD);
    const violations = planViolations(context, plan(context)).filter(({ rule }) => rule === "replicas");
    assert.deepEqual(
      violations.map(({ excepted }) => excepted),
      ["only one pod can use its volume"],
    );
    assert.deepEqual(toProblems(violations), []);
  });

  it("takes size and class from the stack", () => {
    const config = { storageClass: "slow", services: { cart: { volumes: { data: { storage: "5Gi" } } } } };
    assert.deepEqual(valuesOf(planFor(shop(keeper()), config), "cart").claims, {
      data: { size: "5Gi", storageClass: "slow" },
    });
    const own = { ...config, services: { cart: { volumes: { data: { storageClass: "fast" } } } } };
    assert.deepEqual(valuesOf(planFor(shop(keeper()), own), "cart").claims, {
      data: { size: "2Gi", storageClass: "fast" },
    });
    const wrong = { services: { cart: { volumes: { dta: { storage: "5Gi" } } } } };
    const [problem] = problemsOf(() => planFor(shop(keeper()), wrong));
    assert.match(`${problem?.where} ${problem?.todo}`, /^flotilla:services\.cart\.volumes\.dta .*"data"/);
  });

  it("may have several pods if they can share it", () => {
    const shared = keeper({ volumes: { data: { ...data, accessMode: "ReadWriteMany" } } });
    const values = valuesOf(planFor(shop(shared), PROD), "cart");
    assert.equal(values.replicas, 3);
    assert.equal(values.rollout, undefined);
    assert.deepEqual(texts({ ...shared, autoscaling: {} }), []);
  });

  it("is refused with two pods or an autoscaler", () => {
    const config = { services: { cart: { replicas: 2 } } };
    const [problem] = problemsOf(() => planFor(shop(keeper()), config));
    assert.equal(problem?.where, "flotilla:services.cart.replicas");
    assert.match(problem?.what ?? "", /would have 2 pods, but only one pod can use its volume data/);
    assert.match(texts(keeper({ autoscaling: {} })).join(), /has an autoscaler, but only one pod can use/);
    assert.doesNotThrow(() => planFor(shop(keeper()), { services: { cart: { replicas: 0 } } }));
  });

  it("is refused with paths that overlap, reserved names, or as a stand-in", () => {
    const refused: [Partial<Service>, RegExp][] = [
      [{ writable: ["/data/tmp"] }, /\/data and \/data\/tmp overlap/],
      [{ writable: ["/data/"] }, /the paths \/data\/ and \/data are the same/],
      [{ volumes: { data, more: { path: "/data/more", storage: "1Gi" } } }, /overlap/],
      [{ volumes: { files: data } }, /Flotilla uses this name itself/],
      [{ volumes: { data: { ...data, path: "/proc/x" } } }, /kernel directory/],
      [{ podManagementPolicy: "Parallel" }, /only a StatefulSet has/],
    ];
    for (const [overrides, expected] of refused) assert.match(texts(keeper(overrides)).join("\n"), expected);
    assert.deepEqual(texts(keeper({ files: { "/data/a.conf": "a" }, writable: ["/tmp", "/database"] })), []);
    const reason = "it is needed";
    const externals = { db: { reason, host: "db", port: 1, protocol: "tcp" as const, standIn: keeper() } };
    const [problem] = validateApplication(application({ externals }));
    assert.match(problem?.what ?? "", /a stand-in keeps no data/);
  });

  it("does not share its claim with another service or a store", () => {
    assert.match(
      texts(keeper({ volumes: { "a-data": data } }), { "cart-a": keeper() }).join(),
      /service cart-a, volume data: service cart, volume a-data has the same volume claim, cart-a-data/,
    );
    assert.match(
      texts(stateful({ volumes: { data: { ...data } } }), {
        data: keeper({ volumes: { "cart-0": data } }),
      }).join(),
      /has the same volume claim/,
    );
    const store = application({ services: { db: stateful() }, stores: { "db-x": redis() } });
    assert.deepEqual(validateApplication(store), []);
    const same = application({ services: { a: keeper() }, stores: { "b-1": redis() } });
    assert.deepEqual(validateApplication(same), []);
    const taken = application({
      services: { data: keeper({ volumes: { "b-0": data } }) },
      stores: { b: redis() },
    });
    assert.match(validateApplication(taken)[0]?.what ?? "", /store b has the same volume claim/);
  });

  it("is decoded strictly", () => {
    const read = (volumes: unknown, more = {}) =>
      readInventory({ ...application(), services: { web: { ...service(), volumes, ...more } } }, "shop")
        .problems.map(({ where, what }) => `${where}: ${what}`)
        .join("\n");
    assert.equal(read({ data }), "");
    assert.match(read({ data: { ...data, size: "1Gi" } }), /volumes\.data\.size: unknown key/);
    assert.match(read({ data: { path: "/data" } }), /volumes\.data: must be one of \{ path, storage \}, /);
    assert.match(
      read({ data: { path: "data", storage: "1Gi" } }),
      /volumes\.data\.path: must be an absolute path/,
    );
    assert.match(read({ data: { ...data, storage: "1Zi" } }), /Kubernetes quantity/);
    assert.match(read({ data: { ...data, accessMode: "ReadOnlyMany" } }), /accessMode/);
    assert.match(read({ Data: data }), /DNS label/);
    assert.match(read({ data }, { workload: "Job" }), /workload/);
  });
});

describe("a StatefulSet", () => {
  it("has a volume for each pod, and its pods may connect to each other", () => {
    const values = valuesOf(planFor(shop(stateful({ podManagementPolicy: "Parallel" })), PROD), "cart");
    assert.equal(values.workload, "StatefulSet");
    assert.equal(values.replicas, 3);
    assert.deepEqual(values.statefulSet, {
      podManagementPolicy: "Parallel",
      claims: { data: { size: "2Gi" } },
    });
    assert.equal(values.claims, undefined);
    const rule = { pods: { "app.kubernetes.io/instance": "cart" }, ports: [8080] };
    assert.deepEqual(values.networkPolicy?.ingress?.own_pods, rule);
    assert.deepEqual(values.networkPolicy?.egress?.own_pods, rule);
  });

  it("lets its pods connect to each other with the protocol of each port", () => {
    const ports = {
      http: { container: 8080, protocol: "http" },
      gossip: { container: 7946, protocol: "udp" },
    } as const;
    const { networkPolicy } = valuesOf(planFor(shop(stateful({ ports })), PROD), "cart");
    for (const direction of [networkPolicy?.ingress, networkPolicy?.egress])
      assert.deepEqual(direction?.own_pods?.ports, [8080, "7946/UDP"]);
  });

  it("is refused with a name that is too long or whose headless Service has another's name", () => {
    const long = "a".repeat(53);
    const named = (name: string) => validateApplication(application({ services: { [name]: stateful() } }));
    assert.match(named(long)[0]?.what ?? "", /has 53 characters/);
    assert.deepEqual(named("a".repeat(52)), []);
    assert.match(texts(stateful(), { "cart-headless": service() }).join(), /service cart creates a host/);
  });
});

describe("volumes of deployed services", () => {
  const deployedAs = (cart: Service, config = {}): Deployed => ({
    cart: {
      kind: "service",
      chart: "./charts/microservice",
      values: planFor(shop(cart), config).releases.cart?.values as Values,
    },
  });
  const contextOf = (cart: Service | undefined, before: Service, config = {}) =>
    contextFor(application({ services: { web: service(), ...(cart ? { cart } : {}) } }), config, {
      deployed: deployedAs(before),
    });
  const changes = (cart: Service | undefined, before: Service, config = {}) =>
    volumeChangeProblems(contextOf(cart, before, config)).map(
      ({ where, what, todo }) => `${where}: ${what} | ${todo}`,
    );

  it("stay without a problem while they do not change", () => {
    for (const cart of [keeper(), stateful(), service()]) assert.deepEqual(changes(cart, cart), []);
  });

  it("are not left behind unannounced", () => {
    for (const [now, why] of [
      [
        undefined,
        /service cart was removed from the inventory, but its volume data is deployed with its data/,
      ],
      [service(), /volume data was removed from the inventory/],
      [stateful(), /cart becomes a StatefulSet, whose volumes are new and empty/],
      [keeper({ volumes: { other: data } }), /volume data was removed/],
    ] as const) {
      const [found = "", ...more] = changes(now, keeper());
      assert.deepEqual(more, []);
      assert.match(found, why);
      assert.match(found, /flotilla:allowDeletion\[0\]' volume\/cart\.data .*The claim cart-data stays/);
      assert.deepEqual(changes(now, keeper(), { allowDeletion: ["volume/cart.data"] }), []);
    }
    assert.match(changes(service(), stateful())[0] ?? "", /The claim data-cart-0 \.\.\. stays/);
  });

  it("are not permitted to be left behind while the inventory has them", () => {
    const [found] = changes(keeper(), keeper(), { allowDeletion: ["volume/cart.data"] });
    assert.match(found ?? "", /lists volume\/cart\.data, which is still in the inventory/);
    assert.deepEqual(protectedBy([], ["volume/cart.data"]), []);
  });

  it("stay when a service is disabled", () => {
    const optional = keeper({ optional: "only some stacks need it" });
    assert.deepEqual(changes(optional, keeper()), []);
  });

  it("can grow, but not shrink, and not change their class or access mode", () => {
    const sized = (storage: string) => keeper({ volumes: { data: { ...data, storage } } });
    assert.deepEqual(changes(sized("3Gi"), keeper()), []);
    assert.match(volumeWarnings(contextOf(sized("3Gi"), keeper()))[0] ?? "", /allowVolumeExpansion/);
    assert.match(
      changes(sized("1Gi"), keeper())[0] ?? "",
      /^flotilla:services\.cart\.volumes\.data\.storage: .*would shrink from 2Gi to 1Gi/,
    );
    assert.match(changes(keeper(), keeper(), { storageClass: "fast" })[0] ?? "", /^flotilla:storageClass: /);
    const shared = keeper({ volumes: { data: { ...data, accessMode: "ReadWriteMany" } } });
    assert.match(
      changes(shared, keeper())[0] ?? "",
      /access mode changes from ReadWriteOnce to ReadWriteMany/,
    );
  });

  it("of a StatefulSet only change after its manual steps", () => {
    const grown = stateful({ volumes: { data: { ...data, storage: "3Gi" } } });
    assert.deepEqual(changes(grown, stateful()), []);
    assert.match(volumeWarnings(contextOf(grown, stateful()))[0] ?? "", /Growing a volume/);
    assert.deepEqual(
      serviceVolumeChanges(contextOf(grown, stateful())).map(({ template, isStateful }) => [
        template,
        isStateful,
      ]),
      [["data", true]],
    );
    const more = stateful({ volumes: { data, more: { path: "/more", storage: "1Gi" } } });
    assert.match(
      changes(more, stateful())[0] ?? "",
      /volume more is new, and Kubernetes refuses this change/,
    );
    assert.match(
      changes(stateful({ podManagementPolicy: "Parallel" }), stateful())[0] ?? "",
      /podManagementPolicy changes from OrderedReady to Parallel/,
    );
  });

  it("are shown by diff as kept, and a Recreate as what it is", () => {
    const claim = {
      kind: "PersistentVolumeClaim",
      metadata: { name: "cart-data", annotations: { "helm.sh/resource-policy": "keep" } },
    };
    assert.deepEqual(impactOf(claim, undefined).storage, [
      "PersistentVolumeClaim cart-data stays, with its data; no pod uses it",
    ]);
    const deployment = (image: string) => ({
      kind: "Deployment",
      metadata: { name: "cart" },
      spec: {
        replicas: 1,
        strategy: { type: "Recreate" },
        template: { spec: { containers: [{ name: "cart", image }] } },
      },
    });
    assert.deepEqual(
      impactOf(deployment("a:1"), deployment("a:2")).pods.map(({ why }) => why),
      ["image 1 → 2; the old pods stop before new ones start"],
    );
  });
});
