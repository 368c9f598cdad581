/** Real nodes of the sandbox: their configuration and decisions, without starting one. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { countOf, kwokConfiguration } from "../../dev/sandbox/cluster/configuration";
import { worldIn } from "../../dev/sandbox/folders";
import { hierarchiesIn, machineCgroups } from "../../dev/sandbox/nodes/cgroups";
import { connectTarget, endpointOf, main as gateway } from "../../dev/sandbox/nodes/gateway";
import { type HubSettings, hubDaemons, hubScript } from "../../dev/sandbox/nodes/hub-script";
import { imageDocuments, packImage } from "../../dev/sandbox/nodes/image-archive";
import { daemons, initScript, type ScriptSettings } from "../../dev/sandbox/nodes/init-script";
import { NETWORK, nodeFiles, PAUSE_IMAGE, realNode, realNodesOf } from "../../dev/sandbox/nodes/layout";
import { nodeConfiguration } from "../../dev/sandbox/nodes/node-configuration";
import { pauseProgram } from "../../dev/sandbox/nodes/pause";
import { type Machine, obstacle } from "../../dev/sandbox/nodes/requirements";
import { daemonOf, initIn } from "../../dev/sandbox/nodes/spaces";
import { archivesToImport } from "../../dev/sandbox/nodes/system-images";
import { systemObjects } from "../../dev/sandbox/nodes/system-objects";
import { type Claim, PROVISIONER, type Volume, volumeWork } from "../../dev/sandbox/nodes/volumes";

const temporary = mkdtempSync(join(tmpdir(), "flotilla-node-"));
after(() => rmSync(temporary, { recursive: true }));

describe("several real nodes", () => {
  const nodes = [0, 1, 2, 3, 4].map(realNode);

  it("have an address and a range for pods each, next to the hub's", () => {
    assert.deepEqual(nodes[2], {
      name: "real-2",
      address: "198.18.0.4",
      pods: "198.19.2.0/24",
      zone: "local-c",
    });
    for (const field of ["name", "address", "pods"] as const)
      assert.equal(new Set(nodes.map((node) => node[field])).size, nodes.length);
    assert.ok(nodes.every(({ address }) => address !== NETWORK.hub));
  });

  it("are in the zones of simulated nodes, in turn", () => {
    assert.deepEqual(
      nodes.map(({ zone }) => zone),
      ["local-a", "local-b", "local-c", "local-a", "local-b"],
    );
  });

  it("are those that the cluster was created with", () => {
    const world = worldIn(join(temporary, "several"));
    assert.deepEqual(realNodesOf(world), []);
    for (const node of nodes.slice(0, 3))
      mkdirSync(join(nodeFiles(world, node).folder, "log"), { recursive: true });
    assert.deepEqual(realNodesOf(world), nodes.slice(0, 3));
  });

  it("are a choice of their number, which is one by default", () => {
    assert.deepEqual((["simulated", "real", "real:3"] as const).map(countOf), [0, 1, 3]);
  });
});

describe("the configuration of a real node", () => {
  const files = nodeConfiguration({
    node: realNode(1),
    cniPlugins: "/opt/cni/bin",
    certificateAuthority: "/project/ca.crt",
    certificate: "/project/admin.crt",
    key: "/project/admin.key",
    port: 20_001,
    cgroup: "flotilla-1",
  });
  const kubelet = parse(files["kubelet.yaml"] as string);

  it("lets nobody without credentials talk to the kubelet", () => {
    assert.deepEqual(kubelet.authentication.anonymous, { enabled: false });
    assert.equal(kubelet.authentication.x509.clientCAFile, "/project/ca.crt");
    assert.equal(kubelet.authorization.mode, "Webhook");
  });

  it("keeps the cgroups of each sandbox and of each node apart", () => {
    assert.equal(kubelet.cgroupRoot, "/flotilla-1");
    const cgroups = ["/a/.flotilla", "/b/.flotilla"].flatMap((path) =>
      [0, 1].map((index) => nodeFiles(worldIn(path), realNode(index)).cgroup),
    );
    assert.equal(new Set(cgroups).size, 4);
  });

  it("gives pods addresses of the node's own range, and masquerades between no pods", () => {
    const [ptp] = JSON.parse(files["cni/10-pods.conflist"] as string).plugins;
    assert.deepEqual(ptp.ipam.ranges, [[{ subnet: "198.19.1.0/24" }]]);
    assert.equal(ptp.ipMasq, false);
    assert.equal(parse(files["kube-proxy.yaml"] as string).clusterCIDR, NETWORK.pods);
  });

  it("reaches the API server over the hub, and checks who it is", () => {
    const [{ cluster }] = parse(files.kubeconfig as string).clusters;
    assert.deepEqual(cluster, {
      server: `https://${NETWORK.hub}:20001`,
      "certificate-authority": "/project/ca.crt",
    });
  });

  it("has short paths of sockets, whatever the project's path is", () => {
    assert.match(files["containerd.toml"] as string, /address = "\/run\/flotilla\/containerd.sock"/);
    assert.equal(kubelet.containerRuntimeEndpoint, "unix:///run/flotilla/containerd.sock");
  });

  it("holds pods with an image of its own, so that no registry is needed", () => {
    assert.ok(files["containerd.toml"]?.includes(`sandbox_image = "${PAUSE_IMAGE}"`));
  });

  it("does not touch the machine's connection table", () => {
    assert.equal(parse(files["kube-proxy.yaml"] as string).conntrack.maxPerCore, 0);
  });
});

describe("the control plane of a sandbox", () => {
  const binaries = { etcd: "", "kube-apiserver": "", "kube-controller-manager": "", "kube-scheduler": "" };
  const argumentsOf = (nodes: "simulated" | "real") => {
    const { componentsPatches } = kwokConfiguration(
      { ...binaries, kwok: "", kubectl: "" },
      "/pki",
      { etcdClient: 1, etcdPeer: 2, api: 3 },
      nodes,
    ) as { componentsPatches: { name: string; extraArgs: { key: string; value: string }[] }[] };
    return (component: string, key: string) =>
      componentsPatches
        .find(({ name }) => name === component)
        ?.extraArgs.find((argument) => argument.key === key)?.value;
  };

  it("simulates annotated nodes only, with either kind", () => {
    for (const nodes of ["simulated", "real"] as const) {
      const value = argumentsOf(nodes);
      assert.equal(value("kwok-controller", "manage-all-nodes"), "false");
      assert.equal(
        value("kwok-controller", "manage-nodes-with-annotation-selector"),
        "kwok.x-k8s.io/node=fake",
      );
    }
  });

  it("provisions volumes itself for simulated nodes only", () => {
    assert.equal(argumentsOf("simulated")("kube-controller-manager", "enable-hostpath-provisioner"), "true");
    assert.equal(argumentsOf("real")("kube-controller-manager", "enable-hostpath-provisioner"), undefined);
  });

  it("notices the loss of a real node within seconds, where kwokctl sets minutes", () => {
    assert.equal(argumentsOf("real")("kube-controller-manager", "node-monitor-grace-period"), "20s");
    assert.equal(argumentsOf("simulated")("kube-controller-manager", "node-monitor-grace-period"), undefined);
  });

  it("connects to the pods behind a Service itself: its network has no kube-proxy", () => {
    assert.equal(argumentsOf("real")("kube-apiserver", "enable-aggregator-routing"), "true");
  });

  it("listens beyond loopback for a real node only, whose network nobody else is in", () => {
    assert.equal(argumentsOf("simulated")("kube-apiserver", "bind-address"), undefined);
    assert.equal(argumentsOf("real")("kube-apiserver", "bind-address"), "0.0.0.0");
    assert.equal(argumentsOf("real")("kube-apiserver", "advertise-address"), NETWORK.hub);
  });
});

describe("the first process of a real node", () => {
  const programs = {
    containerd: "/usr/bin/containerd",
    kubelet: "/cache/kubelet",
    "kube-proxy": "/cache/kube-proxy",
    "kube-router": "/cache/kube-router",
  };
  const settings: ScriptSettings = {
    node: realNode(1),
    folder: "/it's a project/.flotilla/cluster/nodes/real-1",
    path: "/usr/bin:/sbin",
    programs,
  };

  it("is a valid shell script, also in a folder with spaces and quotes", () => {
    const script = initScript(settings);
    assert.equal(spawnSync("sh", ["-n"], { input: script }).status, 0);
    const line = script.split("\n").find((text) => text.startsWith("mount --bind '/it")) as string;
    const echoed = execFileSync("sh", ["-c", line.replace("mount", "printf '%s\n'")], { encoding: "utf8" });
    assert.equal(echoed, `--bind\n${settings.folder}\n/run/flotilla\n`);
  });

  it("starts every daemon, and what needs the API server only after it", () => {
    const script = initScript(settings);
    for (const { name, afterApi } of daemons(settings))
      assert.ok(script.includes(`keep ${name} ${afterApi ? "api-ready" : "ground-ready"} `), name);
  });

  it("gives the kubelet copies of the machine's kernel settings", () => {
    assert.match(initScript(settings), /for setting in .*vm\/overcommit_memory.* kernel\/panic /);
  });

  it("connects it to the hub, which routes to its pods", () => {
    const lines = initScript(settings).split("\n");
    assert.ok(lines.includes("ip link add eth0 type veth peer name real-1 netns /proc/self/fd/3"));
    assert.ok(lines.includes("ip route add default via 198.18.0.1 dev eth0"));
    assert.ok(lines.includes("hub ip route add 198.19.1.0/24 via 198.18.0.3 dev real-1 src 198.18.0.1"));
    const closed = lines.indexOf("exec 3<&-");
    assert.ok(closed > 0 && closed < lines.findIndex((line) => line.startsWith("keep ")));
  });

  it("is found among the machine's processes, and its loops are not mistaken for it", () => {
    const files = nodeFiles(worldIn("/p/.flotilla"), realNode(1));
    const command = `/bin/sh ${files.script}`;
    const processes = [
      { pid: 3, parent: 2, command },
      { pid: 2, parent: 1, command },
      { pid: 1, parent: 0, command: `/usr/bin/unshare --fork --net ${command}` },
    ];
    assert.equal(initIn(processes, files), 2);
    for (const [path, index] of [
      ["/p/.flotilla", 0],
      ["/other/.flotilla", 1],
    ] as const)
      assert.equal(initIn(processes, nodeFiles(worldIn(path), realNode(index))), undefined);
  });

  it("tells daemons from pods", () => {
    assert.equal(daemonOf("/cache/kubelet --config=x"), "kubelet");
    assert.equal(
      daemonOf("/usr/bin/node /project/dev/sandbox/nodes/launch.js provisioner k v"),
      "provisioner",
    );
    assert.equal(daemonOf("/usr/bin/containerd-shim-runc-v2 -namespace k8s.io"), undefined);
    assert.equal(daemonOf("/coredns -conf /etc/coredns/Corefile"), undefined);
  });
});

describe("the first process of the hub", () => {
  const settings: HubSettings = {
    folder: "/it's a project/.flotilla/cluster/nodes",
    kubeconfig: "/it's a project/.flotilla/kubeconfig",
    port: 20_001,
    nodes: ["real-0", "real-1"],
    path: "/usr/bin:/sbin",
    node: "/usr/bin/node",
    launch: "/project/dev/sandbox/nodes/launch.js",
  };
  const script = hubScript(settings);

  it("is a valid shell script, also in a folder with spaces and quotes", () => {
    assert.equal(spawnSync("sh", ["-n"], { input: script }).status, 0);
    assert.ok(script.includes(`cd '/it'\\''s a project/.flotilla/cluster/nodes'\n`));
  });

  it("has a way to registries for the nodes, and none for pods", () => {
    assert.match(script, /input tcp dport 3128 ip saddr != 198\.18\.0\.0\/24 drop/);
  });

  it("drops what is sent to a lost node", () => {
    for (const range of ["198.18.0.0/24", "198.19.0.0/16"])
      assert.ok(script.includes(`ip route add blackhole ${range}\n`));
  });

  it("gives the volumes and metrics of every node to one program each", () => {
    const commands = Object.fromEntries(hubDaemons(settings).map(({ name, command }) => [name, command]));
    assert.deepEqual(commands.provisioner?.slice(-3), [settings.folder, "real-0", "real-1"]);
    assert.deepEqual(commands.metrics?.slice(-2), ["real-0", "real-1"]);
  });
});

describe("a machine for real nodes", () => {
  const good: Machine = {
    platform: "linux",
    isRoot: true,
    missing: [],
    hasCniPlugins: true,
    cgroups: { version: 2, controllers: ["cpuset", "cpu", "io", "memory", "pids"] },
    freeBytes: 50 * 1024 ** 3,
  };

  it("has no obstacle", () => {
    assert.equal(obstacle(good), undefined);
    assert.equal(
      obstacle({ ...good, cgroups: { version: 1, controllers: ["cpu", "cpuacct", "cpuset", "memory"] } }),
      undefined,
    );
  });

  for (const [name, difference, expected] of [
    ["not Linux", { platform: "darwin" }, /need Linux, and this is darwin/],
    ["not root", { isRoot: false }, /need root/],
    [
      "programs that are missing",
      { missing: ["containerd", "ctr", "nft"], hasCniPlugins: false },
      /need containerd, ctr, nft, the CNI plugins\. .*: apt-get install containerd nftables containernetworking-plugins\./,
    ],
    ["no cgroups", { cgroups: { version: "none", controllers: [] } }, /need cgroups, and none are mounted/],
    [
      "a controller that is missing",
      { cgroups: { version: 2, controllers: ["cpu", "cpuset", "pids"] } },
      /need the cgroup controllers memory, which/,
    ],
    ["a full disk", { freeBytes: 1024 ** 3 }, /need 2 GiB of free disk space .* there are 1\.0 GiB/],
  ] as const)
    it(`with ${name} is refused on one line, with what works instead`, () => {
      const text = obstacle({ ...good, ...difference } as Machine) ?? "";
      assert.match(text, expected);
      assert.match(
        text,
        /\. Instead: npx flotilla sandbox start --nodes simulated or --nodes kind .*CONTEXT=<context>$/,
      );
      assert.doesNotMatch(text, /\n/);
    });

  it("has cgroups of version 1, 2, or 1 next to an empty 2", () => {
    const v2 = "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0";
    const v1 = "cgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu,cpuacct 0 0";
    const empty = "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0";
    assert.equal(machineCgroups(hierarchiesIn(v2)).version, 2);
    const mixed = machineCgroups(hierarchiesIn(`tmpfs /sys/fs/cgroup tmpfs rw 0 0\n${v1}\n${empty}\n`));
    assert.equal(mixed.version, 1);
    assert.ok(mixed.controllers.includes("cpuacct"));
    assert.equal(machineCgroups(hierarchiesIn("")).version, "none");
  });
});

describe("volumes of real nodes", () => {
  const nodes = ["real-0", "real-1"];
  const selected = (node: string) => ({ "volume.kubernetes.io/selected-node": node });
  const claim = (
    spec: Partial<Claim["spec"]> = {},
    phase = "Pending",
    annotations: Record<string, string> = selected("real-1"),
  ): Claim => ({
    metadata: { name: "data", namespace: "shop", uid: "u1", annotations },
    spec: {
      storageClassName: "standard",
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      ...spec,
    },
    status: { phase },
  });
  const volume = (phase: string, policy = "Delete", by = PROVISIONER): Volume => ({
    metadata: { name: "pvc-u1", uid: "v", annotations: { "pv.kubernetes.io/provisioned-by": by } },
    spec: {
      persistentVolumeReclaimPolicy: policy,
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ values: ["real-1"] }] }] } },
    },
    status: { phase },
  });

  it("are created for a claim as local volumes of its pod's node, bound to both", () => {
    const { create, remove } = volumeWork(nodes, [claim()], []);
    assert.deepEqual(remove, []);
    assert.equal(create[0]?.node, "real-1");
    assert.equal(create[0]?.name, "pvc-u1");
    const object = create[0]?.object as { spec: Record<string, Record<string, unknown>> } | undefined;
    assert.deepEqual(object?.spec.nodeAffinity?.required, {
      nodeSelectorTerms: [
        { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["real-1"] }] },
      ],
    });
    assert.equal(object?.spec.local?.path, "/run/flotilla/volumes/pvc-u1");
    assert.equal(object?.spec.claimRef?.uid, "u1");
  });

  it("wait for the first pod, and are on the sandbox's nodes only", () => {
    for (const annotations of [{}, selected("elsewhere"), selected("../..")])
      assert.deepEqual(volumeWork(nodes, [claim({}, "Pending", annotations)], []).create, []);
    const [object] = systemObjects("1.0.0", 2).filter(
      (each) => (each as { kind: string }).kind === "StorageClass",
    ) as { volumeBindingMode?: string }[];
    assert.equal(object?.volumeBindingMode, "WaitForFirstConsumer");
  });

  it("are created once, and not for other classes, block devices and bound claims", () => {
    const none = [
      volumeWork(nodes, [claim()], [volume("Available")]),
      volumeWork(nodes, [claim({ storageClassName: "fast" })], []),
      volumeWork(nodes, [claim({ volumeMode: "Block" })], []),
      volumeWork(nodes, [claim({ volumeName: "by-hand" })], []),
      volumeWork(nodes, [claim({}, "Bound")], []),
    ];
    for (const { create } of none) assert.deepEqual(create, []);
  });

  it("are deleted with their claims, unless they are to be kept or are somebody else's", () => {
    assert.deepEqual(volumeWork(nodes, [], [volume("Released")]).remove, [
      { node: "real-1", name: "pvc-u1" },
    ]);
    for (const kept of [volume("Bound"), volume("Released", "Retain"), volume("Released", "Delete", "other")])
      assert.deepEqual(volumeWork(nodes, [], [kept]).remove, []);
  });
});

describe("images without a registry", () => {
  it("are described by their content", () => {
    const { config, manifest, index } = imageDocuments(
      "example.test/a:1",
      { digest: "sha256:aa", size: 3 },
      { Entrypoint: ["/a"] },
      "x64",
    );
    assert.equal(JSON.parse(config).architecture, "amd64");
    assert.equal(JSON.parse(manifest).layers[0].digest, "sha256:aa");
    const [entry] = JSON.parse(index).manifests;
    assert.equal(entry.annotations["io.containerd.image.name"], "example.test/a:1");
    assert.equal(entry.size, manifest.length);
  });

  it("are archives that are the same for the same content", async function () {
    if (process.platform !== "linux") this.skip();
    const root = join(temporary, "root");
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, "a"), "content");
    const [one, other] = [join(temporary, "one.tar"), join(temporary, "other.tar")];
    for (const target of [one, other]) await packImage("example.test/a:1", root, {}, target);
    assert.deepEqual(readFileSync(one), readFileSync(other));
  });

  it("are imported when they are new or changed", () => {
    assert.deepEqual(
      archivesToImport(
        { "b.tar": "2 5", "a.tar": "1 1", "c.tar": "3 3" },
        { "a.tar": "1 1", "b.tar": "2 4" },
      ),
      ["b.tar", "c.tar"],
    );
  });

  it("include a program that sleeps until it is killed", function () {
    for (const architecture of ["x64", "arm64"] as const)
      assert.equal(pauseProgram(architecture).toString("latin1", 1, 4), "ELF");
    if (process.platform !== "linux" || (process.arch !== "x64" && process.arch !== "arm64")) this.skip();
    const file = join(temporary, "pause");
    writeFileSync(file, pauseProgram(process.arch as "x64" | "arm64"));
    chmodSync(file, 0o755);
    const { signal, error } = spawnSync(file, { timeout: 200, killSignal: "SIGKILL" });
    assert.equal(signal, "SIGKILL");
    assert.match(String(error), /ETIMEDOUT/);
  });
});

describe("the gateway between a machine and its real node", () => {
  const servers: Server[] = [];
  after(() => {
    for (const server of servers) server.close();
  });

  it("understands ports of loopback and sockets", () => {
    assert.deepEqual(endpointOf("127.0.0.1:80"), { host: "127.0.0.1", port: 80 });
    assert.deepEqual(endpointOf("api.sock"), { path: "api.sock" });
  });

  it("connects to what a client asks for, and refuses anything else", () => {
    assert.deepEqual(connectTarget("CONNECT registry.example:443 HTTP/1.1\r\nHost: x\r\n\r\n"), {
      host: "registry.example",
      port: 443,
    });
    assert.deepEqual(connectTarget("CONNECT [::1]:443 HTTP/1.1\r\n\r\n"), { host: "::1", port: 443 });
    for (const head of ["GET http://a/ HTTP/1.1\r\n\r\n", "CONNECT a HTTP/1.1\r\n\r\n", ""])
      assert.equal(connectTarget(head), undefined);
  });

  it("passes everything on in both directions", async () => {
    const echo = createServer({ allowHalfOpen: true }, (socket) => {
      socket.pipe(socket);
    }).listen(join(temporary, "echo.sock"));
    servers.push(echo);
    servers.push(...gateway(["forward", join(temporary, "in.sock"), join(temporary, "echo.sock")]));
    const text = "x".repeat(300_000);
    const answer = await new Promise<string>((resolve, reject) => {
      const pieces: Buffer[] = [];
      const client = connect(join(temporary, "in.sock"));
      client.on("data", (piece) => pieces.push(piece));
      client.on("error", reject);
      client.on("end", () => resolve(Buffer.concat(pieces).toString()));
      client.end(text);
    });
    assert.equal(answer, text);
  });
});

describe("the proxy for pulling images", () => {
  it("connects to the registry with the machine's network, and reports why it cannot", async () => {
    const registry = createServer((socket) => socket.end("hello")).listen(0, "127.0.0.1");
    await once(registry, "listening");
    const servers = [registry, ...gateway(["proxy", join(temporary, "pull.sock")])];
    const ask = (port: number) =>
      new Promise<string>((resolve, reject) => {
        const client = connect(join(temporary, "pull.sock"));
        let text = "";
        client.on("data", (piece) => {
          text += piece;
        });
        client.on("error", reject);
        client.on("close", () => resolve(text));
        client.write(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`);
        client.on("end", () => client.end());
      });
    try {
      assert.match(await ask((registry.address() as AddressInfo).port), /^HTTP\/1\.1 200 .*\r\n\r\nhello$/);
      assert.match(await ask(1), /^HTTP\/1\.1 502 .*ECONNREFUSED/);
    } finally {
      for (const server of servers) server.close();
    }
  });
});

describe("the DNS of real nodes", () => {
  const objectsOf = (nodes: number, kind: string) =>
    systemObjects("1.0.0", nodes).filter((object) => (object as { kind: string }).kind === kind);

  it("says at once that names outside the cluster do not exist", () => {
    const [map] = objectsOf(1, "ConfigMap");
    const { Corefile } = (map as { data: { Corefile: string } }).data;
    // In one block the template would answer for the cluster's names, too.
    const [cluster = "", others = ""] = Corefile.split("\n.:53 ");
    assert.match(cluster, /^cluster\.local:53 .*\{\n[\s\S]+ kubernetes /);
    assert.match(others, /template ANY ANY \./);
  });

  it("has a pod on two of several nodes, so that it survives the loss of one", () => {
    const replicas = (nodes: number) =>
      objectsOf(nodes, "Deployment").map((each) => (each as { spec: { replicas: number } }).spec.replicas);
    assert.deepEqual([1, 2, 5].map(replicas), [[1], [2], [2]]);
  });
});
