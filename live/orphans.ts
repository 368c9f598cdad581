/** Providers whose engine was killed: they go on with what they had begun, and nobody notes what comes of it. */
import { connect } from "node:net";
import { PROJECT } from "../tools/paths";
import { endProcesses, folderOf, listProcesses, type Process } from "../tools/processes";
import { TEMPORARY } from "../tools/temporary";

export interface Orphan {
  pid: number;
  /** kubernetes, random ... */
  provider: string;
}

/** A provider and where its engine listens, which is its argument (pulumi/sdk/go/common/resource/plugin: newPlugin). */
const PROVIDER = /pulumi-resource-([\w-]+).*? (127\.0\.0\.1|\[::1\]):(\d+)/;

/** The orphans of this project, as far as they can be seen: on this machine. */
export async function readOrphans(): Promise<Orphan[]> {
  const found = await Promise.all((await listProcesses()).map(orphanOf));
  return found.flatMap((orphan) => orphan ?? []);
}

async function orphanOf({ pid, command }: Process): Promise<Orphan | undefined> {
  const [, provider, host, port] = PROVIDER.exec(command) ?? [];
  if (provider === undefined || !isOurs(folderOf(pid))) return undefined;
  return (await listens(host === "[::1]" ? "::1" : "127.0.0.1", Number(port)))
    ? undefined
    : { pid, provider };
}

/**
 * By the folder that its engine ran in: the project, or another commit of it in a temporary one (`flotilla rollback`).
 * Elsewhere than on Linux it cannot be seen.
 */
const isOurs = (folder: string | undefined): boolean =>
  folder === undefined
    ? process.platform !== "linux"
    : folder.startsWith(PROJECT) || folder.includes(`/${TEMPORARY}`);

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

/** Ends them; what they had begun stays half done, as if they had been killed with their engine. */
export async function endOrphans(orphans: readonly Orphan[]): Promise<void> {
  await endProcesses(orphans.map(({ pid }) => pid));
}
