/** A kubeconfig as a provider's input: the path of a file or its content, and which of its clusters is in use. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { parse } from "yaml";
import { isMap, type Properties, type Property } from "../protocol/property";

/** What the provider can be told about a cluster; a key that is not set has its empty value, so that two can be compared. */
export interface Cluster {
  server: string;
  tlsServerName: string;
  insecure: boolean;
  authorityFile: string;
  authorityData: string;
  proxy: string;
  disableCompression: boolean;
  extensions: Property;
}

export interface Kubeconfig {
  currentContext: string;
  /** The cluster of each context. */
  contexts: Record<string, string>;
  clusters: Record<string, Cluster>;
}

const EMPTY: Kubeconfig = { currentContext: "", contexts: {}, clusters: {} };

/** The path of the file, or undefined where the text is no path of a file, and so is content. */
export function pathOf(pathOrContent: string): string | undefined {
  const path = pathOrContent.replace(/^~(?=\/|$)/, homedir());
  return existsSync(path) ? path : undefined;
}

/**
 * An input that is missing or empty is an empty kubeconfig; a path that leads nowhere is taken as content.
 * @throws Error with the official provider's words.
 */
export function readKubeconfig(input: Property | undefined): Kubeconfig {
  if (input === undefined || input === null || input === "") return EMPTY;
  // JSON is YAML.
  if (isMap(input)) return parseKubeconfig(JSON.stringify(input));
  if (typeof input !== "string") throw new Error(`unexpected kubeconfig format, type: ${typeof input}`);
  try {
    const path = pathOf(input);
    return parseKubeconfig(path === undefined ? input : readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`failed to parse kubeconfig: ${(error as Error).message}`);
  }
}

/** @throws Error for what is no kubeconfig. */
export function parseKubeconfig(content: string): Kubeconfig {
  const document = (parse(content) ?? {}) as Property;
  if (!isMap(document)) {
    const type = Array.isArray(document) ? "array" : typeof document;
    // The engine looks for these words, and goes on without a replacement where it finds them.
    throw new Error(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${type} into Go value of type struct ` +
        '{ APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
    );
  }
  return {
    currentContext: text(document["current-context"]),
    contexts: byName(document.contexts, (entry) => text(map(entry.context).cluster)),
    clusters: byName(document.clusters, (entry) => clusterOf(map(entry.cluster))),
  };
}

/** The cluster that the provider talks to, by its inputs `context` and `cluster`; undefined where the kubeconfig lacks it. */
export function activeCluster(config: Kubeconfig, { context, cluster }: Properties): Cluster | undefined {
  // An input that is set decides, even if it is empty.
  const inUse = own(config.contexts, context == null ? config.currentContext : text(context));
  if (inUse === undefined) return undefined;
  return own(config.clusters, cluster == null ? inUse : text(cluster));
}

function clusterOf(entry: Properties): Cluster {
  return {
    server: text(entry.server),
    tlsServerName: text(entry["tls-server-name"]),
    insecure: entry["insecure-skip-tls-verify"] === true,
    authorityFile: text(entry["certificate-authority"]),
    authorityData: text(entry["certificate-authority-data"]).replace(/\s/g, ""),
    proxy: text(entry["proxy-url"]),
    disableCompression: entry["disable-compression"] === true,
    extensions: entry.extensions ?? [],
  };
}

function byName<T>(list: Property | undefined, read: (entry: Properties) => T): Record<string, T> {
  const entries = Array.isArray(list) ? list.filter(isMap) : [];
  return Object.fromEntries(entries.map((entry) => [text(entry.name), read(entry)]));
}

const own = <T>(record: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

const text = (value: Property | undefined): string => (typeof value === "string" ? value : "");

const map = (value: Property | undefined): Properties => (isMap(value) ? value : {});
