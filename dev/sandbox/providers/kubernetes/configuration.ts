/** What a change of the provider's own inputs takes: an update, or another provider and with it all of its resources. */
import { isDeepStrictEqual } from "node:util";
import { type Properties, revealMap, UNKNOWN } from "../protocol/property";
import type { ConfigDifference } from "../protocol/provider";
import { activeCluster, readKubeconfig } from "./kubeconfig";

/** The inputs that lead to a cluster. */
const LEADING = ["kubeconfig", "context", "cluster"];

/**
 * The official provider's rules. A cluster has no identity of its own, so another entry of the kubeconfig counts as another
 * cluster, unless `clusterIdentifier` says which one it is.
 * @throws Error for a kubeconfig that cannot be read.
 */
export function diffConfiguration(before: Properties, after: Properties): ConfigDifference {
  const olds = revealMap(before);
  const news = revealMap(after);
  const changed = changedKeys(olds, news);
  if (changed.length === 0) return { changed: [], replaces: [] };
  const isIdentified = isSet(news.clusterIdentifier) && !changed.includes("clusterIdentifier");
  const replacesUnlessIdentified = (keys: string[]) => (isIdentified ? [] : keys);
  // To name the cluster, and to stop naming it, replaces nothing.
  const another =
    changed.includes("clusterIdentifier") && isSet(olds.clusterIdentifier) && isSet(news.clusterIdentifier)
      ? ["clusterIdentifier"]
      : [];
  // What is not known yet may be anything.
  const unknown = LEADING.find((key) => news[key] === UNKNOWN);
  if (unknown !== undefined)
    return { changed: [unknown], replaces: replacesUnlessIdentified([...another, unknown]) };
  const oldCluster = activeCluster(readKubeconfig(olds.kubeconfig), olds);
  const newCluster = activeCluster(readKubeconfig(news.kubeconfig), news);
  const leadsElsewhere =
    oldCluster !== undefined && newCluster !== undefined && !isDeepStrictEqual(oldCluster, newCluster);
  return {
    changed,
    replaces: replacesUnlessIdentified([
      ...another,
      ...changed.filter((key) => key === "renderYamlToDirectory"),
      ...(leadsElsewhere ? LEADING.filter((key) => changed.includes(key)) : []),
    ]),
  };
}

function changedKeys(olds: Properties, news: Properties): string[] {
  const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
  return [...keys].filter((key) => !isDeepStrictEqual(olds[key] ?? null, news[key] ?? null)).sort();
}

/** An empty text is a value, too. */
const isSet = (value: Properties[string] | undefined): boolean => value !== undefined && value !== null;
