/**
 * Answers the custom metrics API for the pods of one namespace, as prometheus-adapter does: each request reads METRIC from the pods
 * themselves, at METRICS_PORT and METRICS_PATH. Listens on 8443 with the certificate of TLS_CERT and TLS_KEY.
 */
import { readFileSync } from "node:fs";
import { get as getHttp } from "node:http";
import { createServer, get as getHttps } from "node:https";

const { METRIC, METRICS_PORT, METRICS_PATH, TLS_CERT, TLS_KEY } = process.env;
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const GROUP = "custom.metrics.k8s.io/v1beta2";
const DISCOVERY = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: GROUP,
  resources: [
    { name: `pods/${METRIC}`, singularName: "", namespaced: true, kind: "MetricValueList", verbs: ["get"] },
  ],
};

const read = (get, url, options = {}) =>
  new Promise((resolve, reject) => {
    const call = get(url, { timeout: 3000, ...options }, (answer) => {
      let text = "";
      answer.on("data", (piece) => {
        text += piece;
      });
      answer.once("error", reject);
      answer.once("end", () =>
        answer.statusCode === 200 ? resolve(text) : reject(new Error(`${url}: ${answer.statusCode} ${text}`)),
      );
    });
    call.once("timeout", () => call.destroy(new Error(`${url}: no answer`)));
    call.once("error", reject);
  });

async function podsOf(namespace, selector) {
  const query = selector ? `?labelSelector=${encodeURIComponent(selector)}` : "";
  const text = await read(
    getHttps,
    `https://kubernetes.default.svc/api/v1/namespaces/${namespace}/pods${query}`,
    {
      ca: readFileSync(`${ACCOUNT}/ca.crt`),
      headers: { authorization: `Bearer ${readFileSync(`${ACCOUNT}/token`, "utf8")}` },
    },
  );
  return JSON.parse(text).items;
}

async function measured({ metadata, status }) {
  const text = await read(getHttp, `http://${status.podIP}:${METRICS_PORT}${METRICS_PATH}`);
  const [, value] = new RegExp(`^${METRIC} (\\S+)$`, "m").exec(text);
  return {
    describedObject: { kind: "Pod", apiVersion: "v1", namespace: metadata.namespace, name: metadata.name },
    metric: { name: METRIC },
    timestamp: new Date().toISOString().replace(/\.\d+/, ""),
    value,
  };
}

async function answer(url) {
  const { pathname: encoded, searchParams } = new URL(url, "https://localhost");
  const pathname = decodeURIComponent(encoded);
  if (pathname === `/apis/${GROUP}`) return DISCOVERY;
  const [, namespace] =
    new RegExp(`^/apis/${GROUP}/namespaces/([^/]+)/pods/[*]/${METRIC}$`).exec(pathname) ?? [];
  if (namespace === undefined) return undefined;
  const pods = await podsOf(namespace, searchParams.get("labelSelector"));
  // A pod that starts or ends does not answer, and has no value.
  const values = await Promise.allSettled(pods.map(measured));
  const items = values.flatMap(({ status, value }) => (status === "fulfilled" ? [value] : []));
  return { kind: "MetricValueList", apiVersion: GROUP, metadata: {}, items };
}

createServer({ cert: TLS_CERT, key: TLS_KEY }, async (request, response) => {
  const body = await answer(request.url).catch((error) => console.error(error.message));
  response.writeHead(body ? 200 : 404, { "content-type": "application/json" });
  response.end(JSON.stringify(body ?? { kind: "Status", apiVersion: "v1", status: "Failure", code: 404 }));
}).listen(8443);

process.on("SIGTERM", () => process.exit(0));
