/** kind (Kubernetes in Docker): its command lines, and whether it can run here. Pure. */
import { shortDigest } from "../../../src/plan/digest";
import { insteadOf } from "./alternatives";

/** The cluster of a sandbox on kind. */
export interface KindCluster {
  name: string;
  /** The program that runs the nodes as containers. */
  engine: string;
}

/** Returns the name of the cluster of a sandbox. Two clones have different ones. */
export const kindName = (folder: string): string => `flotilla-${shortDigest(folder)}`;

/** kind's variable for an engine other than Docker. */
export const ENGINE_VARIABLE = "KIND_EXPERIMENTAL_PROVIDER";

/**
 * Returns the engine that kind would use, or why kind cannot run and what can, on one line.
 * @param chosen the value of kind's variable.
 */
export function engineFor(
  isOnPath: (program: string) => boolean,
  chosen = "",
): { engine: string } | { obstacle: string } {
  const engines = chosen === "" ? ["docker", "podman"] : [chosen];
  const engine = engines.find(isOnPath);
  const missing = [
    ...(isOnPath("kind") ? [] : ["kind (https://kind.sigs.k8s.io)"]),
    ...(engine === undefined ? [chosen === "" ? "Docker or Podman" : `${chosen} (${ENGINE_VARIABLE})`] : []),
  ];
  return engine === undefined || missing.length > 0
    ? { obstacle: `kind nodes need ${missing.join(" and ")} on PATH. ${insteadOf("kind")}` }
    : { engine };
}

/** Time for the node to become ready. */
const WAIT = "180s";

export const createArguments = ({ name }: KindCluster, kubeconfig: string): string[] => [
  ...["create", "cluster", "--name", name, "--kubeconfig", kubeconfig, "--wait", WAIT],
];

/** Succeeds if the cluster does not exist. */
export const deleteArguments = ({ name }: KindCluster, kubeconfig: string): string[] => [
  ...["delete", "cluster", "--name", name, "--kubeconfig", kubeconfig],
];

/** Prints the names of the containers, one a line; nothing if the cluster does not exist. */
export const nodesArguments = ({ name }: KindCluster): string[] => ["get", "nodes", "--name", name];

export const loadArguments = ({ name }: KindCluster, archive: string): string[] => [
  ...["load", "image-archive", archive, "--name", name],
];

/** Docker is kind's default; naming it would turn off kind's own detection. */
export const kindEnvironment = ({ engine }: KindCluster): Record<string, string> =>
  engine === "docker" ? {} : { [ENGINE_VARIABLE]: engine };

/** Returns the reason in the output of a failed kind: its error and, where that is about the engine, the engine's own words. */
export function kindReason(output: string): string {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const after = (label: string) => lines.find((line) => line.startsWith(label))?.slice(label.length);
  const error = after("ERROR: ")?.replace(/command ".*" failed with error: /, "");
  return [error, after("Command Output: ")].filter(Boolean).join(": ") || (lines.at(-1) ?? "no output");
}
