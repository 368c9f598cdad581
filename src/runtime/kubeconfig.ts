/** Finds the cluster that a kubeconfig and the settings select. Pure. */
import { suggest } from "../model/nearest";
import type { Problem } from "../model/problems";

/** The parts of a kubeconfig that connect a context with a cluster. */
export interface Kubeconfig {
  "current-context"?: string;
  contexts?: { name: string; context?: { cluster?: string } }[];
  clusters?: { name: string; cluster?: KubeconfigCluster }[];
}

/** A cluster's entry in a kubeconfig. */
export interface KubeconfigCluster {
  server?: string;
  "proxy-url"?: string;
  /** PEM in base64. It wins over the file. */
  "certificate-authority-data"?: string;
  /** Path of a PEM file. */
  "certificate-authority"?: string;
}

/** The cluster of a context. */
export interface ClusterTarget {
  context: string;
  /** Name of the cluster's entry in the kubeconfig. */
  name: string;
  cluster: KubeconfigCluster;
  server: URL;
  /** Whether requests go through a proxy. The server itself may then be unreachable from this machine. */
  proxied: boolean;
}

/** Merges files as kubectl does: the first file with a value wins. */
export function mergeKubeconfigs(files: readonly Kubeconfig[]): Kubeconfig {
  return {
    "current-context": files.map((file) => file["current-context"]).find((context) => context),
    contexts: files.flatMap((file) => file.contexts ?? []),
    clusters: files.flatMap((file) => file.clusters ?? []),
  };
}

/** Returns the cluster of a context. */
export const clusterOf = ({ contexts = [], clusters = [] }: Kubeconfig, context: string | undefined) => {
  const name = contexts.find((entry) => entry.name === context)?.context?.cluster;
  return clusters.find((entry) => entry.name === name)?.cluster;
};

/** Returns the cluster of a context, or the problem with it. */
export function resolveTarget(
  config: Kubeconfig,
  chosen: string | undefined,
  shown: { files: string; key: string; stack: string },
): ClusterTarget | Problem {
  const { files, key, stack } = shown;
  const names = (config.contexts ?? []).map(({ name }) => name);
  const context = chosen ?? config["current-context"];
  const choose = `Set one: pulumi config set --path ${key} <context> --stack ${stack}`;
  if (context === undefined)
    return {
      where: files,
      what: "the kubeconfig has no current context, and the stack does not set one",
      todo:
        names.length > 0
          ? `${choose} (known: ${names.join(", ")})`
          : "Point KUBECONFIG to your cluster's kubeconfig.",
    };
  const entry = config.contexts?.find(({ name }) => name === context);
  if (!entry)
    return {
      where: chosen === undefined ? files : key,
      what: `${files} has no context "${context}"`,
      todo: `${suggest(context, names)} ${choose}`,
    };
  const cluster = clusterOf(config, context);
  if (!cluster?.server || !URL.canParse(cluster.server))
    return {
      where: files,
      what: `context "${context}" uses cluster "${entry.context?.cluster}", which has no server address`,
      todo: "Fix the kubeconfig, or use another context.",
    };
  return {
    context,
    name: String(entry.context?.cluster),
    cluster,
    server: new URL(cluster.server),
    proxied: cluster["proxy-url"] !== undefined,
  };
}
