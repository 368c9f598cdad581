/** Checks the paths that a service mounts: its files and its writable directories. */
import type { Service } from "../application";
import type { Report } from "./report";

/** Directories of the kernel. A container runtime mounts nothing into them, except shared memory. */
const OF_THE_KERNEL = /^\/(proc|sys|dev(?!\/shm(\/|$)))(\/|$)/;

/** Checks that the paths differ, that a container can have them, and that no file is above another path. */
export function checkPaths(where: string, { writable = [], files = {} }: Service, report: Report): void {
  const paths = [...writable, ...Object.keys(files)];
  const seen = new Map<string, string>();
  for (const path of paths) {
    const other = seen.get(plain(path));
    if (other !== undefined)
      report(where, `the paths ${other} and ${path} are the same`, "Remove one of them.");
    seen.set(plain(path), path);
    if (OF_THE_KERNEL.test(plain(path)))
      report(
        where,
        `the path ${path} belongs to the kernel`,
        "Use another path: nothing can be mounted there.",
      );
  }
  for (const file of Object.keys(files))
    for (const path of paths)
      if (plain(path).startsWith(`${plain(file)}/`))
        report(where, `${path} is below ${file}, which is a file`, "Change one of the two paths.");
}

/** A path with single slashes, and none at its end. */
const plain = (path: string): string => path.replace(/\/+/g, "/").replace(/\/$/, "");
