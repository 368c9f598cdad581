/** The cluster that the provider connects to, as flags of kubectl and helm. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compact } from "../../../../src/model/records";
import { type Properties, revealMap } from "../protocol/property";
import { pathOf, readKubeconfig } from "./kubeconfig";

export interface Connection {
  kubectl: string[];
  helm: string[];
  /** Namespace of objects that do not set one. */
  namespace: string;
  /** Whether changed data updates a Secret or ConfigMap in place; else it replaces the object. */
  secretsMutable: boolean;
  configMapsMutable: boolean;
  /** Whether creating an object that exists updates it. */
  upsertExisting: boolean;
  /** Whether resources of an unreachable cluster are removed from the state. */
  deleteUnreachable: boolean;
  /** Why the kubeconfig cannot be used at all. */
  unusable?: string;
}

export function connectionOf(inputs: Properties): Connection {
  const { kubeconfig, context, cluster, namespace, ...options } = revealMap(inputs);
  const flags = (names: { context: string; cluster: string | undefined }, file: string | undefined) => [
    ...(file === undefined ? [] : ["--kubeconfig", file]),
    ...(isGiven(context) ? [`--${names.context}`, context] : []),
    ...(isGiven(cluster) && names.cluster !== undefined ? [`--${names.cluster}`, cluster] : []),
  ];
  const { file, unusable } = fileOf(kubeconfig);
  return compact({
    kubectl: flags({ context: "context", cluster: "cluster" }, file),
    // Helm has no flag for the cluster of a context.
    helm: flags({ context: "kube-context", cluster: undefined }, file),
    namespace: isGiven(namespace) ? namespace : "default",
    secretsMutable: isTrue(options.enableSecretMutable, "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
    configMapsMutable: isTrue(options.enableConfigMapMutable, "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
    upsertExisting: isTrue(options.upsertExistingObjects, "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
    deleteUnreachable: isTrue(options.deleteUnreachable, "PULUMI_K8S_DELETE_UNREACHABLE"),
    unusable,
  });
}

const isGiven = (value: Properties[string] | undefined): value is string =>
  typeof value === "string" && value !== "";

/** Reads the input, which the engine passes as a string, else the environment variable. */
const isTrue = (input: Properties[string] | undefined, variable: string): boolean =>
  String(input ?? process.env[variable]) === "true";

/** Returns no file for an empty input: kubectl and helm then find the kubeconfig by their own rules. */
function fileOf(kubeconfig: Properties[string] | undefined): { file?: string; unusable?: string } {
  if (!isGiven(kubeconfig)) return {};
  const path = pathOf(kubeconfig);
  if (path !== undefined) return { file: path };
  try {
    readKubeconfig(kubeconfig);
  } catch (error) {
    const reason = (error as Error).message.replace("failed to parse kubeconfig: ", "");
    return { unusable: `failed to parse kubeconfig data in \`kubernetes:config:kubeconfig\`- ${reason}` };
  }
  return { file: temporaryFile(kubeconfig) };
}

/** Writes content to a file, because kubectl and helm read files. Only this user can read it, and it is deleted on exit. */
function temporaryFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "kubeconfig");
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}
