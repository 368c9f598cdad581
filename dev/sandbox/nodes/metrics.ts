/**
 * The metrics API of the nodes, for `kubectl top` and autoscalers. The official metrics-server has no download for a process and
 * takes minutes to build.
 */
import { createServer } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { type Call, clientOf, credentialsIn } from "./api-client";
import { METRICS_PORT, NETWORK } from "./layout";
import {
  listOf,
  nodeMetrics,
  type PodName,
  podMetrics,
  requestOf,
  resourceList,
  type Usages,
  usagesIn,
  withCores,
} from "./usage";

const INTERVAL_MS = 5000;

/** What was measured, by the node's name. */
type UsagesOfNodes = Map<string, Usages>;

async function answer(call: Call, usages: UsagesOfNodes, url: string): Promise<object | undefined> {
  const asked = requestOf(url);
  if (asked === undefined) return undefined;
  if (asked.for === "resources") return resourceList;
  if (asked.for === "nodes") {
    const nodes = [...usages]
      .filter(([node]) => asked.name === undefined || asked.name === node)
      .flatMap(([node, ofNode]) => nodeMetrics(ofNode, node));
    return asked.name === undefined ? listOf("NodeMetricsList", nodes) : nodes[0];
  }
  const { namespace, name, selector } = asked;
  const path = namespace === undefined ? "/api/v1/pods" : `/api/v1/namespaces/${namespace}/pods`;
  const pods = JSON.parse(await call("GET", `${path}?labelSelector=${encodeURIComponent(selector)}`)) as {
    items: PodName[];
  };
  const wanted = pods.items.filter(({ metadata }) => name === undefined || metadata.name === name);
  const metrics = [...usages.values()].flatMap((ofNode) => podMetrics(ofNode, wanted));
  return name === undefined ? listOf("PodMetricsList", metrics) : metrics[0];
}

/** Arguments: the kubeconfig and the names of the nodes. */
export async function main([kubeconfig = "", ...nodes]: readonly string[]): Promise<void> {
  const { ca, cert, key, server } = credentialsIn(kubeconfig);
  const call = clientOf({ ca, cert, key, server });
  const usages: UsagesOfNodes = new Map();
  // Only the API server has a certificate of the authority; it has checked what its client may do.
  createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true }, async (request, response) => {
    const notFound = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 };
    let body: object | undefined;
    try {
      body = await answer(call, usages, request.url ?? "/");
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n`);
    }
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(body ?? notFound));
  }).listen(METRICS_PORT, NETWORK.hub);
  // Each on its own: a node that does not answer must not delay the others.
  await Promise.all(nodes.map((node) => measure(call, node, usages)));
}

async function measure(call: Call, node: string, usages: UsagesOfNodes): Promise<never> {
  for (;;) {
    try {
      const text = await call("GET", `/api/v1/nodes/${node}/proxy/metrics/resource`);
      usages.set(node, withCores(usages.get(node) ?? new Map(), usagesIn(text)));
    } catch (error) {
      usages.delete(node);
      process.stderr.write(`${(error as Error).message}\n`);
    }
    await pause(INTERVAL_MS);
  }
}
