/** The sandbox cluster itself: a second start, a crash, an interrupted creation, and what it must not touch. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { get as ask } from "node:https";
import { homedir } from "node:os";
import { join } from "node:path";
import { commandLine } from "../../cli/tools/processes";
import { deleteCluster, describeCluster, startCluster, stopCluster } from "../../dev/sandbox/cluster/cluster";
import { CLUSTER_NAME } from "../../dev/sandbox/cluster/configuration";
import { type World, worldIn } from "../../dev/sandbox/folders";
import { exists, get, run, testWorld, world } from "./world";

/** Returns the addresses on which processes of this machine listen, from the kernel's tables. */
function listeners(pids: readonly number[]): string[] {
  const inodes = new Set(
    pids.flatMap((pid) =>
      readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        try {
          return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
        } catch {
          return [];
        }
      }),
    ),
  );
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === "0A" && inodes.has(fields[9] as string))
      .map((fields) => fields[1] as string),
  );
}

/** Returns the status of a request without a certificate; undefined if the server closes the connection. */
const answerWithoutCredentials = (url: string): Promise<string> =>
  new Promise((resolve) => {
    ask(url, { rejectUnauthorized: false }, ({ statusCode }) => resolve(String(statusCode))).on("error", () =>
      resolve("none"),
    );
  });

const digest = (file: string) =>
  existsSync(file) ? createHash("sha256").update(readFileSync(file)).digest("hex") : "none";

describe("the sandbox cluster", () => {
  const untouched = [join(homedir(), ".kube", "config"), join(homedir(), ".pulumi", "credentials.json")];
  const digests = untouched.map(digest);
  const describeIt = () => describeCluster(testWorld, kubectl);
  let kubectl: string;

  before(() => {
    kubectl = world().tools.kubectl?.path as string;
  });

  it("has ready nodes in three zones, a default storage class and room for thousands of Services", async () => {
    const { items } = await get<{
      items: {
        metadata: { labels: Record<string, string> };
        status: { allocatable: Record<string, string> };
      }[];
    }>("nodes");
    assert.equal(
      new Set(items.map(({ metadata }) => metadata.labels["topology.kubernetes.io/zone"])).size,
      3,
    );
    for (const { status } of items) assert.ok(status.allocatable["ephemeral-storage"]);
    const { stdout } = await run("kubectl", [
      "get",
      "servicecidrs",
      "kubernetes",
      "-o",
      "jsonpath={.spec.cidrs[0]}",
    ]);
    assert.equal(stdout, "10.96.0.0/16");
  });

  it("is described, and a second start changes nothing", async () => {
    const first = await describeIt();
    assert.equal(first.running, true);
    assert.equal(first.processes.length, 5);
    assert.deepEqual(await startCluster(testWorld, world().tools), { fresh: false });
    assert.deepEqual((await describeIt()).processes, first.processes);
  });

  it("listens on loopback only", async function () {
    if (process.platform !== "linux") this.skip();
    const { processes } = await describeIt();
    const addresses = listeners(processes.map(({ pid }) => pid));
    assert.ok(addresses.length >= 5, `${addresses.length} listeners`);
    // The kernel writes 127.0.0.1 as 0100007F.
    for (const address of addresses)
      assert.match(address, /^(0100007F|0000000000000000FFFF00000100007F|0{24}01000000):/);
  });

  it("restricts its kubeconfig, keys and state to its user", () => {
    const home = join(testWorld.cluster, "clusters", CLUSTER_NAME);
    for (const path of [
      ...[testWorld.folder, testWorld.state, testWorld.kubeconfig, testWorld.passphrase],
      ...["pki/ca.key", "pki/admin.key", "kubeconfig.yaml", "etcd"].map((name) => join(home, name)),
    ])
      assert.equal(statSync(path).mode & 0o077, 0, path);
  });

  it("does not answer without credentials, and its pods' accounts may not read Secrets", async () => {
    const { server = "", processes } = await describeIt();
    const etcd = processes.find(({ component }) => component === "etcd");
    const client = /--listen-client-urls=(\S+)/.exec(await commandLine(etcd?.pid ?? 0))?.[1] ?? "";
    assert.match(client, /^https:/);
    assert.match(await answerWithoutCredentials(`${server}/api/v1/secrets`), /^40[13]$/);
    assert.equal(await answerWithoutCredentials(`${client}/v3/kv/range`), "none");
    const account = "--as=system:serviceaccount:default:default";
    const { stdout } = await run("kubectl", ["auth", "can-i", "get", "secrets", account], { reject: false });
    assert.equal(stdout, "no");
  });

  it("starts again with everything on it after all its processes were killed", async () => {
    await run("kubectl", ["create", "configmap", "survivor", "-n", "default"]);
    const before = await describeIt();
    for (const { pid } of before.processes) process.kill(pid, "SIGKILL");
    assert.equal((await describeIt()).running, false);
    assert.deepEqual(await startCluster(testWorld, world().tools), { fresh: false });
    assert.equal(await exists("configmap", "survivor", "-n", "default"), true);
    await run("kubectl", ["delete", "configmap", "survivor", "-n", "default"]);
    // The leases of the killed processes must not delay new pods.
    await run("kubectl", ["run", "newcomer", "--image=example.com/main:1", "-n", "default"]);
    await run("kubectl", ["wait", "--for=condition=Ready", "pod/newcomer", "-n", "default", "--timeout=20s"]);
    await run("kubectl", ["delete", "pod", "newcomer", "-n", "default", "--wait=false"]);
  });

  it("starts again after a stop", async () => {
    assert.equal(await stopCluster(testWorld), 5);
    assert.equal(await stopCluster(testWorld), 0);
    assert.deepEqual(await startCluster(testWorld, world().tools), { fresh: false });
    assert.equal((await describeIt()).running, true);
  });

  it("does not touch the user's own kubeconfig and Pulumi home", () => {
    assert.deepEqual(untouched.map(digest), digests);
  });

  describe("next to another one", () => {
    const other: World = worldIn(join(testWorld.folder, "other"));
    after(() => deleteCluster(other));

    it("uses different ports, and an interrupted creation starts over", async () => {
      assert.deepEqual(await startCluster(other, world().tools), { fresh: true });
      const [here, there] = await Promise.all([describeIt(), describeCluster(other, kubectl)]);
      assert.notEqual(here.server, there.server);
      // As if the process had been killed before its last step.
      rmSync(join(other.cluster, "complete"));
      for (const { pid } of there.processes.slice(0, 2)) process.kill(pid, "SIGKILL");
      assert.deepEqual(await startCluster(other, world().tools), { fresh: true });
      assert.equal((await describeCluster(other, kubectl)).running, true);
      assert.equal((await describeIt()).running, true);
    });
  });
});
