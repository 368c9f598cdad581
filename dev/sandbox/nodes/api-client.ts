/** Calls the API server for the daemons of the node. */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { parse } from "yaml";

export interface Credentials {
  server: string;
  ca: Buffer;
  cert: Buffer;
  key: Buffer;
}

export type Call = (method: "GET" | "POST" | "DELETE", path: string, body?: object) => Promise<string>;

/** Reads the credentials of a kubeconfig's only cluster. */
export function credentialsIn(kubeconfig: string): Credentials {
  const { clusters, users } = parse(readFileSync(kubeconfig, "utf8"));
  const { cluster } = clusters[0];
  const { user } = users[0];
  return {
    server: cluster.server,
    ca: readFileSync(cluster["certificate-authority"]),
    cert: readFileSync(user["client-certificate"]),
    key: readFileSync(user["client-key"]),
  };
}

/** Returns a function that calls the API server and returns the body of its answer. */
export function clientOf({ server, ...credentials }: Credentials): Call {
  const agent = new Agent({ keepAlive: true, ...credentials });
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const call = request(
        `${server}${path}`,
        { method, agent, headers: { "content-type": "application/json" }, timeout: 10_000 },
        (answer) => {
          const pieces: Buffer[] = [];
          answer.on("data", (piece) => pieces.push(piece));
          answer.on("error", reject);
          answer.on("end", () => {
            const text = Buffer.concat(pieces).toString();
            const status = answer.statusCode ?? 500;
            if (status < 300) resolve(text);
            else
              reject(
                Object.assign(new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`), { status }),
              );
          });
        },
      );
      call.on("timeout", () => call.destroy(new Error(`${method} ${path}: no answer`)));
      call.on("error", reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
}
