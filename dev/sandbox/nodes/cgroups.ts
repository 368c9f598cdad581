/** The cgroup of a real node, in every hierarchy of the machine. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Machine } from "./requirements";

export interface Hierarchy {
  folder: string;
  version: 1 | 2;
  /** Its controllers; for version 2 they are in a file. */
  controllers: string[];
}

/** Returns the hierarchies of a text like /proc/mounts. */
export function hierarchiesIn(mounts: string): Hierarchy[] {
  return mounts.split("\n").flatMap((line): Hierarchy[] => {
    const [, folder = "", type, options = ""] = line.split(" ");
    if (type === "cgroup2") return [{ folder, version: 2, controllers: [] }];
    return type === "cgroup" ? [{ folder, version: 1, controllers: options.split(",") }] : [];
  });
}

const readHierarchies = (): Hierarchy[] =>
  hierarchiesIn(readFileSync("/proc/mounts", "utf8")).map((hierarchy) =>
    hierarchy.version === 1
      ? hierarchy
      : { ...hierarchy, controllers: words(join(hierarchy.folder, "cgroup.controllers")) },
  );

const words = (file: string): string[] =>
  existsSync(file) ? readFileSync(file, "utf8").trim().split(/\s+/) : [];

/** Next to the hierarchies of version 1 there may be one of version 2 without controllers. */
export function machineCgroups(hierarchies: readonly Hierarchy[] = readHierarchies()): Machine["cgroups"] {
  if (hierarchies.length === 0) return { version: "none", controllers: [] };
  const version = hierarchies.some((hierarchy) => hierarchy.version === 1) ? 1 : 2;
  return {
    version,
    controllers: hierarchies
      .filter((hierarchy) => hierarchy.version === version)
      .flatMap(({ controllers }) => controllers),
  };
}

/** Creates the cgroup; a kubelet expects it. */
export function createCgroup(name: string): void {
  const { version } = machineCgroups();
  for (const hierarchy of readHierarchies().filter((each) => each.version === version)) {
    const folder = join(hierarchy.folder, name);
    if (version === 2) {
      delegate(hierarchy.folder, hierarchy.controllers);
      mkdirSync(folder, { recursive: true });
      delegate(folder, hierarchy.controllers);
      continue;
    }
    mkdirSync(folder, { recursive: true });
    // A new cpuset is empty, and takes no process.
    if (hierarchy.controllers.includes("cpuset"))
      for (const file of ["cpuset.cpus", "cpuset.mems"])
        writeFileSync(join(folder, file), readFileSync(join(hierarchy.folder, file)));
  }
}

function delegate(folder: string, controllers: readonly string[]): void {
  const given = words(join(folder, "cgroup.subtree_control"));
  const wanted = ["cpu", "cpuset", "memory", "pids", "hugetlb", "io"].filter(
    (name) => controllers.includes(name) && !given.includes(name),
  );
  for (const name of wanted) writeFileSync(join(folder, "cgroup.subtree_control"), `+${name}`);
}

/** Returns the processes of pods. */
export function podProcesses(name: string): number[] {
  const { version } = machineCgroups();
  const one = readHierarchies().find(
    (hierarchy) =>
      hierarchy.version === version && (version === 2 || hierarchy.controllers.includes("memory")),
  );
  const folder = one && join(one.folder, name, "kubepods");
  return folder === undefined || !existsSync(folder)
    ? []
    : foldersIn(folder).flatMap((each) => words(join(each, "cgroup.procs")).filter(Boolean).map(Number));
}

/** Removes the cgroup everywhere; waits for its last processes. */
export async function removeCgroup(name: string): Promise<void> {
  for (const { folder } of readHierarchies()) {
    const limit = Date.now() + 10_000;
    while (existsSync(join(folder, name)))
      try {
        for (const each of foldersIn(join(folder, name)).reverse()) rmdirSync(each);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== "ENOENT" && (code !== "EBUSY" || Date.now() > limit)) throw error;
        await pause(100);
      }
  }
}

/** Returns a folder and those in it, parents first. */
function foldersIn(folder: string): string[] {
  try {
    const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [folder, ...inner.flatMap(({ name }) => foldersIn(join(folder, name)))];
  } catch {
    // A pod of it has ended meanwhile.
    return [];
  }
}
