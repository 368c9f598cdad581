/** What the pods of a service need, and the labels and annotations of its objects. */
import assert from "node:assert/strict";
import { storageClassesOf } from "../../cli/core/needs";
import type { Service } from "../../src/model/application";
import { readInventory } from "../../src/model/inventory/read";
import { validateApplication } from "../../src/model/validate";
import { checkClasses } from "../../src/runtime/check-classes";
import { application, contextFor, planFor, problemsOf, redis, service, valuesOf } from "../support";

const shop = (web: Service) => application({ services: { web }, stores: { cache: redis() } });
const values = (web: Partial<Service>, config = {}) =>
  valuesOf(planFor(shop(service(web)), { distribution: "upstream", ...config }), "web");
const problems = (web: Partial<Service>) =>
  validateApplication(shop(service(web)))
    .map(({ where, what }) => `${where}: ${what}`)
    .join("\n");
const read = (more: object) =>
  readInventory({ ...application(), services: { web: { ...service(), ...more } } }, "shop")
    .problems.map(({ where, what }) => `${where}: ${what}`)
    .join("\n");

describe("what pods need", () => {
  it("becomes values of the chart", () => {
    const found = values({
      workingDirectory: "/srv",
      netBindService: "the binary has the file capability",
      serviceLabels: { "example.com/a": "b" },
      serviceAnnotations: { "example.com/c": "d" },
      serviceAccountAnnotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/web" },
      writable: ["/tmp", { path: "/dev/shm", size: "64Mi", memory: true }, { path: "/cache", size: "1Gi" }],
      pod: {
        labels: { "example.com/pod": "yes" },
        annotations: { "example.com/note": "yes" },
        hostAliases: { "db.local": "10.1.2.3" },
        dns: { policy: "None", nameservers: ["10.0.0.10"] },
        nodeSelector: { disk: "ssd" },
        nodeAffinity: {
          required: [{ key: "arch", operator: "In", values: ["amd64"] }],
          preferred: [{ key: "gpu", operator: "DoesNotExist" }],
        },
        near: ["cache"],
        antiAffinity: "required",
        topologySpread: {
          zones: { whenUnsatisfiable: "DoNotSchedule" },
          racks: { topologyKey: "example.com/rack" },
        },
        tolerations: {
          spot: { key: "spot", effect: "NoExecute", seconds: 60 },
          gpu: { key: "gpu", value: "a" },
        },
        priorityClass: "high",
        runtimeClass: "gvisor",
      },
    });
    assert.equal(found.workingDir, "/srv");
    assert.equal(found.netBindService, true);
    assert.equal(found.exceptions?.capability?.checkov, "CKV_K8S_25");
    assert.deepEqual(found.service, {
      annotations: { "example.com/c": "d" },
      labels: { "example.com/a": "b" },
    });
    assert.deepEqual(found.serviceAccount, {
      annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/web" },
    });
    assert.deepEqual(found.writable, {
      tmp: "/tmp",
      "dev-shm": { path: "/dev/shm", sizeLimit: "64Mi", medium: "Memory" },
      cache: { path: "/cache", sizeLimit: "1Gi" },
    });
    assert.deepEqual(found.podLabels, { "example.com/pod": "yes" });
    assert.deepEqual(found.podAnnotations, { "example.com/note": "yes" });
    assert.deepEqual(found.hostAliases, { "db.local": "10.1.2.3" });
    assert.deepEqual(found.dns, { policy: "None", nameservers: ["10.0.0.10"] });
    assert.deepEqual(found.nodeSelector, { disk: "ssd" });
    assert.deepEqual(found.nodeAffinity, {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: "arch", operator: "In", values: ["amd64"] }] }],
      },
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, preference: { matchExpressions: [{ key: "gpu", operator: "DoesNotExist" }] } },
      ],
    });
    assert.match(JSON.stringify(found.podAffinity), /"app.kubernetes.io\/instance":"cache"/);
    assert.equal(found.antiAffinity, "required");
    assert.deepEqual(found.topologySpread, {
      zones: { topologyKey: "topology.kubernetes.io/zone", maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
      racks: { topologyKey: "example.com/rack", maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway" },
    });
    assert.deepEqual(found.tolerations, {
      spot: { key: "spot", operator: "Exists", effect: "NoExecute", tolerationSeconds: 60 },
      gpu: { key: "gpu", operator: "Equal", value: "a" },
    });
    assert.equal(found.priorityClassName, "high");
    assert.equal(found.runtimeClassName, "gvisor");
  });

  it("adds nothing to a service that says nothing", () => {
    const found: object = values({});
    for (const key of [
      "podLabels",
      "dns",
      "topologySpread",
      "netBindService",
      "workingDir",
      "serviceAccount",
      "service",
    ])
      assert.equal(key in found, false, key);
  });

  it("keeps the annotations that a stack has for its load balancer", () => {
    const config = { loadBalancer: { annotations: { "example.com/c": "stack" } } };
    const web: Partial<Service> = {
      public: { port: "http" },
      serviceAnnotations: { "example.com/c": "inventory", "example.com/e": "f" },
    };
    assert.deepEqual(values(web, config).service?.annotations, {
      "example.com/c": "stack",
      "example.com/e": "f",
    });
  });

  it("is refused with reserved labels and annotations", () => {
    for (const key of ["app.kubernetes.io/name", "flotilla.dev/team", "helm.sh/chart"]) {
      assert.match(problems({ pod: { labels: { [key]: "a" } } }), /pod\.labels: .* is reserved/, key);
      assert.match(problems({ serviceLabels: { [key]: "a" } }), /serviceLabels: .* is reserved/, key);
    }
    for (const key of [
      "checksum/config",
      "meta.helm.sh/release-name",
      "helm.sh/hook",
      "kube-score/ignore",
      "checkov.io/skip1",
      "container.apparmor.security.beta.kubernetes.io/web",
    ])
      assert.match(
        problems({ pod: { annotations: { [key]: "a" } } }),
        /pod\.annotations: .* is reserved/,
        key,
      );
    assert.match(problems({ serviceAccountAnnotations: { "helm.sh/hook": "a" } }), /is reserved/);
    assert.equal(problems({ pod: { annotations: { "sidecar.istio.io/inject": "false" } } }), "");
  });

  it("is refused where it cannot work", () => {
    assert.match(problems({ pod: { near: ["cahce"] } }), /"cahce" is not a service or store of shop/);
    assert.match(problems({ pod: { topologySpread: { racks: {} } } }), /has no `topologyKey`/);
    assert.match(problems({ pod: { dns: { policy: "None" } } }), /needs a name server/);
    assert.match(problems({ pod: { priorityClass: "system-node-critical" } }), /cluster's own pods/);
    assert.match(
      problems({ ports: undefined, probe: undefined, serviceLabels: { a: "b" } }),
      /no ports, so it has no Service/,
    );
  });

  it("is refused with directories that can take all memory, by the limits of the stack", () => {
    const directory = (path: string, size: string) => ({ path, size, memory: true as const });
    const refused = (writable: Service["writable"], config = {}) =>
      problemsOf(() => values({ writable }, config))
        .map(({ where, what }) => `${where}: ${what}`)
        .join("\n");
    assert.match(refused([directory("/dev/shm", "8Gi")]), /service web: \/dev\/shm can take 8Gi of memory/);
    const halves = [directory("/a", "1Gi"), directory("/b", "1Gi")];
    const limits = { services: { web: { resources: { limits: { memory: "2Gi" } } } } };
    assert.match(
      refused(halves, limits),
      /services\.web\.resources: \/a and \/b can take 1Gi \+ 1Gi of memory/,
    );
    assert.doesNotThrow(() => values({ writable: [directory("/a", "1Gi")] }, limits));
    assert.doesNotThrow(() => values({ writable: [{ path: "/cache", size: "8Gi" }] }), "on disk");
  });

  it("is decoded strictly", () => {
    assert.match(read({ pod: { hostNetwork: true } }), /pod\.hostNetwork: unknown key/);
    assert.match(read({ hostPort: 80 }), /hostPort: unknown key/);
    assert.match(
      read({ pod: { hostAliases: { db: "db.example.com" } } }),
      /hostAliases\.db: must be an IP address/,
    );
    assert.match(
      read({ pod: { tolerations: { all: { effect: "NoSchedule" } } } }),
      /key: required key is missing/,
    );
    assert.match(
      read({ pod: { tolerations: { a: { key: "a", seconds: 1 } } } }),
      /seconds: must only be set for the effect NoExecute/,
    );
    assert.match(
      read({ pod: { nodeAffinity: { required: [{ key: "a", operator: "In" }] } } }),
      /values: must have a value for In/,
    );
    assert.match(read({ writable: [{ path: "/dev/shm", memory: true }] }), /size: is required in memory/);
    assert.match(read({ writable: [1] }), /writable\[0\]: must be an absolute path/);
    assert.match(read({ workingDirectory: "srv" }), /workingDirectory/);
    assert.match(read({ netBindService: true }), /netBindService/);
  });
});

describe("classes of the cluster", () => {
  const shopWith = (pod: Service["pod"]) =>
    application({ services: { web: service({ pod }), other: service({ pod }) } });

  it("are asked for once each, before anything moves", async () => {
    const asked: string[] = [];
    const named = shopWith({ priorityClass: "high", runtimeClass: "gvisor" });
    await checkClasses(async (path) => {
      asked.push(path);
      return { object: {} };
    }, named);
    assert.deepEqual(asked, [
      "/apis/scheduling.k8s.io/v1/priorityclasses/high",
      "/apis/node.k8s.io/v1/runtimeclasses/gvisor",
    ]);
  });

  it("are refused if the cluster does not have them, but not if they cannot be read", async () => {
    const named = shopWith({ priorityClass: "high" });
    await checkClasses(async () => ({ unread: "no permission to read it" }), named);
    await assert.rejects(
      checkClasses(async () => ({ missing: true }), named),
      /service web, pod\.priorityClass: the cluster has no PriorityClass high/,
    );
  });

  it("of storage include those of the volumes of services", () => {
    const data = { path: "/data", storage: "1Gi" };
    const { settings, application: shop } = contextFor(
      application({ services: { web: service({ volumes: { data } }) } }),
      { services: { web: { volumes: { data: { storageClass: "fast" } } } } },
    );
    assert.deepEqual(storageClassesOf(settings, shop), ["fast"]);
    assert.deepEqual(storageClassesOf(settings, application({ services: {} })), []);
  });
});
