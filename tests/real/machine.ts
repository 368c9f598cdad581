/** What a real node could leave behind on this machine. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import execa from "execa";
import { listProcesses } from "../../cli/tools/processes";
import { hierarchiesIn } from "../../dev/sandbox/nodes/cgroups";
import { FIXED_FOLDERS } from "../../dev/sandbox/nodes/layout";

/** Returns mounts, interfaces, namespaces, rules, cgroups, kernel settings and folders, and the processes of a folder. */
export async function traces(folder: string): Promise<Record<string, string[]>> {
  const mounts = readFileSync("/proc/mounts", "utf8");
  const output = async (program: string, ...args: string[]) =>
    (await execa(program, args, { reject: false })).stdout.split("\n");
  const list = (path: string) => (existsSync(path) ? readdirSync(path).sort() : ["none"]);
  return {
    mounts: mounts.split("\n").sort(),
    interfaces: list("/sys/class/net"),
    routes: await output("ip", "route"),
    rules: (await output("nft", "list", "ruleset")).filter((line) => !line.includes("counter")),
    namespaces: list("/run/netns"),
    run: list("/run"),
    cgroups: hierarchiesIn(mounts).flatMap(({ folder: hierarchy }) =>
      list(hierarchy)
        .filter((name) => name.startsWith("flotilla-") || name === "kubepods")
        .map((name) => `${hierarchy}/${name}`),
    ),
    kernel: ["vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops", "net/ipv4/ip_forward"].map(
      (name) => readFileSync(`/proc/sys/${name}`, "utf8").trim(),
    ),
    folders: FIXED_FOLDERS.filter((fixed) => existsSync(fixed)),
    processes: (await listProcesses())
      .filter(({ command }) => command.includes(`${folder}/`))
      .map(({ command }) => command),
  };
}
