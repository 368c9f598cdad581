/** A service with a sidecar, an init container, and variables and volumes from what others have in the namespace. */
import assert from "node:assert/strict";
import { flotilla, inventoryStack } from "./inventory";
import { get, run, type Stack, secretOf, until } from "./world";

const namespace = "e2e-from-cluster";

const SMALL = `resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "32Mi" } }`;

const inventory = (key = "token") => `
  services: {
    web: {
      ...service(["db"], { URL: url("db"), IP: { ref: "podField", of: "status.podIP" }, LISTEN: "tcp://$(IP):80" }),
      startupSeconds: 1,
      envFrom: { partner: { secret: "partner" } },
      writable: ["/var/log/app"],
      volumes: {
        tls: { path: "/etc/tls", secret: "partner", keys: { ${key}: "token" } },
        uploads: { path: "/uploads", claim: "uploads" },
      },
      sidecars: {
        agent: {
          image: "example.com/agent:1.0.0",
          ${SMALL},
          env: { DB: url("db") },
          mounts: { "/var/log/app": "/logs", "/etc/tls": "/tls" },
        },
      },
      initContainers: { setup: { image: "example.com/setup:1.0.0", ${SMALL} } },
    },
  },
  stores: { db: store("mysql", "app") },`;

interface Container {
  name: string;
  image: string;
  restartPolicy?: string;
  env?: { name: string; value?: string; valueFrom?: object }[];
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

const CLAIM = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "uploads", namespace },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
};

describe("what a service takes from the cluster", () => {
  let stack: Stack;
  const ends = async (code: number, ...args: string[]) => {
    const { exitCode, all = "" } = await flotilla(stack, ...args, "--stack", stack.name);
    assert.equal(exitCode, code, all);
    return all;
  };

  before(async () => {
    stack = await inventoryStack("from-cluster", namespace, inventory(), { rolloutSeconds: 120 });
  });
  after(() => stack?.remove());

  it("is announced before the namespace exists, and waited for: the first update deploys it", async () => {
    assert.match(
      await ends(0, "doctor"),
      /web needs Secret partner, which Flotilla does not create, and namespace e2e-from-cluster does not exist yet/,
    );
    const updating = flotilla(stack, "up", "--stack", stack.name, "--yes");
    await until("the namespace exists", async () => {
      const { exitCode } = await run("kubectl", ["get", "namespace", namespace], { reject: false });
      return exitCode === 0;
    });
    await run("kubectl", [
      "create",
      "secret",
      "generic",
      "partner",
      "-n",
      namespace,
      "--from-literal=token=t0ken",
    ]);
    await run("kubectl", ["apply", "-f", "-"], { input: JSON.stringify(CLAIM) });
    const { exitCode, all = "" } = await updating;
    assert.equal(exitCode, 0, all);
    assert.match(all, /the pods need Secret partner, which Flotilla does not create/);
  });

  it("is in the pods: a native sidecar, an init container, variables and volumes", async () => {
    const { spec } = await get<{
      spec: {
        strategy: { type: string };
        template: { spec: { containers: Container[]; initContainers: Container[]; volumes: object[] } };
      };
    }>("deployment", "web", "-n", namespace);
    assert.equal(spec.strategy.type, "Recreate");
    const { containers, initContainers } = spec.template.spec;
    assert.deepEqual(
      initContainers.map(({ name, restartPolicy }) => [name, restartPolicy]),
      [
        ["agent", "Always"],
        ["wait-for-dependencies", undefined],
        ["setup", undefined],
      ],
    );
    const [web] = containers;
    const order = web?.env?.map(({ name }) => name) ?? [];
    assert.ok(order.indexOf("IP") < order.indexOf("LISTEN"), "Kubernetes only replaces earlier variables");
    assert.deepEqual(web?.env?.find(({ name }) => name === "LISTEN")?.value, "tcp://$(IP):80");
    const [agent] = initContainers;
    assert.deepEqual(
      agent?.volumeMounts?.map(({ mountPath, readOnly = false }) => [mountPath, readOnly]).sort(),
      [
        ["/logs", false],
        ["/tls", true],
      ],
    );
    const secret = await secretOf("web-env", namespace);
    assert.equal(secret["agent.DB"], secret.URL);
    assert.match(await ends(0, "doctor"), /Secret partner exists/);
    await ends(0, "diff");
    await ends(0, "drift");
  });

  it("is refused if a key is missing, before anything moves", async () => {
    stack.edit("apps/index.ts", "keys: { token:", "keys: { certificate:");
    const { exitCode, all = "" } = await stack.pulumi(["preview"], { reject: false });
    assert.notEqual(exitCode, 0);
    assert.match(
      all,
      /Secret partner in namespace e2e-from-cluster lacks the key certificate, .*; it has token/,
    );
    assert.doesNotMatch(all, /t0ken/);
    assert.match(await ends(2, "doctor"), /lacks the key certificate/);
  });
});
