/** Creates the volumes of claims as folders of the sandbox, and deletes them after their claims. */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parse } from "yaml";
import { type Claim, type Volume, volumeWork } from "./volumes";

const INTERVAL_MS = 1000;

type Call = (method: "GET" | "POST" | "DELETE", path: string, body?: object) => Promise<unknown>;

/** Returns a function that calls the API server of a kubeconfig's only cluster. */
function clientOf(kubeconfig: string): Call {
  const { clusters, users } = parse(readFileSync(kubeconfig, "utf8"));
  const { cluster } = clusters[0];
  const { user } = users[0];
  const content = (of: Record<string, string>, name: string) =>
    of[`${name}-data`] === undefined
      ? readFileSync(of[name] as string)
      : Buffer.from(of[`${name}-data`] as string, "base64");
  const agent = new Agent({
    keepAlive: true,
    ca: content(cluster, "certificate-authority"),
    cert: content(user, "client-certificate"),
    key: content(user, "client-key"),
  });
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const call = request(
        `${cluster.server}${path}`,
        { method, agent, headers: { "content-type": "application/json" }, timeout: 10_000 },
        (answer) => {
          const pieces: Buffer[] = [];
          answer.on("data", (piece) => pieces.push(piece));
          answer.on("error", reject);
          answer.on("end", () => {
            const text = Buffer.concat(pieces).toString();
            // Another run may have created or deleted it.
            if ((answer.statusCode ?? 500) < 300 || [404, 409].includes(answer.statusCode ?? 0))
              resolve(JSON.parse(text));
            else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`));
          });
        },
      );
      call.on("timeout", () => call.destroy(new Error(`${method} ${path}: no answer`)));
      call.on("error", reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

async function work(call: Call, folder: string): Promise<void> {
  const list = async <T>(resource: string) =>
    ((await call("GET", `/api/v1/${resource}`)) as { items: T[] }).items;
  const claims = await list<Claim>("persistentvolumeclaims");
  const { create, remove } = volumeWork(claims, await list<Volume>("persistentvolumes"));
  for (const { folder: name, object } of create) {
    mkdirSync(join(folder, name), { recursive: true, mode: 0o755 });
    await call("POST", "/api/v1/persistentvolumes", object);
  }
  for (const name of remove) {
    rmSync(join(folder, name), { recursive: true, force: true });
    await call("DELETE", `/api/v1/persistentvolumes/${name}`);
  }
}

/** Arguments: the kubeconfig and the folder of the volumes. */
export async function main([kubeconfig, folder]: readonly string[]): Promise<void> {
  const call = clientOf(kubeconfig as string);
  for (;;) {
    try {
      await work(call, folder as string);
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n`);
    }
    await pause(INTERVAL_MS);
  }
}
