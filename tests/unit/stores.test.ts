/** Stores in the plan: profiles, endpoints, access, and what is refused because of what is deployed. */
import assert from "node:assert/strict";
import { compact } from "../../src/model/records";
import { host, members, readHost, replicaSet, text } from "../../src/model/text";
import type { Deployed } from "../../src/plan/deployed";
import type { Values } from "../../src/plan/plan";
import { volumeRefusals } from "../../src/runtime/check-volumes";
import { type BuiltInKind, STORE_KINDS } from "../kinds";
import { application, problemsOf, redis, service } from "../support";
import { deployedFrom, planFor, shopWith, storeOf } from "./store-examples";

const prod = { environment: "prod", cluster: { context: "prod" } };
const at = (values: unknown, ...path: string[]): unknown =>
  path.reduce((tree, key) => (tree as Values | undefined)?.[key], values);

/** Returns the variables that a client gets for a store. */
function told(kind: BuiltInKind, config: Record<string, unknown>) {
  const shop = application({
    services: {
      web: service({
        uses: ["db"],
        env: {
          HOST: [host("db")],
          READ: [readHost("db")],
          MEMBERS: [members("db")],
          OPTION: text`?x=1${replicaSet("db")}`,
        },
      }),
    },
    stores: { db: storeOf(kind) },
  });
  const env = planFor(shop, config).releases.web?.values.env as Record<string, string> | undefined;
  return ["HOST", "READ", "MEMBERS", "OPTION"].map((key) => env?.[key]);
}

describe("profiles", () => {
  it("are replicated in prod and standalone elsewhere, by stack and by store", () => {
    const profile = (config: Record<string, unknown>) =>
      planFor(shopWith("mysql"), config).outputs.stores.db?.profile;
    assert.equal(profile({ environment: "dev" }), "standalone");
    assert.equal(profile(prod), "replicated");
    assert.equal(profile({ ...prod, profile: "standalone" }), "standalone");
    assert.equal(profile({ environment: "dev", profile: "replicated" }), "replicated");
    assert.equal(profile({ profile: "replicated", stores: { db: { profile: "standalone" } } }), "standalone");
    assert.equal(profile({ ...prod, distribution: "upstream" }), "standalone");
  });

  it("point clients to the right endpoint without a change to the inventory", () => {
    const three = [0, 1, 2]
      .map((index) => `db-${index}.db-headless.shop-prod.svc.cluster.local:27017`)
      .join(",");
    assert.deepEqual(told("mongodb", prod), ["db-headless", "db-headless", three, "?x=1&replicaSet=rs0"]);
    assert.deepEqual(told("mongodb", {}), ["db", "db", "db:27017", "?x=1"]);
    assert.deepEqual(told("mysql", prod), ["db-primary", "db-secondary", "db-primary:3306", "?x=1"]);
    assert.deepEqual(told("mysql", {}), ["db", "db", "db:3306", "?x=1"]);
    for (const config of [prod, {}]) {
      assert.deepEqual(told("redis", config), ["db-master", "db-master", "db-master:6379", "?x=1"]);
      assert.deepEqual(told("rabbitmq", config), ["db", "db", "db:5672", "?x=1"]);
    }
  });

  it("have the same endpoints in both distributions", () => {
    for (const kind of STORE_KINDS)
      assert.deepEqual(told(kind, {}), told(kind, { environment: "local", distribution: "upstream" }));
  });

  it("include the read endpoint in the stack's outputs", () => {
    assert.deepEqual(planFor(shopWith("mysql"), prod).outputs.stores.db, {
      host: "db-primary",
      readHost: "db-secondary",
      port: 3306,
      profile: "replicated",
      secret: "db-auth",
    });
  });

  it("cannot be replicated on the upstream images", () => {
    const [problem] = problemsOf(() =>
      planFor(shopWith("redis"), { environment: "local", distribution: "upstream", profile: "replicated" }),
    );
    assert.equal(problem?.where, "flotilla:profile");
    assert.match(problem?.what ?? "", /db cannot be replicated/);
  });

  it("spread replicated pods over nodes and zones, and allow a drain one at a time", () => {
    const roles: Record<BuiltInKind, string[]> = {
      mongodb: [""],
      mysql: ["primary", "secondary"],
      redis: ["replica"],
      rabbitmq: [""],
    };
    for (const kind of STORE_KINDS) {
      const { values } = planFor(shopWith(kind), prod).releases.db ?? {};
      for (const role of roles[kind]) {
        const part = role === "" ? values : at(values, role);
        assert.equal(at(part, "podAntiAffinityPreset"), "hard", kind);
        assert.deepEqual(at(part, "pdb"), { create: true, maxUnavailable: 1 });
        assert.equal(
          at(part, "topologySpreadConstraints", "0", "topologyKey"),
          "topology.kubernetes.io/zone",
        );
        assert.equal(at(part, "resourcesPreset"), "none");
      }
    }
  });

  it("retain volumes when a release is deleted, in every profile", () => {
    const kept = (values: unknown): number =>
      typeof values !== "object" || values === null
        ? 0
        : Object.entries(values).reduce(
            (sum, [key, value]) =>
              sum +
              (key === "persistentVolumeClaimRetentionPolicy" && value.whenDeleted === "Retain"
                ? 1
                : kept(value)),
            0,
          );
    for (const kind of STORE_KINDS)
      for (const config of [prod, {}])
        assert.ok(kept(planFor(shopWith(kind), config).releases.db?.values) > 0, kind);
  });

  it("stop the minority of a partitioned rabbitmq", () => {
    const { values } = planFor(shopWith("rabbitmq"), prod).releases.db ?? {};
    assert.equal(at(values, "clustering", "partitionHandling"), "pause_minority");
    assert.equal(at(values, "replicaCount"), 3);
  });

  it("export metrics if something scrapes, with a ServiceMonitor if the cluster supports it", () => {
    for (const kind of STORE_KINDS) {
      const values = (config: Record<string, unknown>) => planFor(shopWith(kind), config).releases.db?.values;
      assert.equal(at(values({}), "metrics", "enabled"), false, kind);
      assert.equal(at(values({ monitoring: {} }), "metrics", "enabled"), true);
      assert.equal(at(values({ monitoring: {} }), "metrics", "serviceMonitor"), undefined);
      const monitored = values({ monitoring: { serviceMonitor: { labels: { release: "kps" } } } });
      assert.match(JSON.stringify(at(monitored, "metrics", "serviceMonitor")), /"enabled":true/);
      assert.match(JSON.stringify(at(monitored, "metrics", "serviceMonitor")), /"release":"kps"/);
      assert.match(
        JSON.stringify(at(monitored, "networkPolicy")),
        /kubernetes.io\/metadata.name":"monitoring/,
      );
    }
  });
});

describe("access to stores", () => {
  it("is allowed for the services that use them and for their own Jobs, on the ports they need", () => {
    const shop = application({
      services: { web: service({ uses: ["db"] }), other: service() },
      stores: { db: storeOf("mysql") },
    });
    const policy = planFor(shop).releases.db?.values.networkPolicy as {
      extraIngress: { ports: { port: number }[]; from: { podSelector: { matchLabels: Values } }[] }[];
    } & Values;
    assert.equal(policy.allowExternal, false);
    assert.equal(policy.allowExternalEgress, false);
    assert.equal(policy.ingressNSMatchLabels, undefined);
    assert.deepEqual(
      policy.extraIngress.map(({ ports, from }) => [
        from[0]?.podSelector.matchLabels["app.kubernetes.io/instance"],
        ...ports.map(({ port }) => port),
      ]),
      [
        ["web", 3306],
        ["db-accounts", 3306],
        // Jobs of its rotations have a common label.
        [undefined, 3306],
      ],
    );
  });

  it("includes rabbitmq's management for the Jobs of a rotation only, and in advance", () => {
    // The first Job runs before the store's own release is updated.
    const rotated = planFor(shopWith("rabbitmq"));
    const extraIngress = at(rotated.releases.db?.values, "networkPolicy", "extraIngress") as Values[];
    const open = extraIngress.filter((rule) => JSON.stringify(rule.ports).includes("15672"));
    assert.deepEqual(
      open.map((rule) => at(rule, "from", "0", "podSelector", "matchLabels")),
      [{ "flotilla.dev/rotates": "db" }],
    );
    const labels = planFor(
      shopWith("rabbitmq"),
      { stores: { db: { generation: 2 } } },
      deployedFrom(planFor(shopWith("rabbitmq"))),
    ).releases["db-rotate-2-begin"]?.values.podLabels;
    assert.deepEqual(labels, { "flotilla.dev/rotates": "db" });
  });
});

describe("images of stores", () => {
  const repositories = (tree: unknown): string[] => {
    if (typeof tree !== "object" || tree === null) return [];
    const { registry, repository } = tree as { registry?: string; repository?: string };
    if (typeof repository === "string") return [`${registry}/${repository}`];
    return Object.values(tree).flatMap(repositories);
  };

  it("come from one registry, including those of Jobs", () => {
    for (const kind of STORE_KINDS) {
      const { releases } = planFor(shopWith(kind), {
        ...prod,
        storeImages: {
          registry: "mirror.example.com:5000",
          repositoryPrefix: "vendor/bitnami",
          pullSecrets: ["pull"],
        },
      });
      const found = repositories(releases.db?.values);
      assert.ok(found.length >= 2);
      for (const repository of found)
        assert.match(repository, /^mirror\.example\.com:5000\/vendor\/bitnami\/[a-z-]+$/);
      assert.deepEqual(at(releases.db?.values, "global", "imagePullSecrets"), ["pull"]);
      const job = releases["db-accounts"]?.values;
      if (job) {
        assert.equal(at(job, "image", "repository"), `mirror.example.com:5000/vendor/bitnami/${kind}`);
        assert.deepEqual(job.imagePullSecrets, ["pull"]);
      }
    }
  });

  it("of loaders can be moved to a mirror", () => {
    const loader = {
      does: "a test",
      image: { repository: "docker.io/x/data", tag: "1.0.0" },
      script: "true",
      env: {},
    };
    const shop = shopWith("mysql", { ...storeOf("mysql"), loaders: { first: loader } });
    const { releases } = planFor(shop, {
      stores: { db: { loaders: { first: { repository: "mirror.example.com/x/data" } } } },
    });
    assert.deepEqual(releases["db-load-first"]?.values.image, {
      repository: "mirror.example.com/x/data",
      tag: "1.0.0",
    });
    const [problem] = problemsOf(() => planFor(shop, { stores: { db: { loaders: { frist: {} } } } }));
    assert.equal(problem?.where, "flotilla:stores.db.loaders.frist");
    assert.match(problem?.todo ?? "", /Did you mean "first"/);
  });

  it("cause a warning if they get no updates", () => {
    const warnings = (config: Record<string, unknown>) => planFor(shopWith("redis"), config).warnings;
    assert.match(warnings({})[0] ?? "", /docker\.io\/bitnamilegacy, which no longer get updates/);
    assert.deepEqual(warnings({ storeImages: { repositoryPrefix: "bitnamisecure" } }), []);
    assert.deepEqual(warnings({ storeImages: { acceptNoUpdates: "a mirror is not there yet" } }), []);
    assert.deepEqual(warnings({ environment: "local", distribution: "upstream" }), []);
  });
});

describe("what is deployed", () => {
  const refused = (shop: ReturnType<typeof shopWith>, config: Record<string, unknown>, deployed: Deployed) =>
    problemsOf(() => planFor(shop, config, deployed)).map(
      ({ where, what, todo }) => `${where}: ${what} | ${todo}`,
    );
  const deployedShop = (kind: BuiltInKind, config: Record<string, unknown> = {}) =>
    deployedFrom(planFor(shopWith(kind), config));

  it("is not changed by the same plan", () => {
    for (const kind of STORE_KINDS)
      for (const config of [{}, prod, { environment: "local", distribution: "upstream" }]) {
        const once = planFor(shopWith(kind), config);
        assert.deepEqual(planFor(shopWith(kind), config, deployedFrom(once)), once);
      }
  });

  for (const kind of STORE_KINDS.filter((kind) => kind !== "rabbitmq"))
    it(`refuses to make a standalone ${kind} replicated, and says how to move`, () => {
      const [problem, ...more] = refused(shopWith(kind), { profile: "replicated" }, deployedShop(kind));
      assert.match(
        problem ?? "",
        /flotilla:stores\.db\.profile: the profile is replicated, but db is deployed as standalone/,
      );
      assert.match(problem ?? "", /Set flotilla:stores\.db\.profile to standalone\. .*docs\/stores\.md/);
      assert.deepEqual(more, []);
      assert.equal(refused(shopWith(kind), { profile: "standalone" }, deployedShop(kind, prod)).length, 1);
    });

  it("allows a rabbitmq to grow, unless its pods were created to wait for each other", () => {
    const deployed = deployedShop("rabbitmq");
    assert.doesNotThrow(() => planFor(shopWith("rabbitmq"), { profile: "replicated" }, deployed));
    assert.equal(
      refused(shopWith("rabbitmq"), { profile: "standalone" }, deployedShop("rabbitmq", prod)).length,
      1,
    );
    // As deployed by version 0.1.
    delete deployed.db?.values.podManagementPolicy;
    assert.equal(refused(shopWith("rabbitmq"), { profile: "replicated" }, deployed).length, 1);
    const kept = planFor(shopWith("rabbitmq"), {}, deployed).releases.db?.values;
    assert.equal(kept?.podManagementPolicy, "OrderedReady", "immutable fields are kept");
  });

  it("refuses another distribution and another kind under the same name", () => {
    const upstream = { environment: "local", distribution: "upstream" };
    assert.match(
      refused(shopWith("mysql"), upstream, deployedShop("mysql"))[0] ?? "",
      /flotilla:distribution: the distribution is upstream, but db is deployed from bitnami/,
    );
    assert.match(
      refused(shopWith("mongodb"), {}, deployedShop("mysql"))[0] ?? "",
      /store db: the kind is mongodb, but a mysql is deployed/,
    );
  });

  it("treats charts from a registry and from an archive as the same", () => {
    const deployed = deployedShop("mysql");
    (deployed.db as { chart: string }).chart = "./charts/vendor/mysql-14.0.5.tgz";
    assert.doesNotThrow(() => planFor(shopWith("mysql"), {}, deployed));
  });

  for (const environment of ["local", "dev", "staging", "prod"])
    it(`refuses to delete a store in ${environment}, with the command that would do it`, () => {
      const config = { ...(environment === "prod" ? prod : {}), environment };
      const empty = application({ services: { web: service() } });
      const [problem] = refused(empty, config, deployedShop("redis", config));
      assert.match(
        problem ?? "",
        /apps\/shop\.ts: store db was removed from the inventory, but it is deployed/,
      );
      assert.match(problem ?? "", new RegExp(`npx flotilla remove db --stack ${environment}`));
      const permitted = { ...config, allowDeletion: ["store/db"] };
      assert.doesNotThrow(() => planFor(empty, permitted, deployedShop("redis", config)));
      const another = { ...config, allowDeletion: ["store/cache"] };
      assert.match(
        refused(empty, another, deployedShop("redis", config))[0] ?? "",
        /flotilla:allowDeletion only lists store\/cache/,
      );
    });

  it("refuses to remove a store that is in the inventory", () => {
    assert.match(
      refused(shopWith("redis"), { ...prod, allowDeletion: ["store/db"] }, {})[0] ?? "",
      /flotilla:allowDeletion: lists store\/db, which is still in the inventory/,
    );
  });

  const everywhere = [{}, prod, { environment: "local", distribution: "upstream" }];

  it("warns about a volume that grows, and not about another spelling of its size", () => {
    for (const kind of STORE_KINDS)
      for (const config of everywhere) {
        const warnings = (storage: string) =>
          planFor(shopWith(kind), { ...config, stores: { db: { storage } } }, deployedShop(kind, config))
            .warnings;
        assert.ok(
          warnings("9Gi").some((text) => /the volumes of db have 1Gi, but the settings say 9Gi/.test(text)),
          `${kind} ${JSON.stringify(config)}`,
        );
        assert.deepEqual(
          warnings("1024Mi").filter((text) => /volumes/.test(text)),
          [],
        );
      }
  });

  it("refuses a volume that shrinks, and another storage class", () => {
    for (const kind of STORE_KINDS)
      for (const config of everywhere) {
        const change = (more: Record<string, unknown>) =>
          refused(shopWith(kind), { ...config, ...more }, deployedShop(kind, config)).join("\n");
        assert.match(
          change({ stores: { db: { storage: "512Mi" } } }),
          /^flotilla:stores\.db\.storage: the volumes of db would shrink from 1Gi to 512Mi.* \| Set flotilla:stores\.db\.storage to 1Gi/,
        );
        assert.match(
          change({ storageClass: "fast" }),
          /^flotilla:storageClass: the volumes of db have the default class, but the settings say the class fast.* \| Remove it/,
        );
        assert.match(
          change({ stores: { db: { storageClass: "fast" } } }),
          /^flotilla:stores\.db\.storageClass: /,
        );
        const same = { ...config, storageClass: "fast" };
        planFor(shopWith(kind), same, deployedShop(kind, same));
        assert.match(
          refused(shopWith(kind), config, deployedShop(kind, same)).join("\n"),
          /have the class fast, but the settings say the default class.*Set flotilla:stores\.db\.storageClass to fast/,
        );
      }
  });

  it("leaves the volumes of a stack that may move to another cluster to the program, which knows whether it does", () => {
    const moving = { ...prod, cluster: { context: "prod", identity: "name:other" }, storageClass: "fast" };
    planFor(shopWith("mysql"), moving, deployedShop("mysql", prod));
  });

  it("allows changed volumes if the StatefulSet has them already, or is gone", () => {
    const set = (storage: string, storageClassName?: string) => ({
      metadata: { name: "db" },
      spec: {
        volumeClaimTemplates: [{ spec: compact({ storageClassName, resources: { requests: { storage } } }) }],
      },
    });
    const grown = {
      name: "db",
      what: "the volumes of db",
      where: "flotilla:stores.db",
      classKey: "flotilla:stores.db.storageClass",
      migration: "copy it",
      isStateful: true,
      before: { storage: "1Gi" },
      after: { storage: "9Gi" },
    };
    assert.deepEqual(volumeRefusals(grown, []), []);
    assert.deepEqual(volumeRefusals(grown, [set("9216Mi")]), []);
    const [problem] = volumeRefusals(grown, [set("1Gi")]);
    assert.equal(problem?.where, "flotilla:stores.db.storage");
    assert.match(problem?.what ?? "", /the setting is 9Gi, but the volumes of StatefulSet db have 1Gi/);
    assert.match(problem?.todo ?? "", /"Growing a volume".*Or set it to 1Gi/);
    const other = { ...grown, after: { storage: "1Gi", storageClass: "fast" } };
    assert.deepEqual(volumeRefusals(other, [set("1Gi", "fast")]), []);
    assert.match(volumeRefusals(other, [set("1Gi")])[0]?.what ?? "", /the default class/);
  });

  it("refuses a new cluster key for a running store, unless allowed", () => {
    for (const [kind, key] of [
      ["mongodb", "replica-set-key"],
      ["rabbitmq", "erlang-cookie"],
    ] as const) {
      const change = (clusterKey: object) => ({ ...prod, stores: { db: { clusterKey } } });
      const [problem] = refused(shopWith(kind), change({ generation: 2 }), deployedShop(kind, prod));
      assert.match(
        problem ?? "",
        new RegExp(`clusterKey\\.generation: a new ${key} splits the running cluster`),
      );
      assert.match(problem ?? "", /Set it to 1\. .*stop all pods of db first and set .*acceptSplit to 2/);
      const told = planFor(
        shopWith(kind),
        change({ generation: 2, acceptSplit: 2 }),
        deployedShop(kind, prod),
      );
      assert.ok(told.credentials[`db-${key}-2`]);
      assert.equal(told.credentials[`db-${key}`], undefined);
      // A permission that was used does not apply the next time.
      assert.equal(
        refused(shopWith(kind), change({ generation: 3, acceptSplit: 2 }), deployedFrom(told)).length,
        1,
      );
      // A new store may start with any key.
      assert.doesNotThrow(() => planFor(shopWith(kind), change({ generation: 2 })));
    }
    const [none] = refused(shopWith("mysql"), { stores: { db: { clusterKey: { generation: 2 } } } }, {});
    assert.match(none ?? "", /a standalone mysql has no cluster key/);
  });

  it("refuses a new password for a running replicated redis, unless allowed", () => {
    const change = { ...prod, stores: { db: { generation: 2 } } };
    assert.match(
      refused(shopWith("redis"), change, deployedShop("redis", prod))[0] ?? "",
      /a new password splits the running redis/,
    );
    assert.doesNotThrow(() =>
      planFor(shopWith("redis"), { stores: { db: { generation: 2 } } }, deployedShop("redis")),
    );
  });

  it("requires no permission if there is no password", () => {
    for (const kind of ["redis", "mongodb"] as const) {
      const open = shopWith(kind, redis({ kind, noPassword: "its clients know none" }));
      assert.match(
        refused(open, { stores: { db: { generation: 2 } } }, {})[0] ?? "",
        /db has no password that can be rotated: its clients know none/,
      );
    }
    const open = shopWith("mongodb", redis({ kind: "mongodb", noPassword: "its clients know none" }));
    assert.match(
      refused(open, { ...prod, stores: { db: { clusterKey: { generation: 2 } } } }, {})[0] ?? "",
      /a replicated mongodb without a password has no cluster key/,
    );
  });
});
