/** The folders of the sandbox: `.flotilla/` in the project, which git ignores. */
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import { shortDigest } from "../../src/plan/digest";

/** Everything a sandbox keeps on disk, its cluster and its stacks. Deleting the folder removes them. */
export interface World {
  folder: string;
  /** Files of the cluster: certificates, etcd's data, logs. */
  cluster: string;
  kubeconfig: string;
  /** Pulumi's file backend. */
  state: string;
  passphrase: string;
  /** Copies of stack files that point to the sandbox cluster. */
  stacks: string;
  /** Links to the tools in use, to put on PATH. */
  bin: string;
}

export function worldIn(folder: string): World {
  return {
    folder,
    cluster: join(folder, "cluster"),
    kubeconfig: join(folder, "kubeconfig"),
    state: join(folder, "state"),
    passphrase: join(folder, "passphrase"),
    stacks: join(folder, "stacks"),
    bin: join(folder, "bin"),
  };
}

const FOLDER = join(PROJECT, ".flotilla");

/** The sandbox of the project. */
export const sandboxOfProject = (): World => worldIn(FOLDER);

/**
 * The state of the demo on a cluster that the user has, separate from the sandbox's own. The passphrase is the same: pulumi writes
 * the salt that belongs to it into stack files, which the sandbox uses, too.
 */
export const worldOfContext = (context: string): World => ({
  ...worldIn(join(FOLDER, "contexts", folderName(context))),
  passphrase: sandboxOfProject().passphrase,
});

/** Names of contexts can have any characters, as those of EKS do. */
const folderName = (context: string): string =>
  `${context.replace(/[^\w.-]+/g, "-").slice(0, 40)}-${shortDigest(context)}`;

/** Held while the cluster starts, stops or is deleted. */
export const startLock = ({ folder }: World): string => join(folder, "start.lock");

/** Held while a demo is deployed or deleted. */
export const demoLock = ({ folder }: World): string => join(folder, "demo.lock");
