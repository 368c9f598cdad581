/** The worlds of mocha's workers (`jobs`), each of which runs one file after the other: a cluster of its own for each. */
import { rmSync } from "node:fs";
import { deleteCluster } from "../../tools/cluster/cluster";
import { forgetStacks, openWorld } from "../../tools/world";
import { worldOfWorker } from "./world";

const WORKERS = ["0", "1"];

/** One after the other: two that miss a tool would both build it, and two clusters choose the same ports. */
export async function mochaGlobalSetup(): Promise<void> {
  for (const world of WORKERS.map(worldOfWorker)) {
    await deleteCluster(world);
    forgetStacks(world);
    await openWorld(world);
  }
}

export async function mochaGlobalTeardown(): Promise<void> {
  for (const world of WORKERS.map(worldOfWorker)) {
    await deleteCluster(world);
    rmSync(world.folder, { recursive: true, force: true });
  }
}
