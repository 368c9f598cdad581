/** Processes left by a killed engine: its providers continue their operations, and nothing records the results. */
import { connect } from "node:net";
import { PROJECT } from "../tools/paths";
import {
  endProcesses,
  environmentOf,
  folderOf,
  isOwn,
  listProcesses,
  type Process,
  treeOf,
} from "../tools/processes";
import { TEMPORARY } from "../tools/temporary";
import { folderOf as folderOfBackend, readBackend } from "./backend";

export interface Orphan {
  pid: number;
  /** What it is: `the kubernetes provider`, `the program`. */
  what: string;
}

/** A plugin's command line with the address of its engine (pulumi/sdk/go/common/resource/plugin: newPlugin). */
const PLUGIN = /pulumi-(resource|language)-([\w-]+).*? (127\.0\.0\.1|\[::1\]):(\d+)/;

/** Returns the orphans of this project on this machine. */
export async function readOrphans(): Promise<Orphan[]> {
  const found = await Promise.all((await listProcesses()).map(orphanOf));
  return found.flatMap((orphan) => orphan ?? []);
}

async function orphanOf({ pid, command }: Process): Promise<Orphan | undefined> {
  const [, kind, name, host, port] = PLUGIN.exec(command) ?? [];
  if (kind === undefined || !isOwn(pid)) return undefined;
  // Only Linux shows a process's folder and environment.
  if (process.platform === "linux" && !(await isOurs(pid))) return undefined;
  if (await listens(host === "[::1]" ? "::1" : "127.0.0.1", Number(port))) return undefined;
  return { pid, what: kind === "resource" ? `the ${name} provider` : "the program" };
}

/**
 * Whether it belongs to this project, by the folder of its engine (the project, or a temporary worktree of `flotilla rollback`)
 * and by the engine's backend.
 */
async function isOurs(pid: number): Promise<boolean> {
  const folder = folderOf(pid);
  const environment = environmentOf(pid);
  if (folder === undefined || environment === undefined) return false;
  const isOfProject = `${folder}/`.startsWith(`${PROJECT}/`) || folder.includes(`/${TEMPORARY}`);
  return isOfProject && sharesBackend(environment.PULUMI_BACKEND_URL);
}

/** The sandbox and the user's own backend can both be in use: orphans of the other backend are left alone. */
async function sharesBackend(url = ""): Promise<boolean> {
  const { PULUMI_BACKEND_URL: own = "" } = process.env;
  // Without a URL, it is the backend that the user is logged in to.
  if (url === own) return true;
  if (!url.startsWith("file:")) return false;
  const folder = folderOfBackend(url);
  if (own !== "") return own.startsWith("file:") && folder === folderOfBackend(own);
  const backend = await readBackend();
  return backend.kind === "file" && folder === backend.folder;
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** Ends the orphans and their children; their operations stay unfinished, as if killed together with the engine. */
export async function endOrphans(orphans: readonly Orphan[]): Promise<void> {
  const processes = await listProcesses();
  await endProcesses(orphans.flatMap(({ pid }) => treeOf(pid, processes).map((each) => each.pid)));
}
