/** Which cluster the provider talks to, as flags of kubectl and helm. */
import { homedir } from "node:os";
import { type Properties, revealMap } from "../protocol/property";

export interface Connection {
  kubectl: string[];
  helm: string[];
  /** Namespace of what names none. */
  namespace: string;
  /** Whether a Secret's data is changed in place; else a change makes another Secret. */
  secretsMutable: boolean;
}

export function connectionOf(inputs: Properties): Connection {
  const { kubeconfig, context, cluster, namespace, enableSecretMutable } = revealMap(inputs);
  const file = typeof kubeconfig === "string" ? pathOf(kubeconfig) : undefined;
  const flags = (names: { context: string; cluster: string | undefined }) => [
    ...(file === undefined ? [] : ["--kubeconfig", file]),
    ...(typeof context === "string" ? [`--${names.context}`, context] : []),
    ...(typeof cluster === "string" && names.cluster !== undefined ? [`--${names.cluster}`, cluster] : []),
  ];
  return {
    kubectl: flags({ context: "context", cluster: "cluster" }),
    // Helm has no flag for the cluster of a context.
    helm: flags({ context: "kube-context", cluster: undefined }),
    namespace: typeof namespace === "string" ? namespace : "default",
    // The engine hands a provider's own inputs over as text.
    secretsMutable: String(enableSecretMutable) === "true",
  };
}

/** The official provider takes content as well; here it would have to be written to a file that nobody removes. */
function pathOf(kubeconfig: string): string {
  if (kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{"))
    throw new Error(
      "the stand-in takes the path of a kubeconfig, not its content; install the official kubernetes plugin",
    );
  return kubeconfig.replace(/^~(?=\/)/, homedir());
}
