/** A sandbox cluster on kind: its nodes are containers of Docker or Podman. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import execa from "execa";
import { step } from "../../../cli/terminal/progress";
import { ToolError } from "../../../cli/tools/failure";
import { outsidePath } from "../../../cli/tools/toolchain/ensure";
import { executablesOnPath } from "../../../cli/tools/toolchain/search-path";
import type { World } from "../folders";
import { imagesFolder } from "../nodes/layout";
import { imageArchives } from "../nodes/system-images";
import {
  createArguments,
  deleteArguments,
  ENGINE_VARIABLE,
  engineFor,
  type KindCluster,
  kindEnvironment,
  kindName,
  kindReason,
  loadArguments,
  nodesArguments,
} from "./kind-commands";

const fileOf = (world: World): string => join(world.cluster, "kind.json");

/** Whether the sandbox has a cluster on kind, complete or not. */
export const hasKind = (world: World): boolean => existsSync(fileOf(world));

/** Which image archives are in the cluster. */
const importedOf = (world: World): string => join(world.cluster, "kind-images.json");

/** @throws ToolError if kind cannot run on this machine. */
export function requireKind(): void {
  usableEngine();
}

function usableEngine(): string {
  const path = outsidePath(process.env.PATH ?? "");
  const found = engineFor(
    (program) => executablesOnPath(program, path).length > 0,
    process.env[ENGINE_VARIABLE],
  );
  if ("obstacle" in found) throw new ToolError(found.obstacle);
  return found.engine;
}

/** Creates the cluster with nothing but the image archives of the sandbox in it. */
export async function createKind(world: World): Promise<void> {
  const cluster: KindCluster = { name: kindName(world.folder), engine: usableEngine() };
  // A deleted clone in the same folder may have left a cluster. Also fails before anything exists if the engine does not run.
  await kind(cluster, deleteArguments(cluster, world.kubeconfig));
  mkdirSync(world.cluster, { recursive: true, mode: 0o700 });
  writeFileSync(fileOf(world), JSON.stringify(cluster));
  try {
    await kind(cluster, createArguments(cluster, world.kubeconfig));
    chmodSync(world.kubeconfig, 0o600);
    await loadImages(world);
  } catch (error) {
    await deleteKind(world);
    throw error;
  }
}

/** Starts the containers of the cluster. Returns false if there are none. */
export async function startKind(world: World): Promise<boolean> {
  const cluster = read(world);
  const nodes = await nodesOf(cluster);
  if (nodes.length === 0) return false;
  await engine(cluster, ["start", ...nodes]);
  return true;
}

/** Stops the containers; their data is kept. Returns their number. */
export async function stopKind(world: World): Promise<number> {
  const cluster = read(world);
  const running = await runningOf(cluster);
  if (running.length > 0) await engine(cluster, ["stop", ...running]);
  return running.length;
}

/** Deletes the containers with everything in them, and forgets the cluster. */
export async function deleteKind(world: World): Promise<void> {
  const cluster = read(world);
  await kind(cluster, deleteArguments(cluster, world.kubeconfig));
  rmSync(fileOf(world), { force: true });
}

/** Loads the image archives of the sandbox that are new or changed. */
export async function loadImages(world: World): Promise<void> {
  const cluster = read(world);
  const { fresh, found } = imageArchives(imagesFolder(world), importedOf(world));
  for (const file of fresh)
    await step(`loading ${basename(file)}`, () => kind(cluster, loadArguments(cluster, file)));
  writeFileSync(importedOf(world), JSON.stringify(found));
}

const read = (world: World): KindCluster => JSON.parse(readFileSync(fileOf(world), "utf8")) as KindCluster;

const nodesOf = async (cluster: KindCluster): Promise<string[]> =>
  linesIn(await kind(cluster, nodesArguments(cluster)));

const runningOf = async (cluster: KindCluster): Promise<string[]> => {
  const [nodes, running] = [
    await nodesOf(cluster),
    linesIn(await engine(cluster, ["ps", "--format", "{{.Names}}"])),
  ];
  return nodes.filter((name) => running.includes(name));
};

const linesIn = (text: string): string[] => text.split("\n").filter((line) => line.trim() !== "");

const kind = (cluster: KindCluster, args: string[]): Promise<string> =>
  run("kind", args, kindEnvironment(cluster));

const engine = (cluster: KindCluster, args: string[]): Promise<string> => run(cluster.engine, args, {});

/** Runs a program and returns its output. @throws ToolError with its reason. */
async function run(program: string, args: string[], env: Record<string, string>): Promise<string> {
  const { exitCode, stdout, all } = await execa(program, args, { env, all: true, reject: false });
  if (exitCode === 0) return stdout;
  throw new ToolError(
    `${program} ${args.slice(0, 2).join(" ")}: ${kindReason(all ?? `${program} is not on PATH`)}`,
  );
}
