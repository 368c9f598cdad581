/** Whether this machine can run a real node: what it needs, and one line about what is missing. */

import { insteadOf } from "../cluster/alternatives";

/** What a machine offers. */
export interface Machine {
  platform: NodeJS.Platform;
  isRoot: boolean;
  /** Names of programs that are not on PATH. */
  missing: readonly string[];
  /** Whether a folder with all CNI plugins was found. */
  hasCniPlugins: boolean;
  cgroups: { version: 1 | 2 | "none"; controllers: readonly string[] };
  freeBytes: number;
}

/** Programs that are looked for on PATH, with their Debian packages. */
export const PROGRAMS: Record<string, string> = {
  containerd: "containerd",
  ctr: "containerd",
  "containerd-shim-runc-v2": "containerd",
  runc: "runc",
  nft: "nftables",
  iptables: "iptables",
  ipset: "ipset",
  ip: "iproute2",
  mount: "mount",
  nsenter: "util-linux",
  unshare: "util-linux",
};

export const CNI_PLUGINS = ["ptp", "host-local", "portmap", "loopback"];
const CNI_PACKAGE = "containernetworking-plugins";
/** Where distributions and projects install them. */
export const CNI_FOLDERS = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"];

/** Controllers that a kubelet requires, by version of cgroups. */
const CONTROLLERS = { 1: ["cpu", "cpuacct", "cpuset", "memory"], 2: ["cpu", "cpuset", "memory", "pids"] };

const LEAST_BYTES = 2 * 1024 ** 3;

/** Returns why a real node cannot run here and what to do, on one line; undefined if it can. */
export function obstacle(machine: Machine): string | undefined {
  const problem = problemOf(machine);
  return problem && `real nodes ${problem}. ${insteadOf("real")}`;
}

function problemOf({
  platform,
  isRoot,
  missing,
  hasCniPlugins,
  cgroups,
  freeBytes,
}: Machine): string | undefined {
  if (platform !== "linux") return `need Linux, and this is ${platform}`;
  if (!isRoot) return "need root, for namespaces and cgroups: run the same command as root";
  const absent = [...missing, ...(hasCniPlugins ? [] : ["the CNI plugins"])];
  const packages = [
    ...new Set([
      ...missing.map((program) => PROGRAMS[program] as string),
      ...(hasCniPlugins ? [] : [CNI_PACKAGE]),
    ]),
  ];
  if (absent.length > 0)
    return `need ${absent.join(", ")}. On Debian and Ubuntu: apt-get install ${packages.join(" ")}`;
  if (cgroups.version === "none") return "need cgroups, and none are mounted at /sys/fs/cgroup";
  const lacking = CONTROLLERS[cgroups.version].filter((name) => !cgroups.controllers.includes(name));
  if (lacking.length > 0)
    return `need the cgroup controllers ${lacking.join(", ")}, which this machine does not offer`;
  if (freeBytes < LEAST_BYTES)
    return `need 2 GiB of free disk space for images and volumes, and there are ${(freeBytes / 1024 ** 3).toFixed(1)} GiB`;
  return undefined;
}
