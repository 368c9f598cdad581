/** Checks that the cluster and the chart registries answer, before anything is deployed. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { PREFIX } from "../config/prefix";
import type { Settings } from "../config/schema";
import { FlotillaError, type Problem } from "../model/problems";
import type { Plan, ReleasePlan } from "../plan/plan";
import {
  type ClusterTarget,
  clusterOf,
  type Kubeconfig,
  mergeKubeconfigs,
  resolveTarget,
} from "./kubeconfig";
import { unreachable, usesProxy } from "./reach";

/**
 * Returns the cluster that the settings and the kubeconfig select. Undefined inside a cluster without a kubeconfig.
 * @throws FlotillaError if the context does not exist or its API server does not answer.
 */
export async function checkCluster(
  settings: Pick<Settings, "cluster">,
  stack: string,
  environment = process.env,
): Promise<ClusterTarget | undefined> {
  const paths = kubeconfigPaths(settings, environment);
  const files = paths.filter((path) => existsSync(path));
  // Inside a cluster without a kubeconfig, the provider uses the pod's service account.
  if (files.length === 0 && environment.KUBERNETES_SERVICE_HOST && settings.cluster.context === undefined)
    return undefined;
  if (files.length === 0)
    throw new FlotillaError([
      {
        where: `${PREFIX}:cluster`,
        what: `there is no kubeconfig at ${paths.join(", ")}`,
        todo: 'Point KUBECONFIG to your cluster\'s kubeconfig, or use the sandbox: npx flotilla sandbox start && eval "$(npx flotilla sandbox env)"',
      },
    ]);
  const config = mergeKubeconfigs(files.map(readKubeconfig));
  const target = resolveTarget(config, settings.cluster.context, {
    files: files.join(", "),
    key: `${PREFIX}:cluster.context`,
    stack,
  });
  if ("what" in target) throw new FlotillaError([target]);
  const { server, context, proxied } = target;
  if (proxied || usesProxy(server.hostname, environment, String(portOf(server)))) return target;
  const reason = await unreachable(hostnameOf(server), portOf(server));
  if (reason !== undefined)
    throw new FlotillaError([
      {
        where: `${PREFIX}:cluster`,
        what: `the cluster of context "${context}" at ${server.origin} cannot be reached: ${reason}`,
        todo: `Start the cluster or connect to its network, then try: kubectl --context ${context} get nodes`,
      },
    ]);
  return target;
}

/** Returns the path in the API server's URL, such as Rancher's `/k8s/clusters/c-1`. Empty if there is none. */
export function serverPath(settings: Pick<Settings, "cluster">, environment = process.env): string {
  const files = kubeconfigPaths(settings, environment).filter((path) => existsSync(path));
  const config = mergeKubeconfigs(files.map(readKubeconfig));
  const { server = "" } = clusterOf(config, settings.cluster.context ?? config["current-context"]) ?? {};
  return URL.canParse(server) ? new URL(server).pathname.replace(/\/+$/, "") : "";
}

/** A release whose chart cannot be downloaded now, as a problem. */
export interface UnreachableChart extends Problem {
  release: string;
}

/** Returns the releases whose chart registry does not answer. Each registry is checked once. */
export async function unreachableCharts(plan: Plan, environment = process.env): Promise<UnreachableChart[]> {
  const asked = new Map<string, Promise<string | undefined>>();
  const found = Object.values(plan.releases).map(async (release) => {
    const url = remoteUrl(release);
    if (!url || usesProxy(url.hostname, environment, String(portOf(url)))) return [];
    const answer = asked.get(url.host) ?? unreachable(hostnameOf(url), portOf(url));
    asked.set(url.host, answer);
    const reason = await answer;
    return reason === undefined ? [] : [describe(release, reason)];
  });
  return (await Promise.all(found)).flat();
}

function describe(release: ReleasePlan, reason: string): UnreachableChart {
  const { chart } = release;
  const name = "url" in chart ? `${chart.url} ${chart.version}` : chart.path;
  return {
    release: release.name,
    where: `release ${release.name}`,
    what: `the chart ${name} cannot be reached: ${reason}`,
    todo: "Connect to the registry's network, or deploy from charts/vendor: npx flotilla charts pull, then set flotilla:charts to vendored.",
  };
}

function remoteUrl({ chart }: ReleasePlan): URL | undefined {
  // Not every Node version parses the host of an `oci:` URL.
  return "url" in chart ? new URL(chart.url.replace(/^oci:/, "https:")) : undefined;
}

/** Replaces ~ at the start of a path with the home folder. */
export const expandHome = (path: string): string => path.replace(/^~(?=\/)/, homedir());

function kubeconfigPaths(settings: Pick<Settings, "cluster">, environment: NodeJS.ProcessEnv): string[] {
  if (settings.cluster.kubeconfig !== undefined) return [expandHome(settings.cluster.kubeconfig)];
  const listed = (environment.KUBECONFIG ?? "").split(delimiter).filter((path) => path !== "");
  return listed.length > 0 ? listed : [join(homedir(), ".kube", "config")];
}

function readKubeconfig(path: string): Kubeconfig {
  try {
    const config = (parse(readFileSync(path, "utf8")) ?? {}) as Kubeconfig;
    for (const { cluster } of config.clusters ?? []) {
      // A relative path starts at the folder of the kubeconfig.
      const file = cluster?.["certificate-authority"];
      if (cluster && file) cluster["certificate-authority"] = resolve(dirname(path), file);
    }
    return config;
  } catch (error) {
    throw new FlotillaError([
      {
        where: path,
        what: `the kubeconfig cannot be read: ${(error as Error).message.split("\n")[0]}`,
        todo: "Fix it, or point KUBECONFIG to another file.",
      },
    ]);
  }
}

/** Returns the kubeconfig that kubectl uses without arguments, merged from its files. */
export function usersKubeconfig(environment = process.env): { paths: string[]; config: Kubeconfig } {
  const paths = kubeconfigPaths({ cluster: {} }, environment);
  const files = paths.filter((path) => existsSync(path));
  return { paths, config: mergeKubeconfigs(files.map(readKubeconfig)) };
}

const hostnameOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, "");
const portOf = (url: URL) => Number(url.port || (url.protocol === "http:" ? 80 : 443));
