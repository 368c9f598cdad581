/** A sandbox with several real nodes: they work as one cluster, which keeps working when it loses one. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import execa from "execa";
import { describeCluster, startCluster } from "../../dev/sandbox/cluster/cluster";
import { podProcesses } from "../../dev/sandbox/nodes/cgroups";
import { NETWORK, nodeFiles, PULL_PORT, type RealNode, realNodesOf } from "../../dev/sandbox/nodes/layout";
import { loseNode } from "../../dev/sandbox/nodes/nodes";
import { initOf, inSpace } from "../../dev/sandbox/nodes/spaces";
import type { OpenWorld } from "../../dev/sandbox/world";
import { deleteSeveralNodes, severalNodes } from "./cluster";
import { NAMESPACE, objects } from "./nodes-objects";
import { DENIED, eventually, podsOf } from "./pods";
import { namespaceObject } from "./shared-objects";

const URL = "http://web:8080/";

describe("a sandbox with several real nodes", () => {
  let open: OpenWorld;
  let nodes: RealNode[];
  const { kubectl, apply, inPod, request, underTraffic } = podsOf(() => open, NAMESPACE);

  interface Pod {
    metadata: { name: string };
    spec: { nodeName?: string };
    status: { podIP?: string };
  }
  const podsWith = async (app: string): Promise<Pod[]> =>
    JSON.parse(await kubectl("get", "pods", "-n", NAMESPACE, "-l", `app=${app}`, "-o", "json")).items;
  const nodesOf = async (app: string) => (await podsWith(app)).map(({ spec }) => spec.nodeName).sort();
  const available = (seconds: number) =>
    kubectl(
      ...["wait", "-n", NAMESPACE, "--for=condition=Available", `--timeout=${seconds}s`],
      ...["deployment/web", "deployment/keeper"],
    );
  const isReady = async (node: RealNode) =>
    kubectl("get", "node", node.name, "-o", 'jsonpath={.status.conditions[?(@.type=="Ready")].status}');
  const note = () =>
    inPod("deployment/keeper", `console.log(require("fs").readFileSync("/data/note", "utf8"))`);

  before(async function () {
    open = await severalNodes(this);
    nodes = realNodesOf(open.world);
    await apply(namespaceObject(NAMESPACE));
    await kubectl("wait", "--for=create", "-n", NAMESPACE, "serviceaccount/default");
    await apply(...objects(nodes.map(({ name }) => name)));
    await available(90);
    await kubectl("wait", "-n", NAMESPACE, "--for=condition=Ready", "--timeout=60s", "pod", "--all");
  });

  after("delete the cluster, and nothing of it is left", async function () {
    this.timeout(60_000);
    await deleteSeveralNodes();
  });

  it("has nodes in a zone each, and spreads pods over them", async () => {
    const zones = "jsonpath={.items[*].metadata.labels.topology\\.kubernetes\\.io/zone}";
    assert.equal(await kubectl("get", "nodes", "-o", zones), "local-a local-b local-c");
    assert.deepEqual(
      await nodesOf("web"),
      nodes.map(({ name }) => name),
    );
  });

  it("routes Services to the pods of all nodes, from each of them", async () => {
    const names = (await podsWith("web")).map(({ metadata }) => metadata.name).sort();
    const ask = `const http = require("http"); const names = new Set(); let left = 60;
      for (let i = 0; i < 60; i++) http.get("${URL}", { agent: false }, (r) => r.on("data", (d) => names.add(String(d))).on("end", () => --left || console.log([...names].sort().join())));`;
    for (const { name } of nodes) assert.equal(await inPod(`client-${name}`, ask), names.join());
  });

  it("enforces network policies between nodes", async () => {
    const pods = await podsWith("web");
    for (const { status } of pods) {
      const url = `http://${status.podIP}:8080/`;
      assert.equal(await request("client-real-0", url), "200");
      assert.match(await request("stranger-real-0", url), DENIED);
    }
  });

  it("pulls images with the machine's network, which pods cannot reach", async () => {
    const registry = createServer((socket) => socket.end("hello")).listen(0, "127.0.0.1");
    await once(registry, "listening");
    const { port } = registry.address() as AddressInfo;
    try {
      const script = `const c = require("net").connect(${PULL_PORT}, "${NETWORK.hub}", () => c.write("CONNECT 127.0.0.1:${port} HTTP/1.1\\r\\n\\r\\n")); c.pipe(process.stdout)`;
      for (const node of nodes) {
        const init = (await initOf(nodeFiles(open.world, node))) as number;
        const [command = "", ...rest] = [...inSpace(init, ["net"]), process.execPath, "-e", script];
        assert.match((await execa(command, rest)).stdout, / 200 [\s\S]*hello$/);
      }
    } finally {
      registry.close();
    }
    assert.equal(await request("client-real-0", `http://${NETWORK.hub}:${PULL_PORT}/`), "timeout");
  });

  it("measures all nodes", async () => {
    await eventually("metrics of three nodes", 30, async () => {
      const measured = (await kubectl("top", "nodes", "--no-headers")).split("\n");
      return measured.filter((line) => /^real-[012] +\d+m +\d+% +\d+Mi/.test(line)).length === 3;
    });
  });

  it("moves pods from a node that is drained, without a failed request, and keeps a volume with its node", async () => {
    const [home] = (await nodesOf("keeper")) as [string];
    const node = nodes.find(({ name }) => name === home) as RealNode;
    for (const each of nodes)
      assert.equal(readdirSync(nodeFiles(open.world, each).volumes).length, each === node ? 1 : 0);
    await inPod("deployment/keeper", `require("fs").writeFileSync("/data/note", "kept")`);
    const from = nodes.find((each) => each !== node) as RealNode;
    const { answered, errors } = await underTraffic(`client-${from.name}`, URL, async () => {
      // Nothing would create the clients again.
      await kubectl("drain", home, "--pod-selector=app notin (client,stranger)", "--timeout=60s");
      await kubectl("wait", "-n", NAMESPACE, "--for=condition=Available", "--timeout=60s", "deployment/web");
    });
    assert.deepEqual(errors, []);
    assert.ok(answered > 20, `${answered} answers`);
    assert.ok(!(await nodesOf("web")).includes(home));
    // Its volume is there only.
    assert.deepEqual(await nodesOf("keeper"), [undefined]);
    await kubectl("uncordon", home);
    await available(60);
    assert.deepEqual(await nodesOf("keeper"), [home]);
    assert.equal(await note(), "kept");
  });

  it("keeps working when a node is lost, and takes it back", async () => {
    const [survivor, lost] = nodes as [RealNode, RealNode];
    const files = nodeFiles(open.world, lost);
    assert.ok(podProcesses(files.cgroup).length > 0);
    await loseNode(open.world, lost);
    assert.deepEqual(podProcesses(files.cgroup), []);
    await eventually("the node is not ready", 40, async () => (await isReady(lost)) === "Unknown");
    const client = `client-${survivor.name}`;
    await eventually("no request goes to the lost node", 20, async () => {
      const { errors } = await underTraffic(client, URL, () => kubectl("get", "nodes"));
      return errors.length === 0;
    });
    const { processes } = await describeCluster(open.world, open.tools.kubectl?.path);
    const names = new Set(processes.flatMap(({ node }) => node ?? []));
    assert.deepEqual([...names], ["real-0", "real-2"]);

    assert.deepEqual(await startCluster(open.world, open.tools), { fresh: false });
    assert.equal(await isReady(lost), "True");
    await eventually("its pods answer", 60, async () => {
      await available(5);
      return (await request(`client-${lost.name}`, URL)) === "200";
    });
    assert.equal(await note(), "kept");
  });
});
