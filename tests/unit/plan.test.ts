import assert from "node:assert/strict";
import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { robotShop } from "../../apps/robot-shop";
import { PROJECT } from "../../cli/tools/paths";
import { benchApplication, benchConfig } from "../../dev/bench/application";
import type { Application, Service } from "../../src/model/application";
import { host, password, type Text, text } from "../../src/model/text";
import { plan as planOfApplication } from "../../src/plan";
import { readCharts } from "../../src/plan/chart";
import { schemaProblems } from "../../src/plan/check";
import { createContext } from "../../src/plan/context";
import { fixedValues } from "../../src/plan/credentials";
import type { Plan, ReleasePlan } from "../../src/plan/plan";
import {
  application,
  charts,
  planFor,
  planOf,
  problemsOf,
  redis,
  service,
  settingsOf,
  valuesOf,
} from "../support";

const environments = [
  { environment: "local", distribution: "upstream" },
  { environment: "dev" },
  { environment: "staging", replicas: 2 },
  { environment: "prod", replicas: 3, cluster: { context: "prod" } },
];

describe("plan", () => {
  it("is plain data: JSON preserves all of it", () => {
    for (const config of environments) {
      const plan = planOf(config);
      assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
    }
  });

  it("is the same for the same input", () => {
    for (const config of environments)
      assert.equal(JSON.stringify(planOf(config)), JSON.stringify(planOf(config)));
  });

  it("takes four times as long for four times the services, not sixteen times", () => {
    const seconds = (services: number): number => {
      const bench = benchApplication(services);
      const { settings } = settingsOf(benchConfig("bench", false), { bench });
      const runs = Array.from({ length: 5 }, () => {
        const start = performance.now();
        planOfApplication(createContext(bench, settings, { charts }));
        return performance.now() - start;
      });
      return Math.min(...runs);
    };
    const [few, many] = [seconds(400), seconds(1600)];
    assert.ok(many < 9 * few, `${few.toFixed(1)} ms for 400 services, ${many.toFixed(1)} ms for 1600`);
  });

  it("contains no password, not even one fixed by an image", () => {
    for (const config of environments) {
      const plan = planOf(config);
      const strings = leaves(plan.releases);
      for (const value of Object.values(fixedValues(robotShop, plan.credentials))) {
        // `secret` and `guest` are words as well: as whole values they may only be a user name.
        const places = strings.filter(({ value: string }) => string === value).map(({ path }) => path.at(-1));
        assert.deepEqual(
          places.filter((key) => !["username", "USERNAME", "RABBITMQ_DEFAULT_USER"].includes(key ?? "")),
          [],
          `${value} in ${config.environment}`,
        );
      }
      assert.doesNotMatch(JSON.stringify(plan), /iloveit/);
    }
  });

  it("names every credential, Secret and release it needs", () => {
    for (const config of environments) checkReferences(planOf(config));
  });

  it("orders stores before their users, and services independently of each other", () => {
    const { releases } = planOf();
    assert.deepEqual(releases.user?.needs, [
      "mongodb",
      "redis",
      "mongodb-accounts",
      "mongodb-load-catalogue",
      "mongodb-load-users",
    ]);
    // Services do not wait for other services: a cycle between services must still deploy.
    assert.deepEqual(releases.cart?.needs, ["redis"]);
  });

  it("protects stores and their Secrets in prod only", () => {
    for (const config of environments) {
      const { releases, secrets } = planOf(config);
      assert.equal(releases.mysql?.protect, true);
      assert.equal(secrets["mysql-auth"]?.protect, true);
      assert.equal(releases.web?.protect, false);
    }
  });

  it("uses the locked charts for bitnami and its own chart for upstream", () => {
    assert.deepEqual(planOf().releases.redis?.chart, {
      url: "oci://registry-1.docker.io/bitnamicharts/redis",
      version: "23.1.1",
    });
    assert.deepEqual(planOf({ distribution: "upstream" }).releases.redis?.chart, { path: "./charts/store" });
  });

  it("has the same host names and Secret keys in both distributions", () => {
    const [bitnami, upstream] = [planOf(), planOf({ distribution: "upstream" })];
    assert.deepEqual(bitnami.outputs.stores, upstream.outputs.stores);
    assert.deepEqual(bitnami.secrets, upstream.secrets);
    for (const name of Object.keys(robotShop.services))
      assert.deepEqual(bitnami.releases[name]?.values.env, upstream.releases[name]?.values.env);
  });

  it("applies the stack's overrides to the inventory", () => {
    const { releases, outputs, secrets } = planOf({
      services: {
        cart: {
          tag: "1.10",
          replicas: 4,
          env: { LOG_LEVEL: "debug" },
          resources: { limits: { memory: "1Gi" } },
        },
        catalogue: { env: { MONGO_URL: "mongodb://elsewhere/catalogue" } },
      },
      stores: { mongodb: { storage: "20Gi" } },
      storageClass: "fast",
    });
    const cart = releases.cart?.values as Record<string, unknown>;
    assert.equal(cart.replicas, 4);
    assert.equal(outputs.services.cart?.image, "docker.io/robotshop/rs-cart:1.10");
    assert.deepEqual(cart.resources, {
      requests: { cpu: "100m", memory: "256Mi" },
      limits: { cpu: "500m", memory: "1Gi" },
    });
    assert.equal((cart.env as Record<string, unknown>).LOG_LEVEL, "debug");
    assert.equal(secrets["catalogue-env"], undefined, "a Secret that nothing reads is not created");
    assert.deepEqual(releases.mongodb?.values.persistence, {
      enabled: true,
      size: "20Gi",
      storageClass: "fast",
    });
  });

  it("changes one release, and one value of it, for one changed tag", () => {
    const [before, after] = [planOf(), planOf({ services: { cart: { tag: "9.9.9" } } })];
    const changed = Object.keys(before.releases).filter(
      (name) => JSON.stringify(before.releases[name]) !== JSON.stringify(after.releases[name]),
    );
    assert.deepEqual(changed, ["cart"]);
    assert.deepEqual(after.releases.cart?.values, {
      ...before.releases.cart?.values,
      image: { repository: "docker.io/robotshop/rs-cart", tag: "9.9.9" },
    });
  });

  it("has a public URL if there is an ingress", () => {
    assert.equal(planOf().outputs.publicUrl, undefined);
    const plan = planOf({ ingress: { host: "shop.example.com", tlsSecret: "shop-tls" } });
    assert.equal(plan.outputs.publicUrl, "https://shop.example.com");
    assert.deepEqual(plan.releases.web?.values.ingress, {
      hosts: { public: { host: "shop.example.com", port: "http" } },
      tls: { secret: "shop-tls" },
    });
    assert.equal(plan.releases.cart?.values.ingress, undefined);
  });

  it("gives a rollout more time for more pods", () => {
    const timeout = (replicas: number) => planOf({ replicas }).releases.shipping?.timeoutSeconds ?? 0;
    assert.equal(timeout(3) - timeout(1), 2 * 240);
    assert.ok(timeout(0) >= timeout(1));
  });

  it("plans a redis with a password and a connection string that contains it", () => {
    const plan = planFor(
      application({
        services: {
          web: service({
            uses: ["cache"],
            env: { REDIS_ADDR: text`${host("cache")}:6379,password=${password("cache", "default")}` },
          }),
        },
        stores: { cache: redis() },
      }),
    );
    assert.deepEqual(plan.secrets["cache-auth"]?.keys, {
      "redis-password": [{ credential: "cache-default" }],
    });
    assert.deepEqual(plan.secrets["web-env"]?.keys.REDIS_ADDR, [
      "cache-master:6379,password=",
      { credential: "cache-default" },
    ]);
    checkReferences(plan);
  });

  it("restarts the pods of a service when its connection string changes, except for the password", () => {
    const { releases } = planOf();
    assert.match(String(releases.user?.values.secretChecksum), /^[0-9a-f]{12}$/);
    assert.notEqual(releases.user?.values.secretChecksum, releases.catalogue?.values.secretChecksum);
    assert.equal(releases.cart?.values.secretChecksum, undefined);
  });

  it("lets web wait for the names it resolves at start, which exist before it is installed", () => {
    const { releases } = planOf();
    const waits = releases.web?.values.waitFor as Record<string, { until?: string }>;
    assert.deepEqual(Object.keys(waits), robotShop.services.web?.uses);
    for (const { until } of Object.values(waits)) assert.equal(until, "resolves");
    assert.equal(releases.web?.timeoutSeconds, 180 + 60);
    assert.deepEqual(releases.cart?.values.waitFor, { redis: { host: "redis-master", port: 6379 } });
  });

  it("allows a service to connect to what it uses, and its users to connect to it, on the pods' own ports", () => {
    const plan = planFor(
      application({
        services: {
          web: service({ uses: ["cart", "cache", "bank"], public: { port: "http" } }),
          cart: service({
            ports: {
              http: { container: 8080, service: 80, protocol: "http" },
              rpc: { container: 9000, protocol: "grpc" },
            },
          }),
        },
        stores: { cache: redis() },
        externals: {
          bank: { host: "bank.example.com", port: 443, protocol: "https", reason: "it is paid there" },
        },
      }),
      { ingress: { host: "shop.example.com", namespace: "edge" }, distribution: "upstream" },
    );
    const pods = (name: string) => ({ "app.kubernetes.io/instance": name });
    assert.deepEqual(plan.releases.web?.values.networkPolicy, {
      ingress: { ingress_controller: { namespace: "edge", ports: ["http"] } },
      egress: {
        cart: { pods: pods("cart"), ports: [8080, 9000] },
        cache: { pods: pods("cache"), ports: [6379] },
        bank: { anywhere: true, ports: [443] },
      },
    });
    assert.deepEqual(plan.releases.cart?.values.networkPolicy, {
      ingress: { web: { pods: pods("web"), ports: [8080, 9000] } },
    });
    assert.deepEqual(plan.releases.cache?.values.clients, { web: { pods: pods("web"), ports: [6379] } });
  });

  it("allows egress to hosts in the stack's own variables", () => {
    const { releases } = planOf({
      services: {
        cart: { egress: { redis: { cidr: "10.1.0.0/16", ports: [6379] }, any: { ports: [443] } } },
      },
    });
    const policy = releases.cart?.values.networkPolicy as { egress: Record<string, unknown> } | undefined;
    const egress = policy?.egress ?? {};
    assert.deepEqual(egress.setting_redis, { cidr: "10.1.0.0/16", ports: [6379] });
    assert.deepEqual(egress.setting_any, { anywhere: true, ports: [443] });
    assert.deepEqual(Object.keys(egress).sort(), ["catalogue", "redis", "setting_any", "setting_redis"]);
  });

  it("restarts no pod because a store is down: liveness only connects to the port", () => {
    for (const { kind, values } of Object.values(planOf().releases)) {
      const liveness = (values.probes as { liveness?: object } | undefined)?.liveness;
      if (kind === "service" && liveness) assert.equal(Object.keys(liveness)[0], "tcp");
    }
  });

  it("labels a service with its own team, else the application's", () => {
    const services = { web: service({ team: "front" }), cart: service() };
    const plan = planFor(application({ team: "shop", services }));
    assert.equal(plan.releases.web?.values.team, "front");
    assert.equal(plan.releases.cart?.values.team, "shop");
    assert.equal(plan.namespace.labels["flotilla.dev/team"], "shop");
  });

  it("gives a rollout as long as its pods may take to start", () => {
    const deadline = (startupSeconds: number) =>
      planFor(application({ services: { web: service({ startupSeconds }) } })).releases.web?.values.rollout;
    assert.equal(deadline(240), undefined, "the chart's own deadline is long enough");
    assert.deepEqual(deadline(900), { progressDeadlineSeconds: 1080 });
  });

  it("plans any application with valid names, and refuses nothing of it", () => {
    fc.assert(
      fc.property(applications, fc.constantFrom("bitnami", "upstream"), (generated, distribution) => {
        const plan = planFor(generated, { distribution });
        checkReferences(plan);
        assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
        assert.deepEqual(
          Object.keys(plan.releases).sort(),
          [
            ...Object.keys(generated.services),
            ...Object.entries(generated.stores).flatMap(([store, { kind }]) =>
              kind === "mysql" || kind === "mongodb" ? [store, `${store}-accounts`] : [store],
            ),
          ].sort(),
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe("what a chart would refuse", () => {
  const refused = (overrides: Partial<Service>) =>
    problemsOf(() => planFor(application({ services: { web: service(overrides) } })));

  it("is refused before anything is deployed: a mutable tag, a port out of range, a relative path, all at once", () => {
    const problems = refused({
      image: { repository: "example.com/web", tag: "latest" },
      ports: { http: { container: 70000, protocol: "http" } },
      writable: ["tmp"],
    });
    assert.deepEqual(
      problems.map(({ where, what }) => `${where} ${what}`),
      [
        "apps/shop.ts: service web: image.tag must not be latest, which is a mutable tag: use a version or a digest",
        "apps/shop.ts: service web: ports.http.container must be at most 65535, not 70000",
        'apps/shop.ts: service web: writable[0] must be an absolute path below /, without a colon, . or .., such as /var/cache, not "tmp"',
      ],
    );
  });

  it("is refused with a message that names the key, and shows no pattern", () => {
    const release = planFor(application()).releases.web as ReleasePlan;
    const values = {
      ...release.values,
      ports: { "a-very-long-port-name": { container: 80 } },
      writable: { "a/b": "tmp", ["x".repeat(54)]: "/tmp" },
      ingress: { annotations: { "a b": "1" } },
      team: "Team A",
      workload: "Pod",
    };
    assert.deepEqual(
      schemaProblems({ ...release, values }, charts.microservice, () => "web").map(({ what }) => what),
      [
        "the chart refuses team: must be a label value: at most 63 letters, digits, - _ .",
        "the chart refuses workload: must be one of Deployment, StatefulSet, DaemonSet, Job, CronJob",
        "the chart refuses ports.a-very-long-port-name: must NOT have more than 15 characters",
        "the chart refuses ports.a-very-long-port-name: must be the name of a port: at most 15 lower-case letters, digits and single hyphens",
        "the chart refuses writable.a/b: must be a name of at most 53 lower-case letters, digits and hyphens",
        `the chart refuses writable.${"x".repeat(54)}: must NOT have more than 53 characters`,
        "the chart refuses writable.a/b: must be an absolute path",
        "the chart refuses ingress.annotations.a b: must be a label or annotation key, such as app or example.com/app",
      ],
    );
  });

  it("does not include a long path: its volume gets a name with a hash", () => {
    const long = `/var/lib/${"a".repeat(30)}/${"b".repeat(30)}`;
    const writable = ["/tmp", long, `${long}/c`, "/ä"];
    const values = valuesOf(
      planFor(application({ services: { web: service({ writable, files: { [`${long}.conf`]: "x" } }) } })),
      "web",
    );
    const names = [...Object.keys(values.writable ?? {}), ...Object.keys(values.config?.files ?? {})];
    assert.equal(new Set(names).size, 5);
    assert.deepEqual(Object.values(values.writable ?? {}), writable);
    assert.equal(names[0], "tmp");
    for (const name of names.slice(1)) assert.match(name, /^(?=.{1,53}$)([a-z0-9][-a-z0-9]*-)?[0-9a-f]{12}$/);
  });

  it("is refused for requests above limits, of services and stores", () => {
    const resources = { requests: { memory: "8Gi" } };
    const problems = problemsOf(() =>
      planOf({ services: { cart: { resources } }, stores: { mysql: { resources } } }),
    );
    assert.deepEqual(
      problems.map(({ where, what }) => `${where} ${what}`),
      [
        "flotilla:services.cart.resources the request of 8Gi memory is above the limit of 512Mi",
        "flotilla:stores.mysql.resources the request of 8Gi memory is above the limit of 1Gi",
      ],
    );
  });
});

describe("a local chart's digest", () => {
  const copy = () => {
    const folder = mkdtempSync(join(tmpdir(), "flotilla-charts-"));
    cpSync(join(PROJECT, "charts"), join(folder, "charts"), { recursive: true });
    return folder;
  };
  const digest = (folder: string) => readCharts(folder).microservice.digest;

  it("does not depend on the location of the project", () => {
    const folder = copy();
    assert.equal(digest(folder), digest(PROJECT));
    rmSync(folder, { recursive: true });
  });

  it("changes with a changed, renamed or new file, not with an editor's backup", () => {
    const folder = copy();
    const template = join(folder, "charts/microservice/templates/service.yaml");
    const before = digest(folder);
    writeFileSync(`${template}~`, "backup");
    assert.equal(digest(folder), before);
    writeFileSync(join(folder, "charts/microservice/README.md"), "For readers only.");
    assert.equal(digest(folder), before);
    writeFileSync(join(folder, "charts/microservice/templates/new.yaml"), "");
    const withNew = digest(folder);
    assert.notEqual(withNew, before);
    renameSync(template, `${template}.old`);
    assert.notEqual(digest(folder), withNew);
    rmSync(folder, { recursive: true });
  });

  it("names a missing file", () => {
    const folder = copy();
    rmSync(join(folder, "charts/microservice/Chart.yaml"));
    const [problem] = problemsOf(() => readCharts(folder));
    assert.equal(problem?.where, "charts/microservice/Chart.yaml");
    rmSync(folder, { recursive: true });
  });
});

/** Asserts that every name in the plan is defined. */
function checkReferences(plan: Plan): void {
  for (const release of Object.values(plan.releases)) {
    for (const needed of release.needs) assert.ok(plan.releases[needed], `${release.name} needs ${needed}`);
    for (const secret of release.secrets) assert.ok(plan.secrets[secret], `${release.name} reads ${secret}`);
    for (const { path, value } of leaves(release.values))
      if (path.at(-1) === "secret") assert.ok(plan.secrets[value], `${release.name} reads ${value}`);
  }
  const used = Object.values(plan.secrets).flatMap(({ keys }) =>
    Object.values(keys).flatMap((text) =>
      text.flatMap((part) => (typeof part === "string" ? [] : [part.credential])),
    ),
  );
  for (const { needs } of Object.values(plan.secrets))
    for (const release of needs ?? []) assert.ok(plan.releases[release], `a Secret needs ${release}`);
  for (const credential of used) assert.ok(plan.credentials[credential], `${credential} is not described`);
  for (const credential of Object.keys(plan.credentials))
    assert.ok(used.includes(credential), `${credential} is in no Secret`);
}

/** Returns all strings of a value, with their paths. */
function leaves(value: unknown, path: string[] = []): { path: string[]; value: string }[] {
  if (typeof value === "string") return [{ path, value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => leaves(entry, [...path, key]));
}

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/);

/** Applications of up to eight services, each of which uses any stores and services. */
const applications: fc.Arbitrary<Application> = fc
  .uniqueArray(name, { minLength: 2, maxLength: 12 })
  .chain((names) =>
    fc.record({
      split: fc.integer({ min: 1, max: names.length - 1 }),
      kinds: fc.array(fc.constantFrom("mongodb", "mysql", "redis", "rabbitmq"), {
        minLength: 12,
        maxLength: 12,
      }),
      uses: fc.array(fc.subarray(names), { minLength: 12, maxLength: 12 }),
      names: fc.constant(names),
    }),
  )
  .map(({ names, split, kinds, uses }) => {
    const account = (kind: string) => ({
      app: {
        username: "app",
        ...(kind === "rabbitmq" ? {} : { database: "app" }),
        credential: { generated: true as const },
      },
    });
    const stores = names.slice(split).map((key, index) => {
      const kind = kinds[index] as "mongodb" | "mysql" | "redis" | "rabbitmq";
      return [key, redis({ kind, ...(kind === "redis" ? {} : { accounts: account(kind) }) })] as const;
    });
    const services = names.slice(0, split).map((key, index) => {
      const own = (uses[index] ?? []).filter((target) => target !== key);
      const [target] = own.filter((other) => names.indexOf(other) >= split);
      const kind = kinds[names.indexOf(target ?? "") - split];
      const env: Record<string, Text> = target
        ? { STORE: text`${host(target)}/${password(target, kind === "redis" ? "default" : "app")}` }
        : {};
      return [key, service({ uses: own, env })] as const;
    });
    return application({ services: Object.fromEntries(services), stores: Object.fromEntries(stores) });
  });
