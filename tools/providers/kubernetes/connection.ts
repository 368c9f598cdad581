/** Which cluster the provider talks to, as flags of kubectl and helm. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  const file = typeof kubeconfig === "string" ? fileOf(kubeconfig) : undefined;
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

/** The input is a path or the content itself; content goes to a file that only the user can read. */
function fileOf(kubeconfig: string): string {
  if (!kubeconfig.includes("\n") && !kubeconfig.trimStart().startsWith("{")) return kubeconfig;
  const file = join(mkdtempSync(join(tmpdir(), "flotilla-")), "kubeconfig");
  writeFileSync(file, kubeconfig, { mode: 0o600 });
  return file;
}
