/** A cluster of three real nodes for all suites that need several. The first suite starts it; it is deleted after the last one. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "mocha";
import { PROJECT } from "../../cli/tools/paths";
import { deleteCluster } from "../../dev/sandbox/cluster/cluster";
import { type World, worldIn } from "../../dev/sandbox/folders";
import { imagesFolder } from "../../dev/sandbox/nodes/layout";
import { requireRealNodes } from "../../dev/sandbox/nodes/machine";
import { type OpenWorld, openWorld } from "../../dev/sandbox/world";
import { nodeImage } from "./images/node-image";
import { traces } from "./machine";

const world = worldIn(join(PROJECT, ".flotilla", "several"));

let cluster: Promise<OpenWorld> | undefined;
let traced: Record<string, string[]> | undefined;

/** Returns the cluster; starts it if it does not run. Skips the suite where no real node can run. */
export async function sharedCluster(suite: Context): Promise<OpenWorld> {
  skipWithoutRealNodes(suite, world);
  cluster ??= start();
  return cluster;
}

export function skipWithoutRealNodes(suite: Context, { folder }: World): void {
  suite.timeout(45 * 60_000);
  try {
    requireRealNodes(folder);
  } catch (error) {
    process.stdout.write(`      skipped: ${(error as Error).message}\n`);
    suite.skip();
  }
}

async function start(): Promise<OpenWorld> {
  await deleteCluster(world);
  await provideNodeImage(world);
  traced = await traces(world.folder);
  return openWorld(world, "real:3");
}

/** Puts the image with Node.js where the sandbox imports it. */
export async function provideNodeImage(to: World): Promise<void> {
  mkdirSync(imagesFolder(to), { recursive: true });
  copyFileSync(await nodeImage(), join(imagesFolder(to), "node.tar"));
}

after("delete the cluster, and nothing of it is left", async function () {
  this.timeout(60_000);
  if (traced === undefined) return;
  await deleteCluster(world);
  rmSync(world.folder, { recursive: true, force: true });
  assert.deepEqual(await traces(world.folder), traced);
});
