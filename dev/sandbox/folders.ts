/** The folders of the sandbox: `.flotilla/` in the project, which git ignores. */
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";

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

/** The sandbox of the project. */
export const sandboxOfProject = (): World => worldIn(join(PROJECT, ".flotilla"));
