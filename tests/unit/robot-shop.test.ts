/** The plan of Robot Shop against the facts read from the images' own source (tests/fixtures/robot-shop.json). */
import assert from "node:assert/strict";
import { robotShop } from "../../apps/robot-shop";
import type { Values } from "../../src/plan/plan";
import facts from "../fixtures/robot-shop.json";
import { valuesOf as chartValuesOf, ownEnv, planOf } from "../support";

interface Fact {
  name: string;
  kind: string;
  image: { repository: string; newest_tag_in_repo: string };
  ports: { container: { port: number }[]; service: { port: number; targetPort: number }[] };
  calls: { to: string; env: string }[];
  env: { name: string }[];
  env_not_read?: string[];
  probes: { implemented: string[] };
  security: { restricted: { trap?: string; emptyDirs: string[] } };
}

// The load generator is a test tool, not a service of the shop.
const services = (facts.services as unknown as Fact[]).filter(({ kind }) => kind === "app");
const plan = planOf({ environment: "prod", cluster: { context: "prod" }, replicas: 3 });
const valuesOf = (name: string): Values => plan.releases[name]?.values as Values;

describe("Robot Shop agrees with its images", () => {
  it("has exactly the services and stores of the facts", () => {
    assert.deepEqual(Object.keys(robotShop.services).sort(), services.map(({ name }) => name).sort());
    assert.deepEqual(Object.keys(robotShop.stores).sort(), facts.stores.map(({ name }) => name).sort());
  });

  it("has exactly the edges of the facts, ports and protocols included", () => {
    const expected = (facts.dependency_edges as [string, string, number, string, string][]).map(
      ([from, to, port, protocol]) =>
        `${from} -> ${to.replace("external:PAYMENT_GATEWAY", "payment-gateway")} ${port} ${protocol}`,
    );
    const planned = plan.edges.map(({ from, to, port, protocol }) => `${from} -> ${to} ${port} ${protocol}`);
    assert.deepEqual(planned.sort(), expected.sort());
  });

  for (const fact of services)
    describe(fact.name, () => {
      const values = () => valuesOf(fact.name);

      it("runs the published image", () => {
        assert.deepEqual(values().image, {
          repository: `docker.io/${fact.image.repository}`,
          tag: fact.image.newest_tag_in_repo,
        });
      });

      it("listens where the image listens", () => {
        const ports = Object.values(
          (values().ports ?? {}) as Record<string, { container: number; service: number }>,
        );
        assert.deepEqual(
          ports.map(({ container }) => container),
          fact.ports.container.map(({ port }) => port),
        );
        // Ignores a placeholder Service without a target (targetPort 0).
        const real = fact.ports.service.filter(({ targetPort }) => targetPort > 0);
        assert.deepEqual(
          ports.map(({ service }) => service),
          real.map(({ port }) => port),
        );
      });

      it("only sets variables that the image reads, and one for each call", () => {
        const set = Object.keys(ownEnv(values()));
        const read = fact.env.map(({ name }) => new RegExp(`^${name.replace("<OPTION>", "\\w+")}$`));
        for (const name of set)
          assert.ok(
            read.some((pattern) => pattern.test(name)),
            `${name} is not read`,
          );
        for (const { env } of fact.calls) assert.ok(set.includes(env), `${env} is not set`);
      });

      it("has probes that the image answers", () => {
        const probes = (values().probes ?? {}) as Record<string, { http?: { path: string } }>;
        const paths = fact.probes.implemented.map((line) => /^GET (\S+)/.exec(line)?.[1]);
        if (paths.length === 0) assert.deepEqual(probes, {});
        else
          assert.ok(
            paths.includes(probes.readiness?.http?.path),
            `${probes.readiness?.http?.path} does not exist`,
          );
      });

      it("runs as a user and writes to directories that comply with Pod Security `restricted`", () => {
        const { trap, emptyDirs } = fact.security.restricted;
        const { uid } = values().user as { uid: number };
        // The facts name the image's user. It may be below 10000 only if it must be that user.
        const [, exact] = /must be EXACTLY uid (\d+)/.exec(trap ?? "") ?? [];
        if (exact === undefined) assert.ok(uid >= 10000);
        else assert.equal(uid, Number(exact));
        const writable = Object.values((values().writable ?? {}) as Record<string, string>);
        for (const path of emptyDirs) assert.ok(writable.includes(path), `${path} is not writable`);
      });
    });

  it("gives shipping longer to start than it retries its database", () => {
    const { startup } = valuesOf("shipping").probes as {
      startup: { periodSeconds: number; failureThreshold: number };
    };
    assert.ok(startup.periodSeconds * startup.failureThreshold > 169);
  });

  it("kills services that ignore SIGTERM sooner, and makes uWSGI stop on it", () => {
    for (const { name, language } of services as unknown as { name: string; language: string }[]) {
      const grace = Number(valuesOf(name).terminationGracePeriodSeconds);
      assert.equal(grace < 30, language.startsWith("Node"), `${name}: ${grace} s`);
    }
    assert.equal((valuesOf("payment").env as Values).UWSGI_DIE_ON_TERM, "true");
  });

  it("scrapes metrics where the images serve them", () => {
    const scraped = planOf({ monitoring: { serviceMonitor: {} } });
    const monitored = Object.values(scraped.releases).filter(
      ({ kind, values }) => kind === "service" && values.monitor,
    );
    assert.deepEqual(monitored.map(({ name }) => name).sort(), ["cart", "payment"]);
    for (const { values } of monitored) assert.equal((values.monitor as Values).path, "/metrics");
  });

  it("allows payment to reach only its gateway, or has a stand-in that answers 200", () => {
    const egress = (config: Record<string, unknown>) =>
      chartValuesOf(planOf(config), "payment").networkPolicy?.egress?.["payment-gateway"];
    assert.deepEqual(egress({}), { anywhere: true, ports: [443] });
    assert.deepEqual(egress({ standIns: true }), {
      pods: { "app.kubernetes.io/instance": "payment-gateway" },
      ports: [8080],
    });
    const gateway = (config: Record<string, unknown>) =>
      chartValuesOf(planOf(config), "payment").env?.PAYMENT_GATEWAY;
    assert.equal(gateway({}), "https://paypal.com/");
    assert.equal(gateway({ standIns: true }), "http://payment-gateway:8080/");
  });

  it("does not restart ratings because its database is down", () => {
    const { liveness } = valuesOf("ratings").probes as { liveness: object };
    assert.deepEqual(Object.keys(liveness)[0], "tcp");
  });

  it("connects each client with what the store expects", () => {
    assert.equal((valuesOf("cart").env as Values).REDIS_HOST, "redis-master");
    assert.equal((valuesOf("shipping").env as Values).CART_ENDPOINT, "cart:8080");
    assert.equal(
      (valuesOf("shipping").env as Values).DB_HOST,
      "address=(host=mysql-primary)(port=3306)(allowPublicKeyRetrieval=true)",
    );
    assert.deepEqual((valuesOf("catalogue").env as Values).MONGO_URL, {
      secret: "catalogue-env",
      key: "MONGO_URL",
    });
    assert.deepEqual(plan.secrets["catalogue-env"]?.keys.MONGO_URL, [
      "mongodb://catalogue:",
      { credential: "mongodb-catalogue" },
      `@${[0, 1, 2]
        .map((index) => `mongodb-${index}.mongodb-headless.robot-shop-prod.svc.cluster.local:27017`)
        .join(",")}/catalogue?useUnifiedTopology=true&replicaSet=rs0`,
    ]);
    const standalone = planOf();
    assert.deepEqual(standalone.secrets["catalogue-env"]?.keys.MONGO_URL, [
      "mongodb://catalogue:",
      { credential: "mongodb-catalogue" },
      "@mongodb:27017/catalogue?useUnifiedTopology=true",
    ]);
  });

  it("loads the initial data of the facts, with the images that contain it", () => {
    const preload = facts.preload as unknown as Record<string, { image?: string; paths_in_image?: string[] }>;
    for (const store of ["mongodb", "mysql"]) {
      const loaders = Object.keys(plan.releases).filter((name) => name.startsWith(`${store}-load-`));
      assert.equal(loaders.length, 2);
      const scripts = loaders.map((name) => String((valuesOf(name).args as string[])[0])).join("\n");
      for (const name of loaders) {
        const { repository, tag } = valuesOf(name).image as { repository: string; tag: string };
        assert.equal(`${repository}:${tag}`, `docker.io/${preload[store]?.image}`);
      }
      // 20-ratings.sql has a grant that MySQL 8 refuses, and 99-finished.sh only a marker.
      for (const path of preload[store]?.paths_in_image ?? [])
        if (!/ratings|finished/.test(path)) assert.ok(scripts.includes(path), path);
    }
  });

  it("gives a reason for each fixed credential", () => {
    const fixed = Object.values(plan.credentials).filter(({ source }) => source === "inventory");
    assert.equal(fixed.length, 3);
    for (const credential of fixed) assert.match((credential as { reason: string }).reason, /rs-\w+ .*:\d+/);
  });
});
