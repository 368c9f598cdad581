/** Where the embedded cluster and its stacks are kept: `.flotilla/` of the clone, which git ignores. */
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";

/** Everything an embedded cluster and its stacks keep on disk; deleting it forgets them. */
export interface World {
  folder: string;
  /** The cluster's own files: certificates, etcd's data, logs. */
  cluster: string;
  kubeconfig: string;
  /** Pulumi's file backend. */
  state: string;
  passphrase: string;
  /** Copies of stack files that lead to the embedded cluster. */
  stacks: string;
  /** Links to the tools in use, for PATH. */
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
