/** The worlds of mocha's workers, each of which runs one file after the other: a cluster of its own for each. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openAnew, removeWorld, worldOfWorker } from "./world";

const { jobs } = JSON.parse(readFileSync(join(__dirname, ".mocharc.json"), "utf8")) as { jobs: number };
const worlds = Array.from({ length: jobs }, (_, worker) => worldOfWorker(String(worker)));

/** One after the other: two that miss a tool would both build it, and two clusters choose the same ports. */
export async function mochaGlobalSetup(): Promise<void> {
  for (const world of worlds) await openAnew(world);
}

export async function mochaGlobalTeardown(): Promise<void> {
  for (const world of worlds) await removeWorld(world);
}
