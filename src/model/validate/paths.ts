/** Checks the paths that a service mounts: its files and its writable directories. */
import type { Service } from "../application";
import type { Report } from "./report";

/** Kernel directories. A container runtime mounts nothing there, except shared memory. */
const KERNEL_DIRECTORY = /^\/(proc|sys|dev(?!\/shm(\/|$)))(\/|$)/;

/** Checks that the paths differ, that they can be mounted, and that no path is below a file. */
export function checkPaths(where: string, { writable = [], files = {} }: Service, report: Report): void {
  const paths = [...writable, ...Object.keys(files)];
  const seen = new Map<string, string>();
  for (const path of paths) {
    const other = seen.get(plain(path));
    if (other !== undefined)
      report(where, `the paths ${other} and ${path} are the same`, "Remove one of them.");
    seen.set(plain(path), path);
    if (KERNEL_DIRECTORY.test(plain(path)))
      report(
        where,
        `the path ${path} is a kernel directory`,
        "Use another path: nothing can be mounted there.",
      );
  }
  for (const file of Object.keys(files))
    for (const path of paths)
      if (plain(path).startsWith(`${plain(file)}/`))
        report(where, `${path} is below ${file}, which is a file`, "Change one of the two paths.");
}

/** Returns a path with single slashes, and none at the end. */
const plain = (path: string): string => path.replace(/\/+/g, "/").replace(/\/$/, "");
