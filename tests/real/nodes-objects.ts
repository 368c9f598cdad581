/** Objects of the test of several nodes: a service on all of them, clients on each, and a pod with a volume. */
import { NODE_IMAGE } from "./images/node-image";
import { IDLE, podSpec } from "./pod-spec";
import { dataClaim, servedAt } from "./shared-objects";

export const NAMESPACE = "nodes-test";

/** Answers with its name. After SIGTERM it still answers for a moment, until no node sends it requests any more. */
const SERVER = `require("http").createServer((_, r) => r.end(require("os").hostname())).listen(8080); process.on("SIGTERM", () => setTimeout(() => process.exit(), 2000))`;

interface Details {
  node?: string;
  claim?: string;
  spec?: object;
}

const template = (app: string, script: string, { node, claim, spec }: Details = {}): object => ({
  metadata: { labels: { app } },
  spec: {
    ...podSpec(NODE_IMAGE, script, { isServer: script === SERVER, claim }),
    ...(node === undefined ? {} : { nodeSelector: { "kubernetes.io/hostname": node } }),
    ...spec,
  },
});

const deployment = (name: string, replicas: number, pod: object): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: NAMESPACE },
  // A volume has one user at a time.
  spec: { replicas, strategy: { type: "Recreate" }, selector: { matchLabels: { app: name } }, template: pod },
});

/** A pod that runs on one node only. */
const client = (app: string, node: string): object => {
  const { metadata, ...pod } = template(app, IDLE, { node }) as { metadata: object };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata, name: `${app}-${node}`, namespace: NAMESPACE },
    ...pod,
  };
};

export const objects = (nodes: readonly string[]): object[] => [
  deployment(
    "web",
    nodes.length,
    template("web", SERVER, {
      spec: {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "kubernetes.io/hostname",
            whenUnsatisfiable: "DoNotSchedule",
            nodeTaintsPolicy: "Honor",
            labelSelector: { matchLabels: { app: "web" } },
          },
        ],
      },
    }),
  ),
  ...servedAt("web", NAMESPACE),
  {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "web", namespace: NAMESPACE },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
  },
  dataClaim(NAMESPACE),
  deployment("keeper", 1, template("keeper", IDLE, { claim: "data" })),
  ...nodes.map((node) => client("client", node)),
  client("stranger", nodes[0] as string),
];
