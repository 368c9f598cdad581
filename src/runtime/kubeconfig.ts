/** Which cluster a kubeconfig and the settings lead to: pure decisions on parsed files. */
import { suggest } from "../model/nearest";
import type { Problem } from "../model/problems";

/** The part of a kubeconfig that says where a context leads. */
export interface Kubeconfig {
  "current-context"?: string;
  contexts?: { name: string; context?: { cluster?: string } }[];
  clusters?: { name: string; cluster?: KubeconfigCluster }[];
}

export interface KubeconfigCluster {
  server?: string;
  "proxy-url"?: string;
  /** PEM in base64; it wins over the file. */
  "certificate-authority-data"?: string;
  /** Path of a PEM file. */
  "certificate-authority"?: string;
}

/** A cluster to talk to. */
export interface ClusterTarget {
  context: string;
  /** Its entry in the kubeconfig. */
  name: string;
  cluster: KubeconfigCluster;
  server: URL;
  /** Requests go through a proxy, so the server itself need not be reachable from here. */
  proxied: boolean;
}

/** Merges files as kubectl does: the first that says something wins. */
export function mergeKubeconfigs(files: readonly Kubeconfig[]): Kubeconfig {
  return {
    "current-context": files.map((file) => file["current-context"]).find((context) => context),
    contexts: files.flatMap((file) => file.contexts ?? []),
    clusters: files.flatMap((file) => file.clusters ?? []),
  };
}

/** What a context leads to. */
export const clusterOf = ({ contexts = [], clusters = [] }: Kubeconfig, context: string | undefined) => {
  const name = contexts.find((entry) => entry.name === context)?.context?.cluster;
  return clusters.find((entry) => entry.name === name)?.cluster;
};

/** The cluster of a context, or what is wrong. */
export function resolveTarget(
  config: Kubeconfig,
  wanted: string | undefined,
  shown: { files: string; key: string; stack: string },
): ClusterTarget | Problem {
  const { files, key, stack } = shown;
  const names = (config.contexts ?? []).map(({ name }) => name);
  const context = wanted ?? config["current-context"];
  const choose = `Name one with: pulumi config set --path ${key} <context> --stack ${stack}`;
  if (context === undefined)
    return {
      where: files,
      what: "no context is current, and the stack names none",
      todo:
        names.length > 0
          ? `${choose} (there are: ${names.join(", ")})`
          : "Point KUBECONFIG at your cluster's kubeconfig.",
    };
  const entry = config.contexts?.find(({ name }) => name === context);
  if (!entry)
    return {
      where: wanted === undefined ? files : key,
      what: `${files} has no context "${context}"`,
      todo: `${suggest(context, names)} ${choose}`,
    };
  const cluster = clusterOf(config, context);
  if (!cluster?.server || !URL.canParse(cluster.server))
    return {
      where: files,
      what: `context "${context}" leads to cluster "${entry.context?.cluster}", which has no server address`,
      todo: "Fix the kubeconfig, or name another context.",
    };
  return {
    context,
    name: String(entry.context?.cluster),
    cluster,
    server: new URL(cluster.server),
    proxied: cluster["proxy-url"] !== undefined,
  };
}
