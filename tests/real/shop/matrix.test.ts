/** Which pods can connect to which, measured from inside the pods, against the graph of the inventory. */
import assert from "node:assert/strict";
import { inParallel } from "../../../cli/tools/parallel";
import { plural } from "../../../src/model/plural";
import { flotilla } from "../../e2e/inventory";
import { apply, get, run, type Stack, until } from "../../e2e/world";
import { CALLERS } from "./callers";
import { CLIENT_IMAGE } from "./images";
import { report, secondsSince } from "./report";
import { NAMESPACE, theShop } from "./shop";

interface Pod {
  metadata: {
    name: string;
    namespace: string;
    labels: Record<string, string>;
    deletionTimestamp?: string;
  };
  spec: { containers: { name: string; ports?: { containerPort: number; protocol: string }[] }[] };
  status: { phase: string; podIP: string };
}

/** A pod that no policy names, in the namespace of the callers. */
const STRANGER = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "stranger", namespace: CALLERS, labels: { app: "stranger" } },
  spec: {
    containers: [
      { name: "stranger", image: CLIENT_IMAGE, imagePullPolicy: "IfNotPresent", args: ["misbehave"] },
    ],
  },
};

const TRY_SECONDS = 2;

/** Prints each target (`address:port`) that accepts a connection. Images of the test have bash or Node.js. */
const BASH = `for target in "$@"; do
  (timeout ${TRY_SECONDS} bash -c ': </dev/tcp/"$0"/"$1"' "\${target%:*}" "\${target#*:}" 2>/dev/null && echo "$target") &
done
wait`;
const NODE = `const { connect } = require("net");
for (const target of process.argv.slice(1)) {
  const [host, port] = target.split(":");
  const socket = connect({ host, port: Number(port) }, () => { console.log(target); socket.destroy(); });
  socket.setTimeout(${TRY_SECONDS * 1000}, () => socket.destroy());
  socket.on("error", () => {});
}`;

const nameOf = ({ metadata }: Pod): string =>
  metadata.labels["app.kubernetes.io/instance"] ?? metadata.labels["app.kubernetes.io/name"] ?? metadata.name;

describe("connections between pods of the shop", () => {
  let stack: Stack;

  before(async function () {
    stack = await theShop(this);
    await apply(STRANGER);
    await run("kubectl", ["wait", "--for=condition=Ready", "-n", CALLERS, "pod/stranger"]);
  });

  after(async () => {
    if (stack !== undefined)
      await run("kubectl", ["delete", "pod", "stranger", "-n", CALLERS, "--grace-period=1"]);
  });

  async function podsOf(namespace: string): Promise<Pod[]> {
    const { items } = await get<{ items: Pod[] }>("pods", "-n", namespace);
    return items.filter(({ status }) => status.phase === "Running");
  }

  async function reached(pod: Pod, targets: readonly string[]): Promise<string[]> {
    const { name, namespace } = pod.metadata;
    const exec = (...command: string[]) =>
      run("kubectl", ["exec", "-n", namespace, name, "--", ...command, ...targets], { reject: false });
    const byBash = await exec("bash", "-c", BASH, "bash");
    const { exitCode, stdout, all } =
      byBash.exitCode === 0 ? byBash : await exec("/usr/local/bin/node", "-e", NODE);
    assert.equal(exitCode, 0, all);
    return stdout.split("\n").filter((line) => line !== "");
  }

  it("are those of the graph, and no others", async () => {
    // An update of another suite may still end old pods.
    await until("no pod is ending", async () => {
      const { items } = await get<{ items: Pod[] }>("pods", "-n", NAMESPACE);
      return items.every(({ metadata }) => metadata.deletionTimestamp === undefined);
    });
    const start = Date.now();
    const shop = await podsOf(NAMESPACE);
    const all = [...shop, ...(await podsOf(CALLERS))];
    const targets = shop.flatMap((pod) =>
      pod.spec.containers.flatMap(({ ports = [] }) =>
        ports.map(({ containerPort }) => ({ pod, target: `${pod.status.podIP}:${containerPort}` })),
      ),
    );
    const measured = new Set<string>();
    await inParallel(all, async (pod) => {
      const others = targets.filter((each) => each.pod.metadata.name !== pod.metadata.name);
      const found = await reached(
        pod,
        others.map(({ target }) => target),
      );
      for (const { pod: to, target } of others)
        if (found.includes(target))
          measured.add(`${nameOf(pod)} -> ${nameOf(to)} ${target.replace(/.*:/, "")}`);
    });
    const graph = await flotilla(stack, "graph", "--stack", stack.name, "--format", "json");
    const { edges } = JSON.parse(graph.stdout) as {
      edges: { from: string; to: string; targetPort: number }[];
    };
    // A Job that has ended and a service without pods are in the graph, too.
    const running = new Set(all.map(nameOf));
    const expected = edges.filter(({ from, to }) => running.has(from) && running.has(to));
    report("connections between pods", {
      seconds: secondsSince(start),
      detail: `${all.length} pods tried ${targets.length} ports: ${measured.size} connections; the graph has ${plural(expected.length, "edge")} between these pods`,
    });
    assert.ok(expected.length >= 9, `${expected.length} edges`);
    assert.deepEqual(
      [...measured].sort(),
      expected.map(({ from, to, targetPort }) => `${from} -> ${to} ${targetPort}`).sort(),
    );
  });
});
