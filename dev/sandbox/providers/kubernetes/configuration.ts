/** Decides whether a change of the provider's inputs updates it, or replaces it together with all its resources. */
import { isDeepStrictEqual } from "node:util";
import { type Properties, revealMap, UNKNOWN } from "../protocol/property";
import type { ConfigDifference } from "../protocol/provider";
import { activeCluster, readKubeconfig } from "./kubeconfig";

/** The inputs that select the cluster. */
const TARGETING = ["kubeconfig", "context", "cluster"];

/**
 * Applies the official provider's rules: a different kubeconfig entry is a different cluster, unless `clusterIdentifier`
 * identifies it.
 * @throws Error for an invalid kubeconfig.
 */
export function diffConfiguration(before: Properties, after: Properties): ConfigDifference {
  const olds = revealMap(before);
  const news = revealMap(after);
  const changed = changedKeys(olds, news);
  if (changed.length === 0) return { changed: [], replaces: [] };
  const isIdentified = isSet(news.clusterIdentifier) && !changed.includes("clusterIdentifier");
  const replacesUnlessIdentified = (keys: string[]) => (isIdentified ? [] : keys);
  // Setting or removing the identifier replaces nothing.
  const another =
    changed.includes("clusterIdentifier") && isSet(olds.clusterIdentifier) && isSet(news.clusterIdentifier)
      ? ["clusterIdentifier"]
      : [];
  // An unknown value may be any cluster.
  const unknown = TARGETING.find((key) => news[key] === UNKNOWN);
  if (unknown !== undefined)
    return { changed: [unknown], replaces: replacesUnlessIdentified([...another, unknown]) };
  const oldCluster = activeCluster(readKubeconfig(olds.kubeconfig), olds);
  const newCluster = activeCluster(readKubeconfig(news.kubeconfig), news);
  const targetsAnotherCluster =
    oldCluster !== undefined && newCluster !== undefined && !isDeepStrictEqual(oldCluster, newCluster);
  return {
    changed,
    replaces: replacesUnlessIdentified([
      ...another,
      ...changed.filter((key) => key === "renderYamlToDirectory"),
      ...(targetsAnotherCluster ? TARGETING.filter((key) => changed.includes(key)) : []),
    ]),
  };
}

function changedKeys(olds: Properties, news: Properties): string[] {
  const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
  return [...keys].filter((key) => !isDeepStrictEqual(olds[key] ?? null, news[key] ?? null)).sort();
}

/** An empty string is a value, too. */
const isSet = (value: Properties[string] | undefined): boolean => value !== undefined && value !== null;
