/** The shared chart: every feature and every refusal. */
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
  it("microservice passes helm lint --strict with its defaults", () => lint("microservice"));
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
    ["an unknown nested key", { rollout: { surge: 1 } }, /'surge' not allowed/],
    ["a wrong type", { replicas: "3" }, /replicas.*got string, want integer/],
    ["a number as the value of a variable", { env: { PORT: 80 } }, /env\/PORT.*got number, want string/],
    ["an invalid key of a Secret", { env: { A: { secret: "a", key: ".." } } }, /env\/A.*pattern/],
    [
      "a port name without a letter",
      { ports: { "8080": { container: 8080 } } },
      /'8080' does not match pattern/,
    ],
    ["a port above 65535", { ...rule({ ports: ["65536/TCP"] }) }, /ports\/0.*pattern/],
    ["port 0", { ...rule({ ports: ["0"] }) }, /ports\/0.*pattern/],
    ["no image", { image: { repository: "" } }, /image.repository: is empty/],
    [
      "a sidecar without an image",
      { sidecars: { a: { image: { repository: "" }, resources } } },
      /sidecars.a.image/,
    ],
    [
      "variables that refer to each other",
      { env: { A: "$(B)", B: "b $(C)", C: "$$$(A)", D: "$(A)", E: "$$(E)" } },
      /env: A and B and C and D refer to each other in a cycle/,
    ],
    ["a variable name that Kubernetes refuses", { env: { "..a": "1" } }, /'\.\.a' does not match pattern/],
    ["a tag that is a number", { image: { ...IMAGE, tag: 1.1 } }, /got number, want string/],
    ["the tag latest", { image: { ...IMAGE, tag: "latest" } }, /tag.*must be 'a version such as "1.4.2"/],
    ["no tag", { image: { repository: "a" } }, /tag.*must be 'a version such as "1.4.2"/],
    ["a tag in the repository", { image: { repository: "a:1", tag: "1" } }, /repository.*pattern/],
    ["an invalid digest", { image: { ...IMAGE, digest: "sha256:12" } }, /digest.*pattern/],
    [
      "a mutable tag of a sidecar",
      { sidecars: { a: { image: { repository: "a", tag: "latest" }, resources } } },
      /sidecars\/a\/image\/tag.*must be/,
    ],
    ["a sidecar without resources", { sidecars: { a: { image: IMAGE } } }, /missing property 'resources'/],
    ["an unknown kind of workload", { workload: "ReplicaSet" }, /workload.*must be one of/],
    ["a CronJob without a schedule", { workload: "CronJob" }, /cronJob.schedule: is required for a CronJob/],
    ["a schedule without a CronJob", { cronJob: { schedule: "* * * * *" } }, /only a CronJob has one/],
    [
      "two pods that would share a volume of one",
      { replicas: 2, rollout: { strategy: "Recreate" }, claims: { a: { size: "1Gi" } } },
      /claims.a: several pods cannot share a ReadWriteOnce volume/,
    ],
    [
      "an autoscaler for a volume of one pod",
      { ...scaled({}), rollout: { strategy: "Recreate" }, claims: { a: { size: "1Gi" } } },
      /claims.a: several pods cannot share/,
    ],
    [
      "a new pod that would wait for the volume of the old one",
      { claims: { a: { size: "1Gi" } } },
      /claims.a: a new pod would wait/,
    ],
    [
      "claims of a Deployment in a DaemonSet",
      { workload: "DaemonSet", claims: { a: { size: "1Gi", accessMode: "ReadWriteMany" } } },
      /claims: only a Deployment has them/,
    ],
    ["a runtime class that is no name", { runtimeClassName: "a b" }, /runtimeClassName.*pattern/],
    [
      "a host alias that is no address",
      { hostAliases: { db: "db.example.com" } },
      /hostAliases\/db.*pattern/,
    ],
    ["no name servers for the policy None", { dns: { policy: "None" } }, /dns.nameservers: is empty/],
    [
      "claims without a StatefulSet",
      { statefulSet: { claims: { a: { size: "1Gi" } } } },
      /only a StatefulSet/,
    ],
    [
      "Recreate for a StatefulSet",
      { workload: "StatefulSet", rollout: { strategy: "Recreate" } },
      /Recreate is for a Deployment/,
    ],
    ["OnDelete for a Deployment", { rollout: { strategy: "OnDelete" } }, /a Deployment takes RollingUpdate/],
    ["a rollout that cannot progress", { rollout: { maxSurge: 0 } }, /no pod could ever be replaced/],
    [
      "a progress deadline shorter than minReadySeconds",
      { rollout: { minReadySeconds: 60, progressDeadlineSeconds: 60 } },
      /60 must be more than minReadySeconds, 60/,
    ],
    [
      "probes of a Job",
      { workload: "Job", ports, probes: { readiness: { tcp: { port: "http" } } } },
      /a Job takes none/,
    ],
    [
      "a preStop sleep as long as the grace period",
      { ports, lifecycle: { preStop: { sleep: 30 } } },
      /30 leaves no time after lifecycle.preStop.sleep, 30/,
    ],
    ["a port out of range", { ports: { http: { container: 70000 } } }, /maximum/],
    ["a port name that is too long", { ports: { "a-name-of-sixteen": { container: 80 } } }, /maxLength/],
    [
      "requests over limits",
      { resources: { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } } },
      /resources.requests.memory: 2Gi is more than the limit, 1Gi/,
    ],
    [
      "requests over limits, in different units",
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
    ["an invalid quantity", { resources: { requests: { cpu: "much" } } }, /requests\/cpu.*pattern/],
    [
      "two sources of a variable",
      { env: { A: { secret: "a", key: "b", field: "c" } } },
      /not field and secret/,
    ],
    ["a Secret without a key", { env: { A: { secret: "a" } } }, /'key' required/],
    ["a source of variables without a name", { envFrom: { a: { prefix: "A_" } } }, /envFrom.a: set either/],
    [
      "two kinds of probe at once",
      { ports, probes: { readiness: { tcp: { port: "http" }, exec: { command: ["a"] } } } },
      /set exactly one of http, grpc, tcp or exec, not exec and tcp/,
    ],
    ["a probe without a handler", { probes: { readiness: { periodSeconds: 5 } } }, /or exec, not none/],
    [
      "a probe of an unknown port",
      { ports, probes: { liveness: { http: { path: "/", port: "web" } } } },
      /probes.liveness.http.port: there is no port "web"; the ports are http/,
    ],
    [
      "a sidecar's probe of another container's port",
      { ports, sidecars: { a: { image: IMAGE, resources, probes: { readiness: { http } } } } },
      /sidecars.a.probes.readiness.http.port: there is no port "http"; the ports are none/,
    ],
    ["a mount of an unknown volume", { mounts: { data: "/data" } }, /there is no volume data/],
    [
      "two mounts on the same path",
      { writable: { tmp: "/tmp" }, volumes: { a: { emptyDir: {} } }, mounts: { a: "/tmp" } },
      /\/tmp is used twice/,
    ],
    ["a volume of two kinds", { volumes: { a: { emptyDir: {}, pvc: { name: "a" } } } }, /maxProperties/],
    ["a relative path", { writable: { tmp: "tmp" } }, /pattern/],
    [
      "a NodePort Service without allowNodePort",
      { ports, service: { type: "NodePort" } },
      /set service.allowNodePort: true/,
    ],
    [
      "a node port without allowNodePort",
      { ports: { http: { container: 80, nodePort: 30080 } } },
      /ports.http.nodePort/,
    ],
    [
      "a headless load balancer",
      { ports, service: { type: "LoadBalancer", headless: true } },
      /cannot be headless/,
    ],
    [
      "a headless Service with session affinity",
      { ports, service: { headless: true, sessionAffinity: "ClientIP" } },
      /service.sessionAffinity: a headless Service has none/,
    ],
    [
      "a time of session affinity without session affinity",
      { ports, service: { sessionAffinitySeconds: 60 } },
      /service.sessionAffinitySeconds: there is no session affinity/,
    ],
    [
      "an additional Ingress without a host",
      { ports, ...LET_IN, ingresses: { a: { className: "nginx" } } },
      /ingresses.a.hosts: is empty/,
    ],
    [
      "an additional Ingress to an unknown port",
      { ports, ...LET_IN, ingresses: { a: { hosts: { b: { host: "a.b", port: "web" } } } } },
      /ingresses.a.hosts.b.port: there is no port "web"/,
    ],
    [
      "a route that rewrites and redirects",
      {
        ports,
        ...LET_IN,
        httpRoutes: { a: { gateway: { name: "a" }, port: "http", rewrite: "/", redirect: { path: "/b" } } },
      },
      /httpRoutes.a: a redirect has no use for rewrite/,
    ],
    ["an ingress without a port", { ingress: { hosts: { a: { host: "a.b" } } } }, /missing property 'port'/],
    [
      "an ingress to an unknown port",
      { ingress: { hosts: { a: { host: "a.b", port: "http" } } } },
      /ingress.hosts.a.port: there is no port "http"; the ports are none/,
    ],
    [
      "a route to a port that the Service does not expose",
      {
        ports: { rpc: { container: 1, expose: false } },
        grpcRoutes: { a: { gateway: { name: "b" }, port: "rpc" } },
      },
      /grpcRoutes.a.port/,
    ],
    ["a monitor of an unknown port", { monitor: { kind: "PodMonitor", port: "metrics" } }, /monitor.port/],
    [
      "minReplicas above maxReplicas",
      scaled({ minReplicas: 6 }),
      /autoscaling.minReplicas: 6 is more than maxReplicas, 5/,
    ],
    ["a scaled DaemonSet", { workload: "DaemonSet", ...scaled({}) }, /a DaemonSet cannot be scaled/],
    ["autoscaling without a metric", scaled({ cpu: 0 }), /has no metric to scale on/],
    [
      "autoscaling by CPU without a CPU request",
      { ...scaled({}), resources: { requests: { cpu: null } } },
      /the main container has no resources.requests.cpu/,
    ],
    [
      "a metric without a target",
      scaled({ metrics: { a: { type: "Pods" } } }),
      /set either value or averageValue/,
    ],
    [
      "an Object metric without an object",
      scaled({ metrics: { a: { type: "Object", value: "1" } } }),
      /object is required/,
    ],
    [
      "two autoscalers",
      { ...scaled({}), keda: { enabled: true, triggers: { a: { type: "cron", metadata: {} } } } },
      /both would set/,
    ],
    ["KEDA without a trigger", { keda: { enabled: true } }, /keda.triggers: has no trigger/],
    [
      "a budget of all pods",
      { replicas: 3, podDisruptionBudget: { minAvailable: 3 } },
      /minAvailable: 3 of 3 pods allows no eviction.*at most 2/,
    ],
    [
      "a budget of all pods of the autoscaler's minimum",
      { ...scaled({}), podDisruptionBudget: { minAvailable: 4 } },
      /4 of 3 pods/,
    ],
    [
      "a budget whose percentage rounds up to all pods",
      { replicas: 3, podDisruptionBudget: { minAvailable: "70%" } },
      /70% of 3 pods/,
    ],
    [
      "a budget that allows no eviction",
      { replicas: 3, podDisruptionBudget: { maxUnavailable: 0 } },
      /maxUnavailable: 0 allows no eviction/,
    ],
    [
      "an unknown port in a rule",
      { ports, ...rule({ pods: {}, ports: ["htp"] }) },
      /no container listens on htp; the containers listen on 8080, http/,
    ],
    [
      "a Service port in a rule",
      { ports: { http: { container: 8080, service: 80 } }, ...rule({ pods: {}, ports: [80] }) },
      /no container listens on 80/,
    ],
    ["a rule that would open every port", rule({ anywhere: true }), /a rule without ports would allow all/],
    [
      "waiting for a host that the policy blocks",
      { waitFor: { db: { host: "db", port: 5432 } } },
      /waitFor.db would wait for db forever/,
    ],
    [
      "an ingress that the policy blocks",
      { ports, ingress: { hosts: { a: { host: "a.b", port: "http" } } } },
      /allows no traffic, but ingress.hosts needs it/,
    ],
    [
      "two containers with the same name",
      { sidecars: { web: { image: IMAGE, resources } } },
      /names: web is used twice/,
    ],
    [
      "two Service ports with the same number",
      { ports: { a: { container: 1, service: 80 }, b: { container: 2, service: 80 } } },
      /ports of the Service: 80\/TCP is used twice/,
    ],
    [
      "two volumes with the same name",
      { writable: { tmp: "/tmp" }, volumes: { "write-tmp": { emptyDir: {} } } },
      /write-tmp is used twice/,
    ],
    [
      "a Job that would never complete",
      { workload: "Job", sidecars: { a: { native: false, image: IMAGE, resources } } },
      /sidecars.a.native: a Job would never complete/,
    ],
    [
      "autoscaling by memory with a sidecar without a memory request",
      { ...scaled({ memory: 80 }), sidecars: { a: { image: IMAGE, resources: {} } } },
      /sidecars\/a\/resources/,
    ],
    [
      "a load balancer class of a ClusterIP Service",
      { ports, service: { loadBalancerClass: "a" } },
      /a ClusterIP Service takes neither/,
    ],
    [
      "a probe of a UDP port",
      { ports: { dns: { container: 53, protocol: "UDP" } }, probes: { liveness: { tcp: { port: "dns" } } } },
      /dns is not a TCP port/,
    ],
    [
      "a success threshold of 2 for liveness",
      { ports, probes: { liveness: { tcp: { port: "http" }, successThreshold: 2 } } },
      /must be 1/,
    ],
    [
      "a scrape timeout longer than the interval",
      { ports, monitor: { kind: "PodMonitor", port: "http", interval: "5s" } },
      /scrapeTimeout: 10s is more than the interval, 5s/,
    ],
    ["an unsafe sysctl", { sysctls: { "kernel.msgmax": "1" } }, /Pod Security restricted does not admit/],
    ["a maxUnavailable above 100%", { rollout: { maxUnavailable: "150%" } }, /maxUnavailable.*pattern/],
    ["two issuers", { ports, ingress: { tls: { issuer: "a", clusterIssuer: "b" } } }, /remove one/],
    ["root", { user: { uid: 0, gid: 0 } }, /minimum/],
    [
      "RBAC rules without a token",
      { rbac: { a: { apiGroups: [""], resources: ["pods"], verbs: ["get"] } } },
      /set serviceAccount.automountToken: true/,
    ],
    [
      "RBAC rules for the default ServiceAccount",
      {
        serviceAccount: { create: false, automountToken: true },
        rbac: { a: { apiGroups: [""], resources: ["pods"], verbs: ["get"] } },
      },
      /every pod with the ServiceAccount "default"/,
    ],
    ["a policy rule without a peer", rule({ ports: [80] }), /networkPolicy.ingress.a: has no peer/],
    [
      "a policy rule of addresses and pods",
      rule({ cidr: "10.0.0.0/8", pods: {} }),
      /split it into two rules/,
    ],
    [
      "a policy rule of pods and anywhere",
      rule({ anywhere: true, pods: {} }),
      /anywhere already allows every peer/,
    ],
    ["an empty external secret", { externalSecrets: { a: { store: { name: "b" } } } }, /would be empty/],
    [
      "an exception without a reason",
      { exceptions: { a: { checkov: "CKV_K8S_1" } } },
      /missing property 'reason'/,
    ],
    [
      "a name too long for the suffix of a CronJob",
      { workload: "CronJob", cronJob: { schedule: "* * * * *" }, fullnameOverride: "a".repeat(53) },
      /has 53 characters.*at most 52/,
    ],
    ["a release name that no Service can have", { fullnameOverride: "a.b" }, /fullnameOverride.*pattern/],
    ["a name that is too long", { fullnameOverride: "a".repeat(54) }, /maxLength/],
  ];
  for (const [name, values, message] of refusals)
    it(name, async () => {
      await assert.rejects(renderWith(values), message);
    });

  it("a default removed by null, before another template fails on it", async () => {
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

  it("all problems at once", async () => {
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

  it("requests over limits and nothing else, in all units", async () => {
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
        // Floating-point sums may be off in the last digit: skip values that close together.
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
    ["a changed variable in config.env", { config: { env: { A: "2" } } }, true],
    ["an added file", { config: { env: { A: "1" }, files: { a: { path: "/a", content: "" } } } }, true],
    ["a changed secretChecksum", { secretChecksum: "abc" }, true],
    ["a changed tag", { image: { ...IMAGE, tag: "2.0.0" } }, true],
    ["a changed number of pods", { replicas: 5 }, false],
    ["an autoscaler", { autoscaling: { enabled: true } }, false],
    ["a budget", { podDisruptionBudget: { minAvailable: 1 } }, false],
    ["an Ingress", { ...LET_IN, ingress: { hosts: { a: { host: "a.b", port: "http" } } } }, false],
    ["a policy rule", { networkPolicy: { ingress: { a: { pods: {} } } } }, false],
    ["a changed Service port", { ports: { http: { container: 8080, service: 80 } } }, false],
    ["alerts", { alerts: { A: { expr: "1" } } }, false],
    ["a changed rollout", { rollout: { maxSurge: 2 } }, false],
  ];
  for (const [name, values, restarts] of changes)
    it(`is ${restarts ? "" : "not "}replaced for ${name}`, async () => {
      assert[restarts ? "notEqual" : "equal"](await template(values), await template({}));
    });

  it("keeps the name of its Job until what it runs changes", async () => {
    const name = async (values: object) =>
      workloadOf(await renderWith({ workload: "Job", ...values })).metadata.name;
    assert.equal(await name({}), await name({ replicas: 3 }));
    assert.notEqual(await name({}), await name({ args: ["--again"] }));
  });
});

describe("the examples of charts/microservice", () => {
  for (const example of Object.keys(EXAMPLES))
    it(`${example} renders what tests/fixtures/rendered/${example}.yaml shows`, async () => {
      // After an intended change: npm run generate, and review the diff before you commit it.
      const [rendered, expected] = [await renderExample(example), golden(example)];
      assert.deepEqual(byName(parseObjects(rendered)), byName(parseObjects(expected)));
    });
});
