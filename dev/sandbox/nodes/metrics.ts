/**
 * The metrics API of the node, for `kubectl top` and autoscalers. The official metrics-server has no download for a process and
 * takes minutes to build.
 */
import { createServer } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { type Call, clientOf, credentialsIn } from "./api-client";
import { METRICS_PORT, NETWORK, NODE_NAME } from "./layout";
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

async function answer(call: Call, usages: Usages, url: string): Promise<object | undefined> {
  const asked = requestOf(url);
  if (asked === undefined) return undefined;
  if (asked.for === "resources") return resourceList;
  if (asked.for === "nodes") {
    const nodes = nodeMetrics(usages, NODE_NAME);
    if (asked.name === undefined) return listOf("NodeMetricsList", nodes);
    return asked.name === NODE_NAME ? nodes[0] : undefined;
  }
  const { namespace, name, selector } = asked;
  const path = namespace === undefined ? "/api/v1/pods" : `/api/v1/namespaces/${namespace}/pods`;
  const pods = JSON.parse(await call("GET", `${path}?labelSelector=${encodeURIComponent(selector)}`)) as {
    items: PodName[];
  };
  const wanted = pods.items.filter(({ metadata }) => name === undefined || metadata.name === name);
  const metrics = podMetrics(usages, wanted);
  return name === undefined ? listOf("PodMetricsList", metrics) : metrics[0];
}

/** Argument: the kubeconfig. */
export async function main([kubeconfig = ""]: readonly string[]): Promise<void> {
  const { ca, cert, key, server } = credentialsIn(kubeconfig);
  const call = clientOf({ ca, cert, key, server });
  let usages: Usages = new Map();
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
  }).listen(METRICS_PORT, NETWORK.node);
  for (;;) {
    try {
      const text = await call("GET", `/api/v1/nodes/${NODE_NAME}/proxy/metrics/resource`);
      usages = withCores(usages, usagesIn(text));
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n`);
    }
    await pause(INTERVAL_MS);
  }
}
