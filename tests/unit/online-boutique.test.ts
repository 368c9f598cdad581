/** The plan of Online Boutique against the facts read from its source and manifests (tests/fixtures/online-boutique.json). */
import assert from "node:assert/strict";
import { onlineBoutique } from "../../apps/online-boutique";
import { planned } from "../environments";
import facts from "../fixtures/online-boutique.json";
import { ownEnv, valuesOf } from "../support";

interface Fact {
  name: string;
  image: { repository: string; newest_tag_in_repo: string };
  ports: { container: { port: number }[]; service: { ports: { port: number; targetPort: number }[] }[] };
  calls: { to: string; port: number; env?: string }[];
  env: { name: string; required: boolean }[];
  env_in_manifest: Record<string, string>;
  probes: {
    in_manifest: Record<
      string,
      {
        periodSeconds?: number;
        grpc?: { port: number };
        httpGet?: { path: string; port: number; httpHeaders: { name: string; value: string }[] };
      }
    >;
  };
  resources: { "manifest_v0.10.6": object };
  terminationGracePeriodSeconds_in_manifest: number | string;
}

const services = facts.services as unknown as Fact[];
const { plan } = planned("online-boutique", "prod", { services: { loadgenerator: { enabled: true } } });
/** Referenced by the images but not deployed: the assistant needs Google's cloud. */
const ABSENT = ["shoppingassistantservice", "external:metadata.google.internal"];

describe("Online Boutique agrees with its images", () => {
  it("has exactly the services and stores of the facts", () => {
    assert.deepEqual(Object.keys(onlineBoutique.services).sort(), services.map(({ name }) => name).sort());
    assert.deepEqual(
      Object.keys(onlineBoutique.stores),
      facts.stores.map(({ name }) => name),
    );
  });

  it("has exactly the edges of the facts, ports and protocols included", () => {
    const expected = (facts.dependency_edges as [string, string, number, string][])
      .filter(([, to]) => !ABSENT.includes(to))
      .map(([from, to, port, protocol]) => `${from} -> ${to} ${port} ${protocol.split(" ")[0]}`);
    const edges = plan.edges.map(({ from, to, port, protocol }) => `${from} -> ${to} ${port} ${protocol}`);
    assert.deepEqual(edges.sort(), expected.sort());
  });

  it("has the load generator only if a stack enables it", () => {
    const names = (environment: "local" | "prod") =>
      Object.keys(planned("online-boutique", environment).plan.releases);
    for (const environment of ["local", "prod"] as const)
      assert.ok(!names(environment).includes("loadgenerator"));
    assert.ok(plan.releases.loadgenerator);
  });

  for (const fact of services)
    describe(fact.name, () => {
      const values = () => valuesOf(plan, fact.name);

      it("runs the published image", () => {
        assert.deepEqual(values().image, {
          repository: fact.image.repository,
          tag: fact.image.newest_tag_in_repo,
        });
      });

      it("listens where the image listens, under the Service's port", () => {
        const ports = Object.values(values().ports ?? {});
        assert.deepEqual(
          ports.map(({ container }) => container),
          fact.ports.container.map(({ port }) => port),
        );
        // The first Service. The frontend's second one is a load balancer, which is a setting here.
        assert.deepEqual(
          ports.map(({ service }) => service),
          (fact.ports.service[0]?.ports ?? []).map(({ port }) => port),
        );
      });

      it("sets what the manifest sets and what the image needs, and nothing that it does not read", () => {
        const set = ownEnv(values());
        const read = fact.env.map(({ name }) => name);
        for (const name of Object.keys(set)) assert.ok(read.includes(name), `${name} is not read`);
        for (const { name, required } of fact.env) if (required) assert.ok(name in set, `${name} is not set`);
        for (const [name, value] of Object.entries(fact.env_in_manifest))
          if (name !== "REDIS_ADDR") assert.equal(set[name], value, name);
        for (const { to, port, env } of fact.calls)
          if (to !== "redis-cart" && env) assert.equal(set[env], `${to}:${port}`);
      });

      it("has the probes of its manifest", () => {
        const { readiness, liveness } = values().probes ?? {};
        const { readinessProbe, livenessProbe } = fact.probes.in_manifest;
        assert.equal(readiness === undefined, readinessProbe === undefined);
        if (!readinessProbe) return;
        const numberOf = (name: string | undefined) => values().ports?.[name ?? ""]?.container;
        assert.equal(numberOf(readiness?.grpc?.port as string | undefined), readinessProbe.grpc?.port);
        assert.equal(numberOf(liveness?.grpc?.port as string | undefined), livenessProbe?.grpc?.port);
        assert.equal(readiness?.http?.path, readinessProbe.httpGet?.path);
        const [header] = readinessProbe.httpGet?.httpHeaders ?? [];
        assert.equal(readiness?.http?.headers?.Cookie, header?.value);
        if (readinessProbe.periodSeconds)
          assert.equal(readiness?.periodSeconds, readinessProbe.periodSeconds);
        if (livenessProbe?.periodSeconds) assert.equal(liveness?.periodSeconds, livenessProbe.periodSeconds);
      });

      it("has the requests of its manifest, and its grace period after SIGTERM", () => {
        assert.deepEqual(values().resources, fact.resources["manifest_v0.10.6"]);
        const sleep = values().lifecycle?.preStop?.sleep ?? 0;
        const after = (values().terminationGracePeriodSeconds ?? 0) - sleep;
        const grace = fact.terminationGracePeriodSeconds_in_manifest;
        if (typeof grace === "number") assert.ok(after >= grace, `${after} s`);
      });
    });

  it("logs in to redis with a password without commas", () => {
    const { env } = valuesOf(plan, "cartservice");
    assert.deepEqual(env?.REDIS_ADDR, { secret: "cartservice-env", key: "REDIS_ADDR" });
    assert.deepEqual(plan.secrets["cartservice-env"]?.keys.REDIS_ADDR, [
      "redis-cart-master:6379,password=",
      { credential: "redis-cart-default" },
    ]);
    const credential = plan.credentials["redis-cart-default"];
    assert.equal(credential?.source, "generated");
  });

  it("is reached through an ingress or a load balancer, but not both", () => {
    const exposed = (config: object) =>
      planned("online-boutique", "dev", { ingress: undefined, ...config }).plan;
    const balanced = exposed({ loadBalancer: { sourceRanges: ["198.51.100.0/24"] } });
    const { service, ingress, networkPolicy } = valuesOf(balanced, "frontend");
    assert.deepEqual(service, { type: "LoadBalancer", loadBalancerSourceRanges: ["198.51.100.0/24"] });
    assert.equal(ingress, undefined);
    assert.deepEqual(networkPolicy?.ingress?.load_balancer, { anywhere: true, ports: ["http"] });
    assert.equal(balanced.namespace.quota["services.loadbalancers"], "1");
    const closed = exposed({});
    assert.deepEqual(closed.entries, {});
    assert.equal(closed.namespace.quota["services.loadbalancers"], "0");
    assert.equal(closed.namespace.quota["services.nodeports"], "0");
    assert.throws(
      () => exposed({ loadBalancer: {}, ingress: { host: "shop.example.com" } }),
      /flotilla:loadBalancer: cannot be combined with flotilla:ingress/,
    );
  });
});
