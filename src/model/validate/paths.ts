/** Checks the paths that a service mounts: its files and its writable directories. */
import type { Service } from "../application";
import { directoriesOf } from "../pod";
import type { Report } from "./report";

/** Kernel directories. A container runtime mounts nothing there, except shared memory. */
const KERNEL_DIRECTORY = /^\/(proc|sys|dev(?!\/shm(\/|$)))(\/|$)/;

/** What a container mounts. */
interface Mounts {
  writable?: Service["writable"];
  /** With whether their content comes from existing objects. */
  volumes?: Record<string, { path: string; isExternal: boolean }>;
  files?: readonly string[];
}

/** Checks that the paths differ, that they can be mounted, and that no path is below a file. */
export function checkPaths(where: string, mounts: Mounts, report: Report): void {
  const { files = [], volumes = {} } = mounts;
  const writable = directoriesOf(mounts.writable).map(({ path }) => path);
  const mounted = Object.values(volumes).map(({ path }) => path);
  const paths = [...writable, ...mounted, ...files];
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
  for (const volume of mounted)
    for (const path of [...writable, ...mounted])
      if (isBelow(path, volume) || (isBelow(volume, path) && !mounted.includes(path)))
        report(
          where,
          `the paths ${volume} and ${path} overlap, and one of them is a volume`,
          "Use separate directories: one would hide a part of the other.",
        );
  const external = Object.values(volumes).flatMap((volume) => (volume.isExternal ? [volume.path] : []));
  for (const file of files) {
    for (const path of paths)
      if (isBelow(path, file))
        report(where, `${path} is below ${file}, which is a file`, "Change one of the two paths.");
    for (const volume of external)
      if (isBelow(file, volume))
        report(
          where,
          `the file ${file} would be inside the volume at ${volume}, whose content Flotilla does not manage`,
          "Use a path outside the volume, or add the content to a `projected` volume.",
        );
  }
}

const isBelow = (path: string, folder: string): boolean => plain(path).startsWith(`${plain(folder)}/`);

/** Returns a path with single slashes, and none at the end. */
const plain = (path: string): string => path.replace(/\/+/g, "/").replace(/\/$/, "");
