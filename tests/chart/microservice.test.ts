/** The shared chart, feature by feature and refusal by refusal. */
import assert from "node:assert/strict";
import execa from "execa";
import fc from "fast-check";
import { helm } from "../../cli/tools/helm";
import { PROJECT } from "../../cli/tools/paths";
import { CHART, EXAMPLES } from "./examples";
import { FEATURES } from "./features";
import { IMAGE, LET_IN, podOf, workloadOf } from "./features/feature";
import { golden, renderExample } from "./golden";
import { byName, type KubernetesObject, parseObjects, podsOf, render, restrictedViolations } from "./render";

const renderWith = (values: object): Promise<KubernetesObject[]> =>
  render(CHART, { image: IMAGE, ...values });

describe("the charts", () => {
  it("microservice passes helm lint --strict as it is", () => lint("microservice"));
  it("store passes helm lint --strict", () =>
    lint("store", "--set-string", "image.repository=a,image.tag=1,dataPath=/data", "--set", "port=1"));
  for (const example of Object.keys(EXAMPLES))
    it(`microservice passes helm lint --strict with its ${example} example`, () =>
      lint("microservice", "-f", `charts/microservice/ci/${example}-values.yaml`));

  async function lint(chart: string, ...args: string[]): Promise<void> {
    const { all } = await execa(await helm(), ["lint", "--strict", `charts/${chart}`, ...args], {
      cwd: PROJECT,
      all: true,
    });
    assert.match(all ?? "", /0 chart\(s\) failed/);
  }
});

for (const [section, features] of Object.entries(FEATURES))
  describe(`charts/microservice, ${section}`, () => {
    for (const { name, values, expect } of features)
      it(name, async () => {
        const objects = await renderWith(values);
        expect(objects);
        for (const pod of podsOf(objects)) assert.deepEqual(restrictedViolations(pod), []);
      });
  });

describe("charts/microservice refuses", () => {
  const ports = { http: { container: 8080 } };
  const resources = { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "32Mi" } };
  const scaled = (values: object) => ({
    autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 5, ...values },
  });
  const rule = (values: object) => ({ networkPolicy: { ingress: { a: values } } });
  const http = { path: "/", port: "http" };

  const refusals: [string, object, RegExp][] = [
    ["an unknown key", { replica: 1 }, /additional properties 'replica' not allowed/],
    ["an unknown key further down", { rollout: { surge: 1 } }, /'surge' not allowed/],
    ["a wrong type", { replicas: "3" }, /replicas.*got string, want integer/],
    ["a number as the value of a variable", { env: { PORT: 80 } }, /env\/PORT.*got number, want string/],
    ["a key that no Secret has", { env: { A: { secret: "a", key: ".." } } }, /env\/A.*pattern/],
    [
      "a port name without a letter",
      { ports: { "8080": { container: 8080 } } },
      /'8080' does not match pattern/,
    ],
    ["a port beyond the last", { ...rule({ ports: ["65536/TCP"] }) }, /ports\/0.*pattern/],
    ["port 0", { ...rule({ ports: ["0"] }) }, /ports\/0.*pattern/],
    ["no image", { image: { repository: "" } }, /image.repository: it is empty/],
    [
      "no image of a sidecar",
      { sidecars: { a: { image: { repository: "" }, resources } } },
      /sidecars.a.image/,
    ],
    [
      "variables that ask for each other",
      { env: { A: "$(B)", B: "b $(C)", C: "$$$(A)", D: "$(A)", E: "$$(E)" } },
      /env: A and B and C and D ask for each other in a circle/,
    ],
    [
      "a name of a variable that Kubernetes refuses",
      { env: { "..a": "1" } },
      /'\.\.a' does not match pattern/,
    ],
    ["a tag that is a number", { image: { ...IMAGE, tag: 1.1 } }, /got number, want string/],
    ["the tag latest", { image: { ...IMAGE, tag: "latest" } }, /tag.*must be 'a version such as "1.4.2"/],
    ["no tag", { image: { repository: "a" } }, /tag.*must be 'a version such as "1.4.2"/],
    ["a tag in the repository", { image: { repository: "a:1", tag: "1" } }, /repository.*pattern/],
    ["a digest that is none", { image: { ...IMAGE, digest: "sha256:12" } }, /digest.*pattern/],
    [
      "a sidecar's moving tag",
      { sidecars: { a: { image: { repository: "a", tag: "latest" }, resources } } },
      /sidecars\/a\/image\/tag.*must be/,
    ],
    ["a sidecar without resources", { sidecars: { a: { image: IMAGE } } }, /missing property 'resources'/],
    ["an unknown kind of workload", { workload: "ReplicaSet" }, /workload.*must be one of/],
    ["a CronJob without a schedule", { workload: "CronJob" }, /cronJob.schedule: a CronJob needs one/],
    ["a schedule without a CronJob", { cronJob: { schedule: "* * * * *" } }, /only a CronJob has one/],
    [
      "claims without a StatefulSet",
      { statefulSet: { claims: { a: { size: "1Gi" } } } },
      /only a StatefulSet/,
    ],
    [
      "Recreate but for a Deployment",
      { workload: "StatefulSet", rollout: { strategy: "Recreate" } },
      /Recreate is a Deployment's/,
    ],
    ["OnDelete for a Deployment", { rollout: { strategy: "OnDelete" } }, /a Deployment takes RollingUpdate/],
    ["a rollout that cannot move", { rollout: { maxSurge: 0 } }, /no pod can ever be replaced/],
    [
      "a deadline before the end of the wait",
      { rollout: { minReadySeconds: 60, progressDeadlineSeconds: 60 } },
      /60 must be above minReadySeconds, 60/,
    ],
    [
      "probes of a Job",
      { workload: "Job", ports, probes: { readiness: { tcp: { port: "http" } } } },
      /a Job has none/,
    ],
    [
      "a grace period that the sleep uses up",
      { ports, lifecycle: { preStop: { sleep: 30 } } },
      /30 leaves no time after lifecycle.preStop.sleep, 30/,
    ],
    ["a port out of range", { ports: { http: { container: 70000 } } }, /maximum/],
    ["a port's name that is too long", { ports: { "a-name-of-sixteen": { container: 80 } } }, /maxLength/],
    [
      "requests over limits",
      { resources: { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } } },
      /resources.requests.memory: 2Gi is more than the limit, 1Gi/,
    ],
    [
      "requests over limits, in other units",
      { resources: { requests: { cpu: "1.5" }, limits: { cpu: "1400m" } } },
      /resources.requests.cpu: 1.5 is more than the limit, 1400m/,
    ],
    [
      "a sidecar's requests over its limits",
      {
        sidecars: {
          a: {
            image: IMAGE,
            resources: { requests: { cpu: "1m", memory: "1G" }, limits: { memory: "900Mi" } },
          },
        },
      },
      /sidecars.a.resources.requests.memory: 1G is more/,
    ],
    ["a quantity that is none", { resources: { requests: { cpu: "much" } } }, /requests\/cpu.*pattern/],
    [
      "two sources of a variable",
      { env: { A: { secret: "a", key: "b", field: "c" } } },
      /not field and secret/,
    ],
    ["a Secret without a key", { env: { A: { secret: "a" } } }, /'key' required/],
    ["a source of variables that is none", { envFrom: { a: { prefix: "A_" } } }, /envFrom.a: either/],
    [
      "two kinds of probe at once",
      { ports, probes: { readiness: { tcp: { port: "http" }, exec: { command: ["a"] } } } },
      /one of http, grpc, tcp or exec is needed, not exec and tcp/,
    ],
    ["a probe that asks nothing", { probes: { readiness: { periodSeconds: 5 } } }, /is needed, not none/],
    [
      "a probe of an unknown port",
      { ports, probes: { liveness: { http: { path: "/", port: "web" } } } },
      /probes.liveness.http.port: there is no port "web"; ports has http/,
    ],
    [
      "a sidecar's probe of another's port",
      { ports, sidecars: { a: { image: IMAGE, resources, probes: { readiness: { http } } } } },
      /sidecars.a.probes.readiness.http.port: there is no port "http"; ports has none/,
    ],
    ["a mount of no volume", { mounts: { data: "/data" } }, /there is no volume data/],
    [
      "two mounts at one place",
      { writable: { tmp: "/tmp" }, volumes: { a: { emptyDir: {} } }, mounts: { a: "/tmp" } },
      /\/tmp is used twice/,
    ],
    ["a volume of two kinds", { volumes: { a: { emptyDir: {}, pvc: { name: "a" } } } }, /maxProperties/],
    ["a relative path", { writable: { tmp: "tmp" } }, /pattern/],
    [
      "a NodePort that nobody asked for",
      { ports, service: { type: "NodePort" } },
      /set service.allowNodePort: true/,
    ],
    [
      "a port of the nodes that nobody asked for",
      { ports: { http: { container: 80, nodePort: 30080 } } },
      /ports.http.nodePort/,
    ],
    [
      "a headless load balancer",
      { ports, service: { type: "LoadBalancer", headless: true } },
      /cannot be headless/,
    ],
    [
      "a headless Service that keeps clients at a pod",
      { ports, service: { headless: true, sessionAffinity: "ClientIP" } },
      /service.sessionAffinity: a headless Service has none/,
    ],
    ["an ingress without a port", { ingress: { hosts: { a: { host: "a.b" } } } }, /missing property 'port'/],
    [
      "an ingress of an unknown port",
      { ingress: { hosts: { a: { host: "a.b", port: "http" } } } },
      /ingress.hosts.a.port: there is no port "http"; ports has none/,
    ],
    [
      "a route to a port that the Service has not",
      {
        ports: { rpc: { container: 1, expose: false } },
        grpcRoutes: { a: { gateway: { name: "b" }, port: "rpc" } },
      },
      /grpcRoutes.a.port/,
    ],
    ["a monitor of an unknown port", { monitor: { kind: "PodMonitor", port: "metrics" } }, /monitor.port/],
    [
      "more pods at least than at most",
      scaled({ minReplicas: 6 }),
      /autoscaling.minReplicas: 6 is more than maxReplicas, 5/,
    ],
    ["a scaled DaemonSet", { workload: "DaemonSet", ...scaled({}) }, /a DaemonSet cannot be scaled/],
    ["scaling by nothing", scaled({ cpu: 0 }), /nothing to scale by/],
    [
      "scaling by a share of no request",
      { ...scaled({}), resources: { requests: { cpu: null } } },
      /the main one has no resources.requests.cpu/,
    ],
    [
      "a metric without a target",
      scaled({ metrics: { a: { type: "Pods" } } }),
      /either value or averageValue/,
    ],
    ["a metric of no object", scaled({ metrics: { a: { type: "Object", value: "1" } } }), /needs object/],
    [
      "two who decide the number of pods",
      { ...scaled({}), keda: { enabled: true, triggers: { a: { type: "cron", metadata: {} } } } },
      /both would decide/,
    ],
    ["KEDA without a trigger", { keda: { enabled: true } }, /keda.triggers: nothing to scale by/],
    [
      "a budget of all pods",
      { replicas: 3, podDisruptionBudget: { minAvailable: 3 } },
      /minAvailable: 3 of 3 pods lets none of them go.*at most 2/,
    ],
    [
      "a budget of all pods that are surely there",
      { ...scaled({}), podDisruptionBudget: { minAvailable: 4 } },
      /4 of 3 pods/,
    ],
    [
      "a budget whose share is all pods once it is rounded",
      { replicas: 3, podDisruptionBudget: { minAvailable: "70%" } },
      /70% of 3 pods/,
    ],
    [
      "a budget that lets none go",
      { replicas: 3, podDisruptionBudget: { maxUnavailable: 0 } },
      /maxUnavailable: 0 lets no pod go/,
    ],
    [
      "a port of nobody in a rule",
      { ports, ...rule({ pods: {}, ports: ["htp"] }) },
      /no container listens on htp; they listen on 8080, http/,
    ],
    [
      "the Service's port in a rule",
      { ports: { http: { container: 8080, service: 80 } }, ...rule({ pods: {}, ports: [80] }) },
      /no container listens on 80/,
    ],
    ["a rule that would open every port", rule({ anywhere: true }), /no ports in the rule means all/],
    [
      "waiting for what cannot be reached",
      { waitFor: { db: { host: "db", port: 5432 } } },
      /waitFor.db would wait for db forever/,
    ],
    [
      "an ingress that lets nobody in",
      { ports, ingress: { hosts: { a: { host: "a.b", port: "http" } } } },
      /it lets nobody in, and ingress.hosts needs somebody/,
    ],
    [
      "two containers of one name",
      { sidecars: { web: { image: IMAGE, resources } } },
      /names: web is used twice/,
    ],
    [
      "two ports of the Service with one number",
      { ports: { a: { container: 1, service: 80 }, b: { container: 2, service: 80 } } },
      /ports, of the Service: 80\/TCP is used twice/,
    ],
    [
      "two volumes of one name",
      { writable: { tmp: "/tmp" }, volumes: { "write-tmp": { emptyDir: {} } } },
      /write-tmp is used twice/,
    ],
    [
      "a Job that would never end",
      { workload: "Job", sidecars: { a: { native: false, image: IMAGE, resources } } },
      /sidecars.a.native: a Job would never end/,
    ],
    [
      "scaling by a share that a sidecar does not ask for",
      { ...scaled({ memory: 80 }), sidecars: { a: { image: IMAGE, resources: {} } } },
      /sidecars\/a\/resources/,
    ],
    [
      "a load balancer's class of none",
      { ports, service: { loadBalancerClass: "a" } },
      /a ClusterIP Service takes neither/,
    ],
    [
      "a probe of a UDP port",
      { ports: { dns: { container: 53, protocol: "UDP" } }, probes: { liveness: { tcp: { port: "dns" } } } },
      /dns is not a TCP port/,
    ],
    [
      "liveness that has to succeed twice",
      { ports, probes: { liveness: { tcp: { port: "http" }, successThreshold: 2 } } },
      /takes 1 only/,
    ],
    [
      "a scrape that takes longer than its interval",
      { ports, monitor: { kind: "PodMonitor", port: "http", interval: "5s" } },
      /scrapeTimeout: 10s is more than the interval, 5s/,
    ],
    [
      "a sysctl that is not safe",
      { sysctls: { "kernel.msgmax": "1" } },
      /Pod Security restricted does not admit/,
    ],
    ["more than all pods", { rollout: { maxUnavailable: "150%" } }, /maxUnavailable.*pattern/],
    ["two issuers", { ports, ingress: { tls: { issuer: "a", clusterIssuer: "b" } } }, /use one/],
    ["root", { user: { uid: 0, gid: 0 } }, /minimum/],
    [
      "rules that nobody can use",
      { rbac: { a: { apiGroups: [""], resources: ["pods"], verbs: ["get"] } } },
      /set serviceAccount.automountToken: true/,
    ],
    [
      "rules for everybody's account",
      {
        serviceAccount: { create: false, automountToken: true },
        rbac: { a: { apiGroups: [""], resources: ["pods"], verbs: ["get"] } },
      },
      /every pod with the ServiceAccount "default"/,
    ],
    ["a policy that names nobody", rule({ ports: [80] }), /networkPolicy.ingress.a: nobody is named/],
    ["a policy of addresses and pods", rule({ cidr: "10.0.0.0/8", pods: {} }), /make two rules of it/],
    ["a policy of somebody and everybody", rule({ anywhere: true, pods: {} }), /anywhere is everybody/],
    [
      "an external secret that holds nothing",
      { externalSecrets: { a: { store: { name: "b" } } } },
      /it holds nothing/,
    ],
    [
      "an exception without a reason",
      { exceptions: { a: { checkov: "CKV_K8S_1" } } },
      /missing property 'reason'/,
    ],
    [
      "a name that leaves no room for what a CronJob makes of it",
      { workload: "CronJob", cronJob: { schedule: "* * * * *" }, fullnameOverride: "a".repeat(53) },
      /has 53 characters.*at most 52/,
    ],
    ["a release's name that no Service can have", { fullnameOverride: "a.b" }, /fullnameOverride.*pattern/],
    ["a name that leaves no room", { fullnameOverride: "a".repeat(54) }, /maxLength/],
  ];
  for (const [name, values, message] of refusals)
    it(name, async () => {
      await assert.rejects(renderWith(values), message);
    });

  it("a default taken away, before anything stumbles over it", async () => {
    const taken = [
      "replicas",
      "rollout",
      "lifecycle",
      "service",
      "networkPolicy",
      "podDisruptionBudget",
      "config",
    ];
    await assert.rejects(
      renderWith(Object.fromEntries(taken.map((key) => [key, null]))),
      ({ message }: Error) => {
        for (const key of taken)
          assert.match(message, new RegExp(`- ${key}[.a-zA-Z]*: null removes its default`));
        return true;
      },
    );
  });

  it("all of it at once", async () => {
    const values = {
      ports,
      probes: { readiness: { tcp: { port: "a" } } },
      service: { type: "NodePort" },
      mounts: { data: "/data" },
    };
    await assert.rejects(renderWith(values), ({ message }: Error) => {
      for (const problem of [/readiness.tcp.port/, /service.type/, /mounts/]) assert.match(message, problem);
      return true;
    });
  });

  it("requests over limits and nothing else, whatever the units", async () => {
    const units = { m: 0.001, "": 1, k: 1e3, Ki: 1024, M: 1e6, Mi: 2 ** 20, G: 1e9, Gi: 2 ** 30 };
    const quantity = fc
      .tuple(fc.integer({ min: 1, max: 9999 }), fc.constantFrom(...Object.keys(units)))
      .map(([number, unit]) => ({
        text: `${number}${unit}`,
        amount: number * units[unit as keyof typeof units],
      }));
    await fc.assert(
      fc.asyncProperty(quantity, quantity, async (request, limit) => {
        const memory = { requests: { memory: request.text }, limits: { memory: limit.text } };
        const rendered = renderWith({ resources: memory });
        // A sum of floats may be off by its last digit: what is that close is left out.
        fc.pre(
          Math.abs(request.amount - limit.amount) > 1e-6 * limit.amount || request.amount === limit.amount,
        );
        if (request.amount > limit.amount) await assert.rejects(rendered, /is more than the limit/);
        else await rendered;
      }),
      { numRuns: 25 },
    );
  });
});

describe("a pod of charts/microservice", () => {
  const base = { ports: { http: { container: 8080 } }, config: { env: { A: "1" } }, replicas: 2 };
  const template = async (values: object) => JSON.stringify(podOf(await renderWith({ ...base, ...values })));
  const changes: [string, object, boolean][] = [
    ["a changed variable of its configuration", { config: { env: { A: "2" } } }, true],
    ["another file", { config: { env: { A: "1" }, files: { a: { path: "/a", content: "" } } } }, true],
    ["a changed digest of its Secrets", { secretChecksum: "abc" }, true],
    ["another tag", { image: { ...IMAGE, tag: "2.0.0" } }, true],
    ["another number of pods", { replicas: 5 }, false],
    ["an autoscaler", { autoscaling: { enabled: true } }, false],
    ["a budget", { podDisruptionBudget: { minAvailable: 1 } }, false],
    ["an Ingress", { ...LET_IN, ingress: { hosts: { a: { host: "a.b", port: "http" } } } }, false],
    ["a rule of its policy", { networkPolicy: { ingress: { a: { pods: {} } } } }, false],
    ["another port of the Service", { ports: { http: { container: 8080, service: 80 } } }, false],
    ["alerts", { alerts: { A: { expr: "1" } } }, false],
    ["the way it rolls", { rollout: { maxSurge: 2 } }, false],
  ];
  for (const [name, values, restarts] of changes)
    it(`is ${restarts ? "" : "not "}replaced for ${name}`, async () => {
      assert[restarts ? "notEqual" : "equal"](await template(values), await template({}));
    });

  it("belongs to a Job of the same name as long as it runs the same", async () => {
    const name = async (values: object) =>
      workloadOf(await renderWith({ workload: "Job", ...values })).metadata.name;
    assert.equal(await name({}), await name({ replicas: 3 }));
    assert.notEqual(await name({}), await name({ args: ["--again"] }));
  });
});

describe("the examples of charts/microservice", () => {
  for (const example of Object.keys(EXAMPLES))
    it(`${example} renders what tests/fixtures/rendered/${example}.yaml shows`, async () => {
      // After a change that is meant: npm run generate, and read the difference before it is committed.
      const [rendered, expected] = [await renderExample(example), golden(example)];
      assert.deepEqual(byName(parseObjects(rendered)), byName(parseObjects(expected)));
    });
});
