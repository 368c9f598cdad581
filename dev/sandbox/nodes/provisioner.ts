/** Creates the volumes of claims as folders of the sandbox, and deletes them after their claims. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Call, clientOf, credentialsIn } from "./api-client";
import { type Claim, type Volume, volumeWork } from "./volumes";

const INTERVAL_MS = 1000;

async function work(call: Call, folder: string): Promise<void> {
  const list = async <T>(resource: string) =>
    (JSON.parse(await call("GET", `/api/v1/${resource}`)) as { items: T[] }).items;
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
export async function main([kubeconfig = "", folder = ""]: readonly string[]): Promise<void> {
  const call = clientOf(credentialsIn(kubeconfig));
  for (;;) {
    try {
      await work(call, folder);
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n`);
    }
    await pause(INTERVAL_MS);
  }
}
