/** Creates the volumes of claims as folders of the nodes, and deletes them after their claims. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Call, clientOf, credentialsIn } from "./api-client";
import { type Claim, type Volume, volumeWork } from "./volumes";

const INTERVAL_MS = 1000;

async function work(call: Call, folder: string, nodes: readonly string[]): Promise<void> {
  const list = async <T>(resource: string) =>
    (JSON.parse(await call("GET", `/api/v1/${resource}`)) as { items: T[] }).items;
  const claims = await list<Claim>("persistentvolumeclaims");
  const { create, remove } = volumeWork(nodes, claims, await list<Volume>("persistentvolumes"));
  for (const { node, name, object } of create) {
    mkdirSync(join(folder, node, "volumes", name), { recursive: true, mode: 0o755 });
    await call("POST", "/api/v1/persistentvolumes", object);
  }
  for (const { node, name } of remove) {
    rmSync(join(folder, node, "volumes", name), { recursive: true, force: true });
    await call("DELETE", `/api/v1/persistentvolumes/${name}`);
  }
}

/** Arguments: the kubeconfig, the folder with those of the nodes, and the names of the nodes. */
export async function main([kubeconfig = "", folder = "", ...nodes]: readonly string[]): Promise<void> {
  const call = clientOf(credentialsIn(kubeconfig));
  for (;;) {
    try {
      await work(call, folder, nodes);
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n`);
    }
    await pause(INTERVAL_MS);
  }
}
