/** One port number for two protocols: UDP is added beside TCP on a running service, and taken away again. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import { flotilla, inventoryStack, writeInventory } from "./inventory";
import { long } from "./long";
import { exists, get, run, type Stack } from "./world";

const namespace = "e2e-ports";
const TCP = `"dns-tcp": { container: 5353, service: 53, protocol: "tcp" }`;
const UDP = `dns: { container: 5353, service: 53, protocol: "udp" }`;
const resolver = (ports: string, more = "") =>
  `services: {
    resolver: { ...service([]), ports: { ${ports} }, probe: { tcp: { port: "dns-tcp" } }${more} },
    web: service(["resolver"]),
  }, stores: {}`;

interface Service {
  metadata: { uid: string };
  spec: { clusterIP: string; ports: { name: string; port: number; protocol: string }[] };
}

interface Deployment {
  spec: { template: { spec: { containers: { ports: { containerPort: number; protocol: string }[] }[] } } };
}

const serviceOf = (name: string) => get<Service>("service", name, "-n", namespace);

/** Returns the ports of a Service and of the pods behind it. */
async function portsOf(name: string): Promise<{ service: string[]; pods: string[] }> {
  const { spec } = await serviceOf(name);
  const deployment = await get<Deployment>("deployment", name, "-n", namespace);
  const [container] = deployment.spec.template.spec.containers;
  return {
    service: spec.ports.map(({ port, protocol }) => `${port}/${protocol}`).sort(),
    pods: (container?.ports ?? [])
      .map(({ containerPort, protocol }) => `${containerPort}/${protocol}`)
      .sort(),
  };
}

const BOTH = { service: ["53/TCP", "53/UDP"], pods: ["5353/TCP", "5353/UDP"] };
const ONE = { service: ["53/TCP"], pods: ["5353/TCP"] };

describe("one number for two protocols", () => {
  let stack: Stack;
  let first: Service;

  const inventory = (body: string) => writeInventory(stack.folder, body);

  it("starts with TCP", async () => {
    stack = await inventoryStack("ports", namespace, resolver(TCP));
    await stack.up();
    assert.deepEqual(await portsOf("resolver"), ONE);
    first = await serviceOf("resolver");
  });

  it("gets UDP beside TCP on the running service, at the same address", async () => {
    inventory(resolver(`${TCP}, ${UDP}`));
    await stack.up();
    assert.deepEqual(await portsOf("resolver"), BOTH);
    const { metadata, spec } = await serviceOf("resolver");
    assert.equal(metadata.uid, first.metadata.uid);
    assert.equal(spec.clusterIP, first.spec.clusterIP);
    assert.deepEqual(await stack.preview(), [], "nothing is left to do");
  });

  long("keeps both when something else changes", async () => {
    inventory(resolver(`${TCP}, ${UDP}`, `, env: { LEVEL: "debug" }`));
    await stack.up();
    assert.deepEqual(await portsOf("resolver"), BOTH);
  });

  it("is back to TCP when UDP is removed, and then nothing is left to do", async () => {
    inventory(resolver(TCP));
    await stack.up();
    assert.deepEqual(await portsOf("resolver"), ONE);
    assert.deepEqual(await stack.preview(), []);
    const { metadata } = await serviceOf("resolver");
    assert.equal(metadata.uid, first.metadata.uid);
  });

  long("is refused when the Service would become headless, until it is deleted", async () => {
    const headless = resolver(`"dns-tcp": { container: 53, protocol: "tcp" }`, ", headless: true");
    inventory(headless);
    const { exitCode, all } = await stack.pulumi(["preview"], { reject: false });
    assert.notEqual(exitCode, 0);
    assert.match(all ?? "", /has a cluster IP, and Kubernetes does not change that in place/);
    const refused = await flotilla(stack, "up", "--stack", stack.name, "--yes");
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.all ?? "", /kubectl delete service resolver -n e2e-ports/);
    assert.equal((await serviceOf("resolver")).metadata.uid, first.metadata.uid, "nothing has moved");
    await run("kubectl", ["delete", "service", "resolver", "-n", namespace]);
    await stack.up();
    assert.equal((await serviceOf("resolver")).spec.clusterIP, "None");
  });

  it("needs objects to be replaced: what Helm patches loses a port, and says nothing", async () => {
    const helm = (ports: object, ...flags: string[]) =>
      run(
        "helm",
        [
          ...["upgrade", "--install", "patched", join(PROJECT, "charts/microservice")],
          ...["-n", namespace, "-f", "-", ...flags],
        ],
        {
          input: JSON.stringify({
            image: { repository: "example.com/web", tag: "1.0.0" },
            ports,
            networkPolicy: { enabled: false },
          }),
        },
      );
    const tcp = { "dns-tcp": { container: 5353, service: 53 } };
    const both = { ...tcp, dns: { container: 5353, service: 53, protocol: "UDP" } };
    await helm(tcp);
    await helm(both);
    const patched = await portsOf("patched");
    assert.equal(patched.service.length, 1, "Helm handles this now: the plan need not replace objects");
    await helm(both, "--force");
    assert.deepEqual(await portsOf("patched"), BOTH);
    assert.ok(await exists("service", "patched", "-n", namespace));
  });
});
