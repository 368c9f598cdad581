/** The sandboxes of mocha's workers, each of which runs one file after the other: one cluster per worker. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openAnew, removeWorld, worldOfWorker } from "./world";

const { jobs } = JSON.parse(readFileSync(join(__dirname, ".mocharc.json"), "utf8")) as { jobs: number };
const worlds = Array.from({ length: jobs }, (_, worker) => worldOfWorker(String(worker)));

/** Sequentially: both would build a missing tool, and two clusters might choose the same ports. */
export async function mochaGlobalSetup(): Promise<void> {
  for (const world of worlds) await openAnew(world);
}

export async function mochaGlobalTeardown(): Promise<void> {
  for (const world of worlds) await removeWorld(world);
}
