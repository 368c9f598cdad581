/** What an engine that was killed has left running: providers go on with what they had begun, and nobody notes what comes of it. */
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
  /** In words: the kubernetes provider, the program. */
  what: string;
}

/** A plugin and where its engine listens, which is its argument (pulumi/sdk/go/common/resource/plugin: newPlugin). */
const PLUGIN = /pulumi-(resource|language)-([\w-]+).*? (127\.0\.0\.1|\[::1\]):(\d+)/;

/** The orphans of this project, as far as they can be seen: on this machine. */
export async function readOrphans(): Promise<Orphan[]> {
  const found = await Promise.all((await listProcesses()).map(orphanOf));
  return found.flatMap((orphan) => orphan ?? []);
}

async function orphanOf({ pid, command }: Process): Promise<Orphan | undefined> {
  const [, kind, name, host, port] = PLUGIN.exec(command) ?? [];
  if (kind === undefined || !isOwn(pid)) return undefined;
  // Elsewhere neither a process's folder nor its environment can be seen.
  if (process.platform === "linux" && !(await isOurs(pid))) return undefined;
  if (await listens(host === "[::1]" ? "::1" : "127.0.0.1", Number(port))) return undefined;
  return { pid, what: kind === "resource" ? `the ${name} provider` : "the program" };
}

/**
 * By the folder that its engine ran in, which is the project or another commit of it in a temporary one (`flotilla rollback`),
 * and by the engine's backend.
 */
async function isOurs(pid: number): Promise<boolean> {
  const folder = folderOf(pid);
  const environment = environmentOf(pid);
  if (folder === undefined || environment === undefined) return false;
  const isOfProject = `${folder}/`.startsWith(`${PROJECT}/`) || folder.includes(`/${TEMPORARY}`);
  return isOfProject && sharesBackend(environment.PULUMI_BACKEND_URL);
}

/** The embedded world of a clone and a backend of one's own have stacks side by side: those of the other are not touched. */
async function sharesBackend(url = ""): Promise<boolean> {
  const { PULUMI_BACKEND_URL: own = "" } = process.env;
  // Without a URL it is the one that the user is logged in to.
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

/** Ends them and what they have started; what they had begun stays half done, as if they had been killed with their engine. */
export async function endOrphans(orphans: readonly Orphan[]): Promise<void> {
  const processes = await listProcesses();
  await endProcesses(orphans.flatMap(({ pid }) => treeOf(pid, processes).map((each) => each.pid)));
}
