/** A sandbox with one real node: pods run, and the cluster does to them what a real one does. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { PROJECT } from "../../cli/tools/paths";
import { listProcesses } from "../../cli/tools/processes";
import { deleteCluster, describeCluster, stopCluster } from "../../dev/sandbox/cluster/cluster";
import { type World, worldIn } from "../../dev/sandbox/folders";
import { podProcesses } from "../../dev/sandbox/nodes/cgroups";
import { portOf } from "../../dev/sandbox/nodes/hub";
import { imagesFolder, nodeFiles, realNode } from "../../dev/sandbox/nodes/layout";
import { nodeProcesses } from "../../dev/sandbox/nodes/nodes";
import { type OpenWorld, openWorld } from "../../dev/sandbox/world";
import { provideNodeImage, skipWithoutRealNodes } from "./cluster";
import { NODE_IMAGE } from "./images/node-image";
import { traces } from "./machine";
import { NAMESPACE, objects } from "./objects";
import { DENIED, eventually, podsOf } from "./pods";
import { namespaceObject } from "./shared-objects";

const world = worldIn(join(PROJECT, ".flotilla", "real"));

const filesIn = (of: World) => nodeFiles(of, realNode(0));

describe("a sandbox with a real node", () => {
  const other = worldIn(join(world.folder, "other"));
  let open: OpenWorld;
  let traced: Record<string, string[]>;

  const { kubectl, apply, inPod, request } = podsOf(() => open, NAMESPACE);

  const otherIsGone = async () => {
    assert.deepEqual(await nodeProcesses(other), []);
    assert.deepEqual(podProcesses(filesIn(other).cgroup), []);
  };

  const podsReady = (seconds: number) =>
    kubectl(
      ...["wait", "-n", NAMESPACE, "--for=condition=Ready", `--timeout=${seconds}s`],
      ...["pod/server", "pod/client", "pod/stranger"],
    );

  before(async function () {
    skipWithoutRealNodes(this, world);
    await deleteCluster(world);
    await provideNodeImage(world);
    traced = await traces(world.folder);
    open = await openWorld(world, "real");
    await apply(namespaceObject(NAMESPACE));
    await kubectl("wait", "--for=create", "-n", NAMESPACE, "serviceaccount/default");
    await apply(...objects(NODE_IMAGE));
  });

  after(async function () {
    this.timeout(60_000);
    if (open === undefined) return;
    for (const each of [other, world]) await deleteCluster(each);
    rmSync(world.folder, { recursive: true, force: true });
  });

  it("has one node, and its pods become ready under restricted Pod Security", async () => {
    assert.equal(await kubectl("get", "nodes", "-o", "name"), "node/real-0");
    await podsReady(90);
  });

  it("resolves names and routes Services", async () => {
    assert.equal(
      await inPod("client", `require("dns").promises.lookup("server").then((a) => console.log(a.address))`),
      await kubectl("get", "service", "server", "-n", NAMESPACE, "-o", "jsonpath={.spec.clusterIP}"),
    );
    assert.equal(await request("client", "http://server:8080/"), "200");
    assert.equal(await request("client", `http://server.${NAMESPACE}.svc.cluster.local:8080/`), "200");
    assert.equal(await request("client", "http://elsewhere.example/"), "ENOTFOUND");
  });

  it("enforces network policies", async () => {
    assert.equal(await request("client", "http://server:8080/"), "200");
    assert.match(await request("stranger", "http://server:8080/"), DENIED);
  });

  it("gives a pod that is not root a volume of its group", async () => {
    const script = `const fs = require("fs"); fs.writeFileSync("/data/note", "kept"); console.log(fs.statSync("/data").gid)`;
    assert.equal(await inPod("client", script), "2000");
  });

  it("measures pods, and an autoscaler adds one by processor use", async () => {
    const replicas = () =>
      kubectl("get", "deployment", "busy", "-n", NAMESPACE, "-o", "jsonpath={.status.readyReplicas}");
    await eventually("two busy pods", 100, async () => (await replicas()) === "2");
    assert.match(await kubectl("top", "pods", "-n", NAMESPACE), /^busy-\S+ +\d+m +\d+Mi/m);
    assert.match(await kubectl("top", "nodes"), /^real-0 +\d+m/m);
    await kubectl("delete", "deployment,horizontalpodautoscaler", "busy", "-n", NAMESPACE);
  });

  it("listens on loopback only, and is out of reach of the machine's network", async () => {
    const { stdout } = await execa("ip", ["-o", "address"]);
    assert.doesNotMatch(stdout, /198\.1[89]\./);
    const { server = "" } = await describeCluster(world, open.tools.kubectl?.path);
    assert.match(server, /^https:\/\/127\.0\.0\.1:/);
  });

  it("starts again with everything on it after all its processes were killed", async () => {
    const { processes } = await describeCluster(world, open.tools.kubectl?.path);
    const pods = podProcesses(filesIn(world).cgroup);
    assert.ok(pods.length >= 8, `${pods.length} processes of pods`);
    for (const pid of [...processes.map((each) => each.pid), ...pods])
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended with the node.
      }
    await eventually("the processes are gone", 10, async () => !(await isRunning(world, open)));
    await openWorld(world);
    await eventually("pods answer", 120, async () => {
      await podsReady(5);
      return (await request("client", "http://server:8080/")) === "200";
    });
    assert.equal(
      await inPod("client", `console.log(require("fs").readFileSync("/data/note", "utf8"))`),
      "kept",
    );
    assert.match(await request("stranger", "http://server:8080/"), DENIED);
  });

  it("starts a daemon that was killed", async () => {
    const kubelet = async () =>
      (await describeCluster(world, open.tools.kubectl?.path)).processes.find(
        ({ component }) => component === "kubelet",
      )?.pid;
    const killed = (await kubelet()) as number;
    process.kill(killed, "SIGKILL");
    await eventually("another kubelet", 20, async () => ![undefined, killed].includes(await kubelet()));
  });

  it("deletes a volume with its claim", async () => {
    const volumes = () => readdirSync(filesIn(world).volumes);
    assert.equal(volumes().length, 1);
    await kubectl("delete", "pod", "client", "-n", NAMESPACE, "--grace-period=1");
    await kubectl("delete", "pvc", "data", "-n", NAMESPACE);
    await eventually("the folder is gone", 30, async () => volumes().length === 0);
  });

  it("names a port that another program took", async () => {
    await stopCluster(world);
    const server = createServer().listen(portOf(world), "127.0.0.1");
    try {
      await assert.rejects(openWorld(world), /port \d+ on 127\.0\.0\.1, the sandbox's, is in use/);
    } finally {
      server.close();
    }
    await openWorld(world);
  });

  it("refuses other nodes", async () => {
    await assert.rejects(openWorld(world, "real:2"), /has 1 real node\..*sandbox delete/);
    await assert.rejects(openWorld(world, "simulated"), /has 1 real node\..*sandbox delete/);
  });

  it("says why a kernel cannot run it, and leaves nothing running", async () => {
    const folder = mkdtempSync(join(tmpdir(), "flotilla-no-nftables-"));
    writeFileSync(join(folder, "nft"), "#!/bin/sh\necho 'Operation not supported' >&2; exit 1\n", {
      mode: 0o755,
    });
    const path = process.env.PATH;
    process.env.PATH = `${folder}:${path}`;
    try {
      await assert.rejects(
        openWorld(other, "real"),
        /^ToolError: the namespaces of real nodes cannot be created on this machine: Operation not supported$/,
      );
    } finally {
      process.env.PATH = path;
      rmSync(folder, { recursive: true });
    }
    await otherIsGone();
  });

  it("names a file that is not an image archive, and leaves nothing running", async () => {
    const images = imagesFolder(other);
    mkdirSync(images, { recursive: true });
    writeFileSync(join(images, "broken.tar"), "no archive");
    await assert.rejects(openWorld(other, "real"), /other\/images\/broken\.tar cannot be imported: /);
    await otherIsGone();
    rmSync(images, { recursive: true });
  });

  it("runs next to another one", async () => {
    const next = await openWorld(other, "real");
    assert.equal(await isRunning(other, next), true);
    await deleteCluster(other);
    assert.equal(await isRunning(world, open), true);
  });

  it("leaves nothing behind when it is deleted", async () => {
    await deleteCluster(world);
    assert.equal(existsSync(world.cluster), false);
    assert.deepEqual(await traces(world.folder), traced);
    assert.deepEqual(
      (await listProcesses()).filter(({ command }) => command.includes(world.folder)),
      [],
    );
  });
});

const isRunning = async (world: World, open: OpenWorld): Promise<boolean> =>
  (await describeCluster(world, open.tools.kubectl?.path)).running;
