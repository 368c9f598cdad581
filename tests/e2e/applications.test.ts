/** The other applications, as their users deploy them: limits of the namespace, external passwords, any size. */
import assert from "node:assert/strict";
import { stringify } from "yaml";
import { onlineBoutique } from "../../apps/online-boutique";
import { writeCatalogue } from "../copy";
import { generatedApplication } from "../generated";
import { writeInventory } from "./inventory";
import { describeLong, long } from "./long";
import { apply, get, projectStack, run, type Stack, secretOf, until } from "./world";

interface Listed<T> {
  items: (T & { metadata: { name: string } })[];
}

interface Workload {
  spec: { replicas: number };
  status: { readyReplicas?: number };
}

const CONTEXT = "kwok-flotilla";

/** Whether all workloads of a namespace have all their pods. */
async function assertReady(namespace: string, count: number): Promise<void> {
  const { items } = await get<Listed<Workload>>("deployments,statefulsets", "-n", namespace);
  assert.equal(items.length, count);
  for (const { metadata, spec, status } of items)
    assert.equal(status.readyReplicas, spec.replicas, metadata.name);
}

describe("Online Boutique on the sandbox cluster", () => {
  const namespace = "e2e-boutique";
  let stack: Stack;

  before(async () => {
    stack = await projectStack("boutique", {
      application: "online-boutique",
      environment: "local",
      distribution: "upstream",
      namespace,
      services: { loadgenerator: { enabled: true } },
    });
    await stack.up();
  });
  after(() => stack?.remove());

  it("runs completely, and a second preview shows no change", async () => {
    await assertReady(namespace, Object.keys(onlineBoutique.services).length + 1);
    assert.deepEqual(await stack.preview(), []);
  });

  it("has enforced limits: a quota, defaults for containers, no traffic by default", async () => {
    const { status } = await get<{ status: { hard: Record<string, string>; used: Record<string, string> } }>(
      "resourcequota",
      "flotilla",
      "-n",
      namespace,
    );
    assert.equal(status.used.pods, "12");
    assert.ok(Number(status.hard.pods) > 12);
    const pod = (cpu?: string) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "stranger", namespace },
      spec: {
        securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "main",
            image: "example.com/main:1",
            resources: cpu ? { requests: { cpu } } : {},
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          },
        ],
      },
    });
    const create = (object: object) =>
      run("kubectl", ["create", "--dry-run=server", "-o", "json", "-f", "-"], {
        input: stringify(object),
        reject: false,
      });
    assert.match((await create(pod("64"))).all ?? "", /exceeded quota: flotilla/);
    const made = JSON.parse((await create(pod())).stdout) as ReturnType<typeof pod>;
    assert.deepEqual(made.spec.containers[0]?.resources, {
      requests: { cpu: "50m", memory: "64Mi" },
      limits: { memory: "256Mi" },
    });
    const nodePort = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "open", namespace },
      spec: { type: "NodePort", ports: [{ port: 80 }] },
    };
    assert.match((await create(nodePort)).all ?? "", /exceeded quota: flotilla.*services.nodeports/);
    const { spec } = await get<{ spec: object }>("networkpolicy", "default-deny", "-n", namespace);
    assert.deepEqual(spec, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  });
});

/** An update is refused without the class of its ingress. */
const INGRESS_CLASS = {
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  metadata: { name: "nginx" },
  spec: { controller: "k8s.io/ingress-nginx" },
};

describe("order-service as in production, with externals", () => {
  const namespace = "e2e-orders";
  // Contains everything that must be escaped in a URL and in a JSON string.
  const password = 'p@ss:/wo"rd%\\';
  let stack: Stack;
  let logs = "";

  before(async () => {
    await apply(INGRESS_CLASS);
    stack = await projectStack("orders", {
      application: "order-service",
      environment: "prod",
      cluster: { context: CONTEXT },
      distribution: "upstream",
      namespace,
      ingress: { host: "api.example.com", className: "nginx", clusterIssuer: "letsencrypt-prod" },
      externals: { "order-db": { host: "orders.db.example.com", cidr: "10.1.0.0/16" } },
      registries: { mirror: { server: "registry.example.com:5000", username: "robot" } },
    });
  });
  after(() => stack?.remove());

  it("is refused without the external passwords, with the command to set each one", async () => {
    const { all = "", exitCode } = await stack.pulumi(["preview"], { reject: false });
    assert.notEqual(exitCode, 0);
    for (const name of ["order-db-orders", "registry-mirror"])
      assert.match(all, new RegExp(`config set --secret --path flotilla:credentials\\.${name}`));
  });

  it("refuses a plain-text password, and does not repeat it", async () => {
    await stack.config("flotilla:credentials.order-db-orders", "plain-text-word");
    const { all = "" } = await stack.pulumi(["preview"], { reject: false });
    assert.match(all, /flotilla:credentials\.order-db-orders: the password is in plain text/);
    assert.ok(!all.includes("plain-text-word"));
    await run("pulumi", ["config", "rm", "flotilla:credentials", "--stack", stack.name], {
      cwd: stack.folder,
    });
  });

  it("runs with them, and they are in Secrets only", async () => {
    await stack.secret("flotilla:credentials.order-db-orders", password);
    await stack.secret("flotilla:credentials.registry-mirror", password);
    logs += (await stack.pulumi(["preview", "--diff"])).all;
    logs += (await stack.up()).all;
    await assertReady(namespace, 2);
    const secret = async (name: string, key: string) => (await secretOf(name, namespace))[key] ?? "";
    const url = new URL(await secret("order-service-env", "DATABASE_URL"));
    assert.equal(decodeURIComponent(url.password), password);
    assert.equal(url.host, "orders.db.example.com:5432");
    const login = JSON.parse(await secret("registry-mirror", ".dockerconfigjson"));
    assert.deepEqual(login.auths["registry.example.com:5000"], { username: "robot", password });
    const { stdout } = await run("helm", ["get", "all", "order-service", "-n", namespace]);
    for (const text of [logs, stdout, await stack.export(), JSON.stringify(await stack.outputs())])
      for (const form of [password, encodeURIComponent(password), JSON.stringify(password).slice(1, -1)])
        assert.ok(text.length > 100 && !text.includes(form));
    assert.deepEqual(await stack.preview(), []);
  });

  it("has an autoscaler, a budget, an Ingress and a Role, as in its inventory", async () => {
    const kinds = "hpa,pdb,ingress,role,rolebinding,networkpolicy,serviceaccount";
    const { items } = await get<Listed<{ kind: string }>>(kinds, "order-service", "-n", namespace);
    assert.equal(items.length, kinds.split(",").length);
    interface Deployment {
      spec: { replicas: number; template: { spec: { imagePullSecrets: { name: string }[] } } };
    }
    const deployment = () => get<Deployment>("deployment", "order-service", "-n", namespace);
    await until("there are as many pods as the autoscaler has at least", async () => {
      return (await deployment()).spec.replicas === 3;
    });
    const { imagePullSecrets } = (await deployment()).spec.template.spec;
    assert.deepEqual(imagePullSecrets, [{ name: "registry-mirror" }]);
    const can = (verb: string, object: string) =>
      run("kubectl", ["auth", "can-i", verb, object, "-n", namespace, "--as", account], { reject: false });
    const account = `system:serviceaccount:${namespace}:order-service`;
    assert.equal((await can("get", "configmap/order-service-files")).stdout, "yes");
    assert.equal((await can("get", "secret/order-service-env")).stdout, "no");
    assert.equal((await can("list", "configmaps")).stdout, "no");
  });
});

describe("a quota that is lowered", () => {
  let stack: Stack;
  const services = (cpu: string, names: string[]) =>
    `services: { ${names
      .map(
        (name) =>
          `${name}: { ...service([]), resources: { requests: { cpu: "${cpu}", memory: "64Mi" }, limits: { memory: "64Mi" } } }`,
      )
      .join(", ")} }, stores: {}`;
  after(() => stack?.remove());

  long("allows an update with smaller requests, and one that renames a service", async () => {
    const namespace = "e2e-quota";
    stack = await projectStack("quota", {
      application: "shop",
      environment: "local",
      namespace,
      replicas: 3,
    });
    writeInventory(stack.folder, services("2", ["web", "api"]));
    await stack.up();
    const hard = async () =>
      (await get<{ spec: { hard: Record<string, string> } }>("resourcequota", "flotilla", "-n", namespace))
        .spec.hard["requests.cpu"];
    assert.equal(await hard(), "20");
    writeInventory(stack.folder, services("100m", ["web", "api"]));
    await stack.up();
    assert.equal(await hard(), "1");
    assert.deepEqual(await stack.preview(), []);
    // For a while both the old and the new one exist.
    writeInventory(stack.folder, services("100m", ["web", "orders", "carts"]));
    await stack.up();
    await assertReady(namespace, 3);
  });
});

describeLong("an application of 100 services and 20 stores", () => {
  let stack: Stack;
  after(() => stack?.remove());

  long("is deployed completely", async function () {
    this.timeout(15 * 60_000);
    const application = generatedApplication(100, 20);
    const namespace = "e2e-large";
    stack = await projectStack("large", {
      application: application.name,
      environment: "local",
      distribution: "upstream",
      namespace,
    });
    // Texts and their references are data.
    writeCatalogue(
      stack.folder,
      `export const catalogue = ${JSON.stringify({ [application.name]: application })};\n`,
    );
    const start = Date.now();
    await stack.up("--parallel", "16");
    process.stdout.write(`      deployed in ${Math.round((Date.now() - start) / 1000)} s\n`);
    await assertReady(namespace, 120);
    const { stdout } = await run("helm", ["list", "-n", namespace, "--max", "300", "-o", "json"]);
    const releases = JSON.parse(stdout) as { status: string }[];
    assert.ok(releases.length >= 120);
    assert.ok(releases.every(({ status }) => status === "deployed"));
  });
});
