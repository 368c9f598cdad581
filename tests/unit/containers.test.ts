/** Sidecars and init containers of services and tasks. */
import assert from "node:assert/strict";
import { reasonsOfPod } from "../../cli/core/explain/pods";
import type { Application, Service } from "../../src/model/application";
import type { Sidecar } from "../../src/model/containers";
import { readInventory } from "../../src/model/inventory/read";
import { password, podField, secret, text, url } from "../../src/model/text";
import { validateApplication } from "../../src/model/validate";
import { plan } from "../../src/plan";
import { demandOf } from "../../src/plan/namespace/demand";
import { planViolations } from "../../src/plan/rules";
import { imagesOfPlan } from "../../src/plan/rules/from-values";
import { application, contextFor, mysql, planFor, problemsOf, service, valuesOf } from "../support";

const db = mysql();
const resources = { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } };
const proxy: Sidecar = { image: { repository: "docker.io/envoy", tag: "1.0" }, resources };
const shop = (web: Partial<Service>, more: Partial<Application> = {}) =>
  application({
    services: { web: service({ uses: ["db", "api"], ...web }), api: service() },
    stores: { db },
    secrets: { session: { reason: "a key" } },
    ...more,
  });
const planned = (web: Partial<Service>, config = {}) =>
  planFor(shop(web), { distribution: "upstream", ...config });
const values = (web: Partial<Service>, config = {}) => valuesOf(planned(web, config), "web");
const invalid = (web: Partial<Service>) =>
  validateApplication(shop(web))
    .map(({ where, what }) => `${where}: ${what}`)
    .join("\n");
const refused = (web: Partial<Service>) =>
  problemsOf(() => planned(web))
    .map(({ where, what }) => `${where}: ${what}`)
    .join("\n");

describe("a sidecar", () => {
  it("becomes a container of the chart, with what it shares with the program", () => {
    const found = values(
      {
        writable: ["/var/log/app"],
        volumes: { tls: { path: "/etc/tls", secret: "tls" }, data: { path: "/data", storage: "1Gi" } },
        files: { "/etc/proxy.yaml": "a: b", "/etc/login.yaml": text`password: "${password("db", "app")}"` },
        sidecars: {
          proxy: {
            ...proxy,
            command: ["envoy"],
            args: ["--log", "$(LEVEL)"],
            env: { LEVEL: "info", API: [url("api")], POD: [podField("metadata.name")] },
            envFrom: { more: { secret: "more" } },
            workingDirectory: "/srv",
            ports: { admin: { container: 9901, protocol: "http" } },
            probe: { http: { path: "/ready", port: "admin" } },
            startupSeconds: 20,
            writable: ["/tmp", { path: "/cache", size: "8Mi", memory: true }],
            mounts: {
              "/var/log/app": "/logs",
              "/etc/tls": "/tls",
              "/data": "/data",
              "/etc/proxy.yaml": "/etc/envoy.yaml",
              "/etc/login.yaml": "/login.yaml",
            },
          },
        },
      },
      { registryMirrors: { "docker.io": "mirror.example.com" } },
    );
    const { proxy: sidecar } = found.sidecars ?? {};
    assert.deepEqual(sidecar?.image, { repository: "mirror.example.com/library/envoy", tag: "1.0" });
    assert.deepEqual(sidecar?.args, ["--log", "info"]);
    assert.deepEqual(sidecar?.env, {
      LEVEL: "info",
      API: "http://api:8080/",
      POD: { field: "metadata.name" },
    });
    assert.deepEqual(sidecar?.envFrom, { more: { secret: "more" } });
    assert.equal(sidecar?.workingDir, "/srv");
    assert.equal(sidecar?.ports?.admin?.container, 9901);
    assert.equal(sidecar?.probes?.startup?.failureThreshold, 4);
    assert.deepEqual(
      sidecar?.probes?.liveness?.tcp,
      { port: "admin" },
      "a store that fails restarts nothing",
    );
    assert.deepEqual(sidecar?.probes?.readiness?.http, { path: "/ready", port: "admin" });
    assert.deepEqual(sidecar?.mounts, {
      logs: { volume: "write-var-log-app", path: "/logs" },
      tls: { volume: "tls", readOnly: true, path: "/tls" },
      data: { volume: "data", path: "/data" },
      "etc-envoy-yaml": {
        volume: "files",
        subPath: "etc-proxy-yaml",
        readOnly: true,
        path: "/etc/envoy.yaml",
      },
      "login-yaml": {
        volume: "secret-files",
        subPath: "etc-login-yaml",
        readOnly: true,
        path: "/login.yaml",
      },
      tmp: { volume: "own-proxy-tmp", path: "/tmp" },
      cache: { volume: "own-proxy-cache", path: "/cache" },
    });
    assert.deepEqual(found.volumes?.["own-proxy-tmp"], { emptyDir: { medium: "" } });
    assert.deepEqual(found.volumes?.["own-proxy-cache"], {
      emptyDir: { sizeLimit: "8Mi", medium: "Memory" },
    });
  });

  it("has passwords and secrets in the Secret of its service, whose change restarts the pods", () => {
    const sidecars = {
      proxy: { ...proxy, env: { DB: text`a:${password("db", "app")}`, KEY: [secret("session")] } },
    };
    const plan = planned({ env: { DB: [password("db", "app")] }, sidecars });
    assert.deepEqual(Object.keys(plan.secrets["web-env"]?.keys ?? {}), ["DB", "proxy.DB", "proxy.KEY"]);
    const { sidecars: found, secretChecksum } = valuesOf(plan, "web");
    assert.deepEqual(found?.proxy?.env, {
      DB: { secret: "web-env", key: "proxy.DB" },
      KEY: { secret: "web-env", key: "proxy.KEY" },
    });
    assert.notEqual(
      secretChecksum,
      valuesOf(planned({ env: { DB: [password("db", "app")] } }), "web").secretChecksum,
    );
    assert.deepEqual(
      plan.warnings.filter((text) => /secret session/.test(text)),
      [],
      "the secret is used",
    );
  });

  it("has the image and the resources of the stack", () => {
    const config = {
      services: { web: { containers: { proxy: { tag: "2.0", resources: { requests: { cpu: "500m" } } } } } },
    };
    const { proxy: found } = values({ sidecars: { proxy } }, config).sidecars ?? {};
    assert.deepEqual(found?.image, { repository: "docker.io/envoy", tag: "2.0" });
    assert.equal(found?.resources.requests.cpu, "500m");
    assert.equal(found?.resources.requests.memory, "32Mi");
    const cpu = (more: Record<string, unknown>) =>
      demandOf(contextFor(shop({ sidecars: { proxy } }), more)).cpu;
    assert.equal(Math.round((cpu(config) - cpu({})) * 1000), 2 * 490);
    assert.match(
      problemsOf(() =>
        values({ sidecars: { proxy } }, { services: { web: { containers: { prox: {} } } } }),
      )[0]?.what ?? "",
      /web has no sidecar or init container "prox"/,
    );
  });

  it("extends the time limit of its release by its start", () => {
    const seconds = (web: Partial<Service>) => planned(web).releases.web?.timeoutSeconds ?? 0;
    const ports = { admin: { container: 1, protocol: "http" as const } };
    const slow = { ...proxy, ports, probe: { tcp: { port: "admin" } }, startupSeconds: 300 };
    assert.equal(seconds({ sidecars: { slow } }) - seconds({}), 300);
    assert.equal(seconds({ initContainers: { setup: { ...proxy, seconds: 90 } } }) - seconds({}), 90);
    assert.equal(seconds({ sidecars: { proxy } }), seconds({}), "nothing waits for one without a probe");
  });

  it("counts in the demand of the application", () => {
    const of = (web: Partial<Service>) => demandOf(contextFor(shop(web)));
    const [without, withOne] = [of({}), of({ sidecars: { proxy } })];
    // One pod, and one for the rollout.
    assert.equal(Math.round((withOne.cpu - without.cpu) * 1000), 20);
    assert.equal(withOne.memory - without.memory, 2 * 32 * 2 ** 20);
    assert.equal(withOne.memoryLimit - without.memoryLimit, 2 * 64 * 2 ** 20);
  });

  it("is refused without resources, with a path that is not shared, a name that is taken, or a port that it does not have", () => {
    const { resources: _, ...bare } = proxy;
    const { problems } = readInventory(
      { ...application(), services: { web: { ...service(), sidecars: { proxy: bare } } } },
      "shop",
    );
    assert.match(problems.map(({ where }) => where).join(), /web: sidecars\.proxy\.resources/);
    const one = (more: Partial<Sidecar>) =>
      invalid({ writable: ["/tmp"], sidecars: { proxy: { ...proxy, ...more } } });
    assert.match(
      one({ mounts: { "/tnp": "/tmp" } }),
      /sidecar proxy, mounts: the program has no directory, volume or file \/tnp/,
    );
    assert.match(one({ mounts: { "/tmp": "/a" }, writable: ["/a/b"] }), /overlap/);
    assert.match(
      one({ probe: { tcp: { port: "admin" } } }),
      /the port of the probe is "admin", which the sidecar does not have/,
    );
    assert.match(
      one({ env: { A: [url("other")] } }),
      /sidecar proxy, A: refers to "other", which is not in `uses`/,
    );
    assert.match(one({ args: [[password("db", "app")]] }), /args\[0\]: a password or secret in a command/);
    assert.match(
      one({ env: { NEXT_PUBLIC_KEY: [secret("session")] } }),
      /NEXT_PUBLIC_KEY: contains a secret/,
    );
    assert.match(
      refused({ sidecars: { proxy: { ...proxy, args: ["$(NONE)"] } } }),
      /sidecar proxy: args\[0\]: refers to \$\(NONE\), but service web, sidecar proxy has no such variable/,
    );
    assert.match(invalid({ sidecars: { web: proxy } }), /sidecar web: the program has the same name/);
    assert.match(
      invalid({ sidecars: { a: proxy }, initContainers: { a: proxy } }),
      /init container a: a sidecar has the same name/,
    );
    assert.match(
      invalid({ env: { "proxy.A": "b" }, sidecars: { proxy: { ...proxy, env: { A: "c" } } } }),
      /has a variable proxy\.A/,
    );
    const dns = { container: 53, protocol: "udp" as const };
    assert.match(one({ ports: { dns }, probe: { tcp: { port: "dns" } } }), /whose protocol is udp/);
    assert.match(one({ ports: { dns } }), /sidecar proxy: has ports, but no probe/);
    assert.match(one({ startupSeconds: 5 }), /has `startupSeconds`, but no probe/);
    assert.match(
      one({ ports: { dns, tcp: { container: 53, protocol: "tcp" } }, probe: { tcp: { port: "tcp" } } }),
      /two ports have the number 53/,
    );
    assert.match(invalid({ initContainers: { "wait-for-all": proxy } }), /names that begin with wait-for-/);
    const large = { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "64Mi" } };
    assert.match(refused({ sidecars: { proxy: { ...proxy, resources: large } } }), /sidecar proxy/);
  });
});

describe("the mounts of containers beside the program", () => {
  it("have different names, whatever their paths", () => {
    const at = (container: Partial<Sidecar>) => ({ ...proxy, ...container });
    const long = `/var/lib/${"a".repeat(60)}`;
    const found = values({
      writable: [long],
      sidecars: {
        a: at({ writable: ["/b/c", "/x_y", "/x-y"] }),
        "a-b": at({ writable: ["/c", long], mounts: { [long]: "/shared" } }),
      },
    });
    const volumes = Object.keys(found.volumes ?? {});
    assert.equal(volumes.length, 5);
    for (const name of volumes) assert.ok(name.length <= 53, name);
    assert.equal(Object.keys(found.sidecars?.a?.mounts ?? {}).length, 3);
    assert.deepEqual(
      Object.values(found.sidecars?.["a-b"]?.mounts ?? {})
        .map((mount) => (mount as { path: string }).path)
        .sort(),
      ["/c", "/shared", long],
    );
  });

  it("are refused twice at one path, but a file may be in a directory", () => {
    const shared = { writable: ["/a", "/b"], files: { "/agent.yaml": "a: b" } };
    const one = (more: Partial<Sidecar>) =>
      invalid({ ...shared, sidecars: { proxy: { ...proxy, ...more } } });
    assert.match(one({ mounts: { "/a": "/x", "/b": "/x" } }), /the paths \/x and \/x are the same/);
    assert.equal(one({ writable: ["/etc/agent"], mounts: { "/agent.yaml": "/etc/agent/agent.yaml" } }), "");
    assert.equal(one({ mounts: { "/a": "/a", "/agent.yaml": "/a/agent.yaml" } }), "", "it is not external");
    assert.match(
      invalid({ volumes: { tls: { path: "/etc/tls", secret: "tls" } }, files: { "/etc/tls/more": "a" } }),
      /the file \/etc\/tls\/more would be inside the volume at \/etc\/tls/,
    );
    assert.match(
      invalid({ volumes: { tls: { path: "/etc/tls", secret: "tls" } }, files: { "/tls": "a" } }),
      /volume tls: Flotilla uses this name itself/,
    );
  });
});

describe("an init container", () => {
  it("runs before the program, in the order of the inventory", () => {
    const { initContainers } = values({ initContainers: { second: proxy, first: proxy } });
    assert.deepEqual(
      Object.entries(initContainers ?? {}).map(([name, { order }]) => [name, order ?? 0]),
      [
        ["second", 0],
        ["first", 1],
      ],
    );
  });

  it("counts in the demand only if it needs more than the program", () => {
    const of = (web: Partial<Service>) => demandOf(contextFor(shop(web)));
    assert.deepEqual(of({ initContainers: { small: proxy } }), of({}));
    const large = { requests: { cpu: "2", memory: "32Mi" }, limits: { memory: "64Mi" } };
    assert.ok(of({ initContainers: { large: { ...proxy, resources: large } } }).cpu > of({}).cpu + 3);
  });

  it("of a migration makes a new version when it changes", () => {
    const release = (tag: string) =>
      Object.keys(
        planFor(
          shop(
            {},
            {
              tasks: {
                migrate: {
                  image: { of: "web" },
                  seconds: 60,
                  before: ["web"],
                  initContainers: { schema: { ...proxy, image: { repository: "a/schema", tag } } },
                },
              },
            },
          ),
          { distribution: "upstream" },
        ).releases,
      ).find((name) => name.startsWith("migrate-"));
    assert.equal(release("1"), release("1"));
    assert.notEqual(release("1"), release("2"));
  });
});

describe("explain, about a container beside the program", () => {
  it("names its own setting, not one that would change the program", () => {
    const where = { stack: "dev", namespace: "shop", release: "web", settings: "services" as const };
    const pod = {
      metadata: { name: "web-1" },
      spec: {
        containers: [{ name: "web", image: "a" }],
        initContainers: [
          { name: "proxy", image: "b", restartPolicy: "Always", resources: { limits: { memory: "64Mi" } } },
        ],
      },
      status: {
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "True" }],
        initContainerStatuses: [
          {
            name: "proxy",
            image: "b",
            ready: false,
            restartCount: 2,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
          },
        ],
      },
    };
    const [reason] = reasonsOfPod(pod as never, [], where as never);
    assert.match(reason?.what ?? "", /container proxy used more memory than its limit of 64Mi/);
    assert.equal(
      reason?.todo[0],
      "pulumi config set --path flotilla:services.web.containers.proxy.resources.limits.memory <more> --stack dev",
    );
  });
});

describe("explain, about a sidecar", () => {
  const where = { stack: "dev", namespace: "shop", release: "web", settings: "services" as const };
  const pod = (status: object) => ({
    metadata: { name: "web-1" },
    spec: {
      containers: [{ name: "web", image: "a" }],
      initContainers: [{ name: "proxy", image: "b", restartPolicy: "Always" }],
    },
    status: {
      phase: "Running",
      conditions: [{ type: "PodScheduled", status: "True" }],
      initContainerStatuses: [{ name: "proxy", image: "b", restartCount: 1, ...status }],
      containerStatuses: [{ name: "web", ready: true, started: true, state: { running: {} } }],
    },
  });
  const reason = (status: object, message: string, why: string) =>
    reasonsOfPod(
      pod(status) as never,
      [{ type: "Warning", reason: why, message } as never],
      where as never,
    )[0];

  it("sees that it has started and is not ready, and that its probe has restarted it", () => {
    const unready = { ready: false, started: true, state: { running: {} } };
    assert.match(
      reason(unready, "Readiness probe failed: 503", "Unhealthy")?.what ?? "",
      /container proxy is running, but its readiness probe fails/,
    );
    const restarted = {
      ready: false,
      started: false,
      state: { running: {} },
      lastState: { terminated: { exitCode: 137 } },
    };
    assert.match(
      reason(restarted, "Init container proxy failed liveness probe", "Killing")?.what ?? "",
      /container proxy was killed: its liveness probe failed/,
    );
  });
});

describe("the rules", () => {
  it("know the images and variables of containers beside the program", () => {
    const setup = { ...proxy, image: { repository: "docker.io/setup", tag: "2" } };
    const token = { ...proxy, env: { API_TOKEN: "9f8e7d6c5b4a3f2e1d0c" } };
    const context = contextFor(shop({ sidecars: { proxy: token }, initContainers: { setup } }), {
      distribution: "upstream",
    });
    const made = plan(context);
    const images = imagesOfPlan(made, context.settings);
    for (const image of ["docker.io/envoy:1.0", "docker.io/setup:2"])
      assert.ok(images.includes(image), image);
    const found = planViolations(context, made).map(({ rule, where }) => `${rule} ${where}`);
    assert.match(found.join(), /plain-secret .*API_TOKEN/);
    assert.doesNotThrow(() =>
      planFor(shop({ sidecars: { proxy: token } }), {
        services: {
          web: { exceptions: { "plain-secret": { API_TOKEN: "it is the token of the documentation" } } },
        },
      }),
    );
    const strict = contextFor(shop({ sidecars: { proxy } }), {
      distribution: "upstream",
      requireDigests: true,
    });
    const digest = planViolations(strict, plan(strict)).find(({ what }) => /envoy/.test(what));
    assert.equal(
      digest?.todo,
      "Set it: flotilla:services.web.containers.proxy.digest. Or say why it is acceptable: flotilla:services.web.exceptions.digest",
    );
  });
});
