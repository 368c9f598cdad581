/** A user's project outside this repository, with the packed package. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import execa from "execa";
import { PACKAGE } from "../../cli/tools/paths";

type Dependencies = Record<string, string>;
interface Manifest {
  name: string;
  version: string;
  bin?: object;
  dependencies?: Dependencies;
  devDependencies?: Dependencies;
  optionalDependencies?: Dependencies;
  peerDependencies?: Dependencies;
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8")) as T;

/** Packs the package into a folder. Returns the path of the archive. */
export async function pack(source: string, folder: string, ...args: string[]): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const packed = ["pack", "--silent", "--pack-destination", folder, ...args];
  const { stdout } = await execa("npm", packed, { cwd: source });
  return join(folder, stdout.trim().split("\n").at(-1) as string);
}

/** Unpacks an archive to where npm would install it. */
export async function unpack(archive: string, modules: string): Promise<string> {
  mkdirSync(modules, { recursive: true });
  await execa("tar", ["-xzf", archive, "-C", modules]);
  const folder = join(modules, "flotilla");
  rmSync(folder, { recursive: true, force: true });
  renameSync(join(modules, "package"), folder);
  return folder;
}

/** Packs the unpacked package again as another version, after a change. */
export async function packNext(
  archive: string,
  folder: string,
  version: string,
  change: (folder: string) => void,
) {
  const next = await unpack(archive, join(folder, "next"));
  const manifest = join(next, "package.json");
  writeFileSync(manifest, JSON.stringify({ ...readJson<Manifest>(manifest), version }));
  change(next);
  return pack(next, folder, "--ignore-scripts");
}

/**
 * Writes the lock file of a project with the versions of this repository, so that `npm ci` takes every package from npm's cache,
 * where installing this repository has left it.
 */
export function writeLock(project: string, archive: string): void {
  const manifest = readJson<Manifest>(join(project, "package.json"));
  const { packages: all } = readJson<{ packages: Record<string, Manifest & { dev?: true }> }>(
    join(PACKAGE, "package-lock.json"),
  );
  const own = all[""] as Manifest;
  const packages: Record<string, object> = {
    "": manifest,
    "node_modules/flotilla": {
      version: own.version,
      resolved: `file:vendor/${basename(archive)}`,
      integrity: `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`,
      dependencies: own.dependencies,
      bin: own.bin,
    },
  };
  const needed = (entry: Manifest, from: string): void => {
    const { dependencies, optionalDependencies, peerDependencies } = entry;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const path = pathOf(name, from, (candidate) => candidate in all);
      if (path === undefined || path in packages) continue;
      const { dev: _, ...found } = all[path] as Manifest & { dev?: true };
      packages[path] = found;
      needed(found as Manifest, path);
    }
  };
  needed(
    { ...own, dependencies: { ...own.dependencies, ...manifest.dependencies, ...manifest.devDependencies } },
    "",
  );
  const { name, version } = manifest;
  const lock = { name, version, lockfileVersion: 3, requires: true, packages };
  writeFileSync(join(project, "package-lock.json"), `${JSON.stringify(lock, undefined, 2)}\n`);
}

/** Returns where a package of the lock finds another one: in its own node_modules, or in those of a parent folder. */
function pathOf(name: string, from: string, exists: (path: string) => boolean): string | undefined {
  const path = from === "" ? `node_modules/${name}` : `${from}/node_modules/${name}`;
  if (exists(path)) return path;
  if (from === "") return undefined;
  return pathOf(name, from.slice(0, Math.max(0, from.lastIndexOf("/node_modules/"))), exists);
}
