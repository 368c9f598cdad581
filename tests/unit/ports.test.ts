/** Ports of every protocol: what the plan makes of them, and what is refused. */
import assert from "node:assert/strict";
import { graphOf } from "../../cli/core/graph/graph";
import { openTargetOf } from "../../cli/core/open-target";
import type { Application, Service } from "../../src/model/application";
import { host, port, url } from "../../src/model/text";
import { validateApplication } from "../../src/model/validate";
import { releaseInputs } from "../../src/plan/release-inputs";
import { headlessChanges } from "../../src/plan/services/replacement";
import { checkServices } from "../../src/runtime/check-services";
import { deployedReleases } from "../../src/runtime/state";
import { application, contextFor, planFor, problemsOf, service, valuesOf } from "../support";
import { deployedFrom } from "./store-examples";

const TCP = { container: 5353, service: 53, protocol: "tcp" } as const;
const UDP = { container: 5353, service: 53, protocol: "udp" } as const;
const tcpProbe = { tcp: { port: "dns-tcp" } };
const dns = (ports: Service["ports"], more: Partial<Service> = {}) =>
  service({ ports, probe: ports?.["dns-tcp"] ? tcpProbe : { exec: { command: ["true"] } }, ...more });
const shop = (of: Service, web: Partial<Service> = {}): Application =>
  application({ services: { dns: of, web: service({ uses: ["dns"], ...web }) } });
const both = { "dns-tcp": TCP, dns: UDP };
const sayings = (described: Application) => validateApplication(described).map(({ what }) => what);

describe("ports", () => {
  it("use UDP and SCTP, in the Service and in the policies of both ends", () => {
    const signals = { container: 2905, protocol: "sctp" } as const;
    const plan = planFor(shop(dns({ ...both, signals })));
    assert.deepEqual(valuesOf(plan, "dns").ports, {
      "dns-tcp": { container: 5353, service: 53 },
      dns: { container: 5353, service: 53, protocol: "UDP" },
      signals: { container: 2905, service: 2905, protocol: "SCTP" },
    });
    const ports = [5353, "5353/UDP", "2905/SCTP"];
    assert.deepEqual(valuesOf(plan, "web").networkPolicy?.egress?.dns?.ports, ports);
    assert.deepEqual(valuesOf(plan, "dns").networkPolicy?.ingress?.web?.ports, ports);
  });

  it("of externals use UDP and SCTP", () => {
    const statsd = { host: "statsd", port: 8125, protocol: "udp", reason: "metrics go there" } as const;
    const described = application({
      services: { web: service({ uses: ["statsd"] }) },
      externals: { statsd },
    });
    assert.deepEqual(valuesOf(planFor(described), "web").networkPolicy?.egress?.statsd, {
      anywhere: true,
      ports: ["8125/UDP"],
    });
  });

  it("have an application protocol", () => {
    const ports = {
      http: { container: 8080, protocol: "http" },
      live: { container: 8081, protocol: "http", appProtocol: "kubernetes.io/ws" },
      rpc: { container: 8082, protocol: "grpc" },
      sql: { container: 8083, protocol: "tcp", appProtocol: "postgresql" },
    } as const;
    const values = valuesOf(planFor(application({ services: { web: service({ ports }) } })), "web");
    assert.deepEqual(
      Object.values(values.ports ?? {}).map(({ appProtocol }) => appProtocol),
      ["http", "kubernetes.io/ws", "kubernetes.io/h2c", "postgresql"],
    );
  });

  it("have an address, and a URL only with HTTP", () => {
    const plan = planFor(shop(dns({ dns: UDP }), { env: { DNS: [host("dns"), ":", port("dns")] } }));
    assert.equal(valuesOf(plan, "web").env?.DNS, "dns:53");
    assert.equal(plan.outputs.services.dns?.url, "udp://dns:53");
    assert.deepEqual(sayings(shop(dns({ dns: UDP }), { env: { DNS: [url("dns")] } })), [
      'refers to the url of "dns", whose protocol is udp',
    ]);
  });

  it("are refused if two of the same protocol have one number", () => {
    assert.deepEqual(sayings(shop(dns(both))), []);
    assert.deepEqual(sayings(shop(dns({ "dns-tcp": TCP, web: { ...TCP, protocol: "http" } }))), [
      "ports dns-tcp and web have the same number, 5353",
    ]);
    assert.deepEqual(sayings(shop(dns({ "dns-tcp": TCP, web: { ...TCP, container: 80 } }))), [
      "ports dns-tcp and web have the same Service port, 53",
    ]);
  });

  it("are refused for probes and metrics if they are not TCP", () => {
    assert.deepEqual(sayings(shop(dns({ dns: UDP }, { probe: { tcp: { port: "dns" } } }))), [
      'the port of a probe is "dns", whose protocol is udp',
    ]);
    assert.deepEqual(sayings(shop(dns({ dns: UDP }, { metrics: { port: "dns", path: "/metrics" } }))), [
      'the port of the metrics is "dns", whose protocol is udp',
    ]);
  });

  it("are in the graph, and only TCP is opened", () => {
    const plan = planFor(shop(dns({ dns: UDP, "dns-tcp": TCP }, { sessionAffinity: {} })));
    const graph = graphOf(plan);
    assert.deepEqual(
      graph.edges.map(({ protocol, targetPort }) => `${protocol} ${targetPort}`),
      ["udp 5353", "tcp 5353"],
    );
    const { facts } = graph.nodes.find(({ name }) => name === "dns") ?? assert.fail();
    assert.deepEqual(facts.Ports, ["dns: 53 to 5353 (UDP)", "dns-tcp: 53 to 5353"]);
    assert.deepEqual(facts.Service, ["a client stays on one pod for 10800 s"]);
    assert.equal((openTargetOf(shop(dns({ dns: UDP, "dns-tcp": TCP })), "dns") as { port: number }).port, 53);
    assert.deepEqual(openTargetOf(shop(dns({ dns: UDP })), "dns"), { problem: "dns has no TCP port" });
  });
});

describe("one number for two protocols", () => {
  const replaces = (before: Service["ports"] | undefined, after: Service["ports"]) => {
    const deployed = before === undefined ? {} : deployedFrom(planFor(shop(dns(before))));
    const { releases, namespace } = planFor(shop(dns(after)), {}, deployed);
    assert.equal(releases.web?.replaces, undefined);
    const release = releases.dns ?? assert.fail();
    assert.equal(releaseInputs(release, namespace.name).forceUpdate, release.replaces);
    return release.replaces === true;
  };

  it("makes Helm replace objects, before and after: a patch would leave one of the two", () => {
    assert.equal(replaces(undefined, { "dns-tcp": TCP }), false);
    assert.equal(replaces({ "dns-tcp": TCP }, { dns: UDP }), false, "one port that changes");
    assert.equal(replaces(undefined, both), true);
    assert.equal(replaces({ "dns-tcp": TCP }, both), true, "added");
    assert.equal(replaces(both, both), true, "kept");
    assert.equal(replaces(both, { "dns-tcp": TCP }), true, "removed");
  });

  it("counts in the pods and in the Service, each on its own", () => {
    assert.equal(replaces(undefined, { "dns-tcp": TCP, dns: { ...UDP, service: 54 } }), true);
    assert.equal(replaces(undefined, { "dns-tcp": TCP, dns: { ...UDP, container: 54 } }), true);
    const swapped = { container: 53, service: 5353, protocol: "udp" } as const;
    assert.equal(replaces(undefined, { "dns-tcp": TCP, dns: swapped }), false);
  });

  it("stays so once it was deployed, so that the next update changes nothing", () => {
    const state = {
      "urn:pulumi:dev::shop::flotilla:index:Application$flotilla:index:Microservice$kubernetes:helm.sh/v3:Release::dns":
        {
          type: "kubernetes:helm.sh/v3:Release",
          outputs: { name: "dns", chart: "charts/microservice", values: {}, forceUpdate: true },
        },
    };
    const deployed = deployedReleases(state as never);
    assert.equal(deployed.dns?.replaces, true);
    assert.equal(planFor(shop(dns({ "dns-tcp": TCP })), {}, deployed).releases.dns?.replaces, true);
  });
});

describe("a release whose objects Helm replaces", () => {
  it("is announced in every preview, once there is something to replace", () => {
    const warnings = (before: Service["ports"] | undefined, after: Service["ports"]) =>
      planFor(shop(dns(after)), {}, before ? deployedFrom(planFor(shop(dns(before)))) : {}).warnings;
    assert.deepEqual(warnings(undefined, both), []);
    assert.deepEqual(warnings({ "dns-tcp": TCP }, { "dns-tcp": TCP }), []);
    for (const [before, after] of [
      [{ "dns-tcp": TCP }, both],
      [both, both],
      [both, { "dns-tcp": TCP }],
    ])
      assert.match(warnings(before, after).join(), /^dns has or had two ports .* replace its objects/);
  });
});

describe("one number for two protocols, and volumes", () => {
  const data = { data: { path: "/data", storage: "1Gi" } };
  const planned = (ports: Service["ports"], more: Partial<Service>, before?: Service["ports"]) =>
    planFor(shop(dns(ports, more)), {}, before ? deployedFrom(planFor(shop(dns(before)))) : {});
  const refusals = (...which: Parameters<typeof planned>) =>
    problemsOf(() => planned(...which))
      .map(({ what }) => what)
      .join();

  it("is refused, now or after the ports had one number: Helm would replace the claim", () => {
    assert.match(refusals(both, { volumes: data }), /has volumes and two ports with the same number/);
    assert.match(refusals({ "dns-tcp": TCP }, { volumes: data }, both), /Helm replaces its objects/);
  });

  it("is possible in a StatefulSet, whose claims Helm does not touch", () =>
    assert.equal(planned(both, { volumes: data, workload: "StatefulSet" }).releases.dns?.replaces, true));
});

describe("a Service", () => {
  it("is headless, or keeps a client on one pod", () => {
    const of = (more: Partial<Service>) =>
      valuesOf(planFor(application({ services: { web: service(more) } })), "web").service;
    assert.equal(of({}), undefined);
    assert.deepEqual(of({ headless: true }), { headless: true });
    assert.deepEqual(of({ sessionAffinity: {} }), { sessionAffinity: "ClientIP" });
    assert.deepEqual(of({ sessionAffinity: { seconds: 60 } }), {
      sessionAffinity: "ClientIP",
      sessionAffinitySeconds: 60,
    });
  });

  it("is refused if it cannot be both, or does not exist", () => {
    const of = (more: Partial<Service>) => sayings(application({ services: { web: service(more) } }));
    assert.deepEqual(of({ headless: true, sessionAffinity: {} }), [
      "a headless Service has no session affinity: its clients choose a pod themselves",
    ]);
    assert.deepEqual(of({ ports: {}, probe: undefined, noProbe: "it has no port to ask", headless: true }), [
      "has `headless`, but no ports, and so no Kubernetes Service",
    ]);
    assert.deepEqual(
      of({ ports: { http: { container: 8080, service: 80, protocol: "http" } }, headless: true }),
      ["a headless Service cannot map port 80 to 8080: its clients connect to the pods"],
    );
    const balanced = application({
      services: { web: service({ headless: true, public: { port: "http" } }) },
    });
    assert.match(problemsOf(() => planFor(balanced, { loadBalancer: {} }))[0]?.what ?? "", /web is headless/);
  });

  it("does not become headless, or the reverse, while the old one exists", async () => {
    const web = (headless?: boolean) => application({ services: { web: service({ headless }) } });
    const changes = (before: boolean, after: boolean) =>
      headlessChanges(contextFor(web(after), {}, { deployed: deployedFrom(planFor(web(before))) }));
    assert.deepEqual(changes(true, true), []);
    assert.deepEqual(changes(false, true), [{ name: "web", headless: true }]);
    const plan = planFor(web(true));
    const ask = (spec: object | undefined) => async () =>
      spec === undefined ? ({ missing: true } as const) : { object: { spec } };
    await checkServices(ask(undefined), plan, changes(false, true));
    await checkServices(ask({ clusterIP: "None" }), plan, changes(false, true));
    await assert.rejects(
      checkServices(ask({ clusterIP: "10.0.0.1" }), plan, changes(false, true)),
      /service web: headless.*has a cluster IP.*kubectl delete service web -n shop-dev/s,
    );
    await assert.rejects(
      checkServices(ask({ clusterIP: "None" }), planFor(web(false)), changes(true, false)),
      /is headless, and Kubernetes does not change that/,
    );
  });
});
