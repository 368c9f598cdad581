/** A cluster of three real nodes, and what suites with real nodes share. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "mocha";
import { PROJECT } from "../../cli/tools/paths";
import { deleteCluster } from "../../dev/sandbox/cluster/cluster";
import { type World, worldIn } from "../../dev/sandbox/folders";
import { missingPrograms } from "../../dev/sandbox/images/debian";
import { RECIPES } from "../../dev/sandbox/images/recipes";
import { imagesFolder } from "../../dev/sandbox/nodes/layout";
import { requireRealNodes } from "../../dev/sandbox/nodes/machine";
import { type OpenWorld, openWorld } from "../../dev/sandbox/world";
import { nodeImage } from "./images/node-image";
import { traces } from "./machine";

const world = worldIn(join(PROJECT, ".flotilla", "several"));

let traced: Record<string, string[]> | undefined;

/** Starts the cluster. Skips the suite where no real node can run. */
export async function severalNodes(suite: Context): Promise<OpenWorld> {
  skipWithoutRealNodes(suite, world);
  await deleteCluster(world);
  await provideNodeImage(world);
  traced = await traces(world.folder);
  return openWorld(world, "real:3");
}

/** Skips a suite where no real node can run, and prints why. */
export function skipWithoutRealNodes(suite: Context, { folder }: Pick<World, "folder">): void {
  suite.timeout(45 * 60_000);
  try {
    requireRealNodes(folder);
  } catch (error) {
    process.stdout.write(`      skipped: ${(error as Error).message}\n`);
    suite.skip();
  }
}

/** Skips a suite whose images cannot be built on this machine, and prints why. */
export function skipWithoutImages(suite: Context): void {
  const missing = [...new Set(Object.values(RECIPES).flatMap((recipe) => missingPrograms(recipe)))];
  if (missing.length === 0) return;
  process.stdout.write(`      skipped: images of the test need ${missing.join(" and ")}\n`);
  suite.skip();
}

/** Puts the image with Node.js where the sandbox imports it. */
export async function provideNodeImage(to: World): Promise<void> {
  mkdirSync(imagesFolder(to), { recursive: true });
  copyFileSync(await nodeImage(), join(imagesFolder(to), "node.tar"));
}

/** Deletes the cluster. @throws AssertionError if anything of it is left on the machine. */
export async function deleteSeveralNodes(): Promise<void> {
  if (traced === undefined) return;
  await deleteCluster(world);
  rmSync(world.folder, { recursive: true, force: true });
  assert.deepEqual(await traces(world.folder), traced);
}
