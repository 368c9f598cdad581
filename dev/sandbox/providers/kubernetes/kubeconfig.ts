/** A kubeconfig as a provider input: the path of a file or its content, and the cluster it selects. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { parse } from "yaml";
import { isMap, type Properties, type Property } from "../protocol/property";

/** A cluster entry of a kubeconfig. Missing keys have empty values, so that two entries can be compared. */
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

/** Returns the path of the file, or undefined if the text is content. */
export function pathOf(pathOrContent: string): string | undefined {
  const path = pathOrContent.replace(/^~(?=\/|$)/, homedir());
  return existsSync(path) ? path : undefined;
}

/**
 * A missing or empty input is an empty kubeconfig; the path of a missing file is read as content.
 * @throws Error with the official provider's message.
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

/** @throws Error for content that is not a kubeconfig. */
export function parseKubeconfig(content: string): Kubeconfig {
  const document = (parse(content) ?? {}) as Property;
  if (!isMap(document)) {
    const type = Array.isArray(document) ? "array" : typeof document;
    // The engine looks for this text and, if it finds it, continues without a replacement.
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

/** Returns the cluster selected by the inputs `context` and `cluster`; undefined if the kubeconfig does not have it. */
export function activeCluster(config: Kubeconfig, { context, cluster }: Properties): Cluster | undefined {
  // An input that is set takes precedence, even if it is empty.
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
