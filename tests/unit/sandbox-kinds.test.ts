/** A sandbox on kind and a demo on a cluster that the user has, without kind, Docker or such a cluster. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { insteadOf } from "../../dev/sandbox/cluster/alternatives";
import {
  contextOf,
  deleteCluster,
  describeCluster,
  nodeKind,
  startCluster,
  stopCluster,
} from "../../dev/sandbox/cluster/cluster";
import { clusterObjects, NODE_KINDS } from "../../dev/sandbox/cluster/configuration";
import { engineFor, kindName, kindReason } from "../../dev/sandbox/cluster/kind-commands";
import {
  nodesIn,
  optionFor,
  standInRefusal,
  targetText,
  unknownContext,
} from "../../dev/sandbox/context/target";
import { type World, worldIn, worldOfContext } from "../../dev/sandbox/folders";

const temporary = mkdtempSync(join(tmpdir(), "flotilla-kind-"));
after(() => rmSync(temporary, { recursive: true }));

describe("a machine for kind", () => {
  const on =
    (...programs: string[]) =>
    (program: string) =>
      programs.includes(program);

  it("has kind with Docker or Podman, or the engine that kind's variable names", () => {
    assert.deepEqual(engineFor(on("kind", "docker", "podman")), { engine: "docker" });
    assert.deepEqual(engineFor(on("kind", "podman")), { engine: "podman" });
    assert.deepEqual(engineFor(on("kind", "docker", "podman"), "podman"), { engine: "podman" });
  });

  for (const [programs, chosen, expected] of [
    [[], "", /^kind nodes need kind \(\S+\) and Docker or Podman on PATH\./],
    [["docker"], "", /^kind nodes need kind \(\S+\) on PATH\./],
    [["kind"], "", /^kind nodes need Docker or Podman on PATH\./],
    [["kind", "docker"], "nerdctl", /^kind nodes need nerdctl \(KIND_EXPERIMENTAL_PROVIDER\) on PATH\./],
  ] as const)
    it(`with only ${programs.join(" and ") || "nothing"} is refused on one line, with what works instead`, () => {
      const found = engineFor(on(...programs), chosen);
      const text = "obstacle" in found ? found.obstacle : "";
      assert.match(text, expected);
      assert.match(text, /Instead: .*--nodes simulated.*--nodes real.*make demo CONTEXT=<context>$/);
      assert.doesNotMatch(text, /\n|--nodes kind/);
    });

  it("is named where other nodes cannot run, next to all other kinds", () => {
    for (const kind of NODE_KINDS)
      for (const other of NODE_KINDS)
        assert.equal(insteadOf(kind).includes(`--nodes ${other}`), kind !== other, `${kind}, ${other}`);
  });

  it("says why kind fails, in the words of Docker if it is the cause", () => {
    // Of kind 0.33.0.
    const output = `Deleting cluster "x" ...
ERROR: failed to delete cluster "x": error listing nodes: command "docker ps -a --format '{{.Names}}'" failed with error: exit status 1

Command Output: Cannot connect to the Docker daemon. Is the docker daemon running?
`;
    assert.equal(
      kindReason(output),
      `failed to delete cluster "x": error listing nodes: exit status 1: Cannot connect to the Docker daemon. Is the docker daemon running?`,
    );
    assert.equal(kindReason("ERROR: no nodes found"), "no nodes found");
    assert.equal(kindReason(""), "no output");
  });
});

/** A cluster on kind, with programs in place of kind, Docker and kubectl that record how they are called. */
describe("a sandbox on kind", () => {
  const bin = join(temporary, "bin");
  const log = join(temporary, "log");
  const state = join(temporary, "state");
  const world: World = worldIn(join(temporary, "project", ".flotilla"));
  const name = kindName(world.folder);
  const node = `${name}-control-plane`;
  const tools = {
    kubectl: { name: "kubectl", path: join(bin, "kubectl"), version: "1", source: "PATH" },
  } as const;
  const path = process.env.PATH;

  /** Returns the calls since the last question. */
  const calls = (): string[] => {
    const lines = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
    rmSync(log, { force: true });
    return lines.filter((line) => !line.startsWith("kubectl"));
  };

  const program = (called: string, body: string) => {
    writeFileSync(
      join(bin, called),
      `#!/bin/sh\necho "${called} $*" >> '${log}'\nstate='${state}'\n${body}\n`,
    );
    chmodSync(join(bin, called), 0o755);
  };

  before(() => {
    mkdirSync(bin);
    // Like kind 0.33 (pkg/cmd/kind): deleting succeeds without a cluster, and a list without nodes is empty.
    program(
      "kind",
      `case "$1 $2" in
"create cluster") [ -e "$state.broken" ] && { echo 'ERROR: failed to create cluster: no image' >&2; exit 1; }
  echo running > "$state"; printf 'current-context: kind-%s\\nclusters: [{ cluster: { server: "https://127.0.0.1:1" } }]\\n' "$4" > "$6" ;;
"delete cluster") rm -f "$state" "$6" ;;
"get nodes") if [ -e "$state" ]; then echo "$4-control-plane"; else echo 'No kind nodes found.' >&2; fi ;;
"load image-archive") ! grep -q broken "$3" || { echo 'ERROR: failed to load image: unrecognized image format' >&2; exit 1; } ;;
esac`,
    );
    program(
      "docker",
      `case "$1" in
ps) grep -q running "$state" && echo ${node}; echo other ;;
start) echo running > "$state" ;;
stop) echo stopped > "$state" ;;
esac
exit 0`,
    );
    program(
      "kubectl",
      `grep -q running "$state" || exit 1
case "$*" in *version*) echo '{ "gitVersion": "v1.36.0" }' ;; *nodes*) echo '{ "items": [{}] }' ;; esac`,
    );
    process.env.PATH = `${bin}${delimiter}${path}`;
  });
  after(() => {
    process.env.PATH = path;
  });

  it("is created with a name and a kubeconfig of its own, and gets the image archives", async () => {
    mkdirSync(join(world.folder, "images"), { recursive: true });
    writeFileSync(join(world.folder, "images", "shop.tar"), "image");
    assert.deepEqual(await startCluster(world, tools, "kind"), { fresh: true });
    assert.deepEqual(calls(), [
      `kind delete cluster --name ${name} --kubeconfig ${world.kubeconfig}`,
      `kind create cluster --name ${name} --kubeconfig ${world.kubeconfig} --wait 180s`,
      `kind load image-archive ${join(world.folder, "images", "shop.tar")} --name ${name}`,
    ]);
    assert.equal(nodeKind(world), "kind");
    assert.equal(contextOf(world), `kind-${name}`);
    assert.notEqual(kindName("/other/.flotilla"), name);
  });

  it("is described, and a second start loads new archives only", async () => {
    const { running, context, nodes, kubernetes } = await describeCluster(world, tools.kubectl.path);
    assert.deepEqual(
      { running, context, nodes, kubernetes },
      {
        running: true,
        context: `kind-${name}`,
        nodes: 1,
        kubernetes: "v1.36.0",
      },
    );
    writeFileSync(join(world.folder, "images", "new.tar.gz"), "image");
    assert.deepEqual(await startCluster(world, tools), { fresh: false });
    assert.deepEqual(
      calls().map((call) => basename(call.split(" --name")[0] ?? "")),
      ["new.tar.gz"],
    );
  });

  it("stops and starts its containers only", async () => {
    assert.equal(await stopCluster(world), 1);
    assert.equal((await describeCluster(world, tools.kubectl.path)).running, false);
    assert.equal(await stopCluster(world), 0);
    calls();
    assert.deepEqual(await startCluster(world, tools), { fresh: false });
    assert.deepEqual(calls(), [`kind get nodes --name ${name}`, `docker start ${node}`]);
  });

  it("refuses other nodes", async () => {
    await assert.rejects(
      startCluster(world, tools, "simulated"),
      /the sandbox has nodes of kind\. .*sandbox delete/,
    );
  });

  it("is created again when its containers are gone", async () => {
    rmSync(state);
    calls();
    assert.deepEqual(await startCluster(world, tools), { fresh: true });
  });

  it("is deleted completely", async () => {
    calls();
    await deleteCluster(world);
    assert.deepEqual(calls(), [`kind delete cluster --name ${name} --kubeconfig ${world.kubeconfig}`]);
    assert.equal(existsSync(state), false);
    assert.equal(existsSync(world.cluster), false);
    assert.equal(nodeKind(world), undefined);
  });

  it("leaves nothing when it cannot be created or an archive cannot be loaded", async () => {
    writeFileSync(`${state}.broken`, "");
    await assert.rejects(startCluster(world, tools, "kind"), {
      message: "kind create cluster: failed to create cluster: no image",
    });
    rmSync(`${state}.broken`);
    writeFileSync(join(world.folder, "images", "bad.tar"), "broken");
    await assert.rejects(startCluster(world, tools, "kind"), /failed to load image/);
    assert.equal(existsSync(state), false);
    assert.equal(nodeKind(world), undefined);
  });
});

describe("a demo on a cluster that the user has", () => {
  const answer = (items: object[], remainingItemCount?: number) =>
    nodesIn({ object: { items, metadata: { remainingItemCount } } });
  const simulated = clusterObjects().filter((object) => (object as { kind: string }).kind === "Node");
  const real = { metadata: { name: "worker", annotations: {} } };

  it("counts all nodes, and tells another sandbox from a cluster whose pods run", () => {
    assert.deepEqual(answer(simulated), { count: simulated.length, simulated: true });
    assert.deepEqual(answer([...simulated, real]), { count: simulated.length + 1, simulated: false });
    // Those that were not read may be real.
    assert.deepEqual(answer(simulated, 900), { count: simulated.length + 900, simulated: false });
    assert.deepEqual(answer([]), { count: 0, simulated: false });
    assert.equal(nodesIn({ unread: "no permission to read it" }), undefined);
  });

  it("refuses stand-ins of providers on one line, except on another sandbox", () => {
    for (const nodes of [{ count: 3, simulated: false }, undefined]) {
      const text = standInRefusal(["kubernetes", "random"], nodes, "work") ?? "";
      assert.match(
        text,
        /^the official Pulumi plugins for kubernetes and random .*nothing was deployed to work\./,
      );
      assert.doesNotMatch(text, /\n/);
      assert.equal(standInRefusal([], nodes, "work"), undefined);
    }
    assert.equal(standInRefusal(["kubernetes"], { count: 6, simulated: true }, "work"), undefined);
  });

  it("names the cluster, and the contexts of the kubeconfig", () => {
    assert.equal(
      targetText("work", "https://k:6443", { count: 1, simulated: false }),
      "context work, server https://k:6443, 1 node",
    );
    assert.match(targetText("work", "https://k", undefined), /number of nodes unknown \(no permission/);
    assert.match(
      unknownContext("x", ["a", "b"], ["~/.kube/config"]),
      /no context x in ~\/\.kube\/config\n.*: a, b\./,
    );
    assert.match(unknownContext("x", [], ["/none"]), /\/none has no contexts\n/);
  });

  it("has a folder for each context, whatever its name is, and an option to copy into a shell", () => {
    const names = [
      "arn:aws:eks:eu-west-1:1:cluster/shop",
      "arn:aws:eks:eu-west-1:1:cluster-shop",
      "..",
      "it's mine",
    ];
    const folders = names.map((context) => worldOfContext(context).folder);
    assert.equal(new Set(folders).size, names.length);
    for (const folder of folders) assert.match(basename(folder), /^[\w.-]{10,}$/);
    assert.equal(optionFor(names[0] as string), ` --context ${names[0]}`);
    assert.equal(optionFor("it's mine"), ` --context 'it'\\''s mine'`);
  });
});
