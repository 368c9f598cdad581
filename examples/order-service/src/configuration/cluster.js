// @ts-check
/** Reads a ConfigMap through the API of the cluster, with the token of the pod. */
import { readFileSync } from "node:fs";
import { request } from "node:https";

/** Where Kubernetes mounts the token, the certificate of the API server, and the pod's namespace. */
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Returns one key of a ConfigMap in the pod's namespace.
 *
 * @param {{ name: string, key: string }} where
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
export async function readConfigMap({ name, key }, signal) {
  // The token is read each time, because Kubernetes replaces it every hour.
  const [token, ca, namespace] = ["token", "ca.crt", "namespace"].map((file) =>
    readFileSync(`${ACCOUNT}/${file}`, "utf8"),
  );
  const body = await get({
    host: process.env.KUBERNETES_SERVICE_HOST,
    port: process.env.KUBERNETES_SERVICE_PORT,
    path: `/api/v1/namespaces/${namespace}/configmaps/${name}`,
    headers: { authorization: `Bearer ${token}` },
    ca,
    signal,
  });
  const text = JSON.parse(body).data?.[key];
  if (text === undefined) throw new Error(`ConfigMap ${name} has no key ${key}`);
  return text;
}

/**
 * @param {import("node:https").RequestOptions} options
 * @returns {Promise<string>}
 */
function get(options) {
  return new Promise((done, fail) => {
    const outgoing = request(options, async (response) => {
      try {
        let body = "";
        for await (const chunk of response.setEncoding("utf8")) body += chunk;
        if (response.statusCode === 200) done(body);
        else fail(new Error(`the API server answers ${response.statusCode}`));
      } catch (error) {
        fail(error);
      }
    });
    outgoing.on("error", fail).end();
  });
}
