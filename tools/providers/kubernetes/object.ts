/** Any Kubernetes object, by server-side apply. Readiness is not waited for: Flotilla applies none that needs it. */
import { difference } from "../protocol/difference";
import { isMap, type Properties, revealMap } from "../protocol/property";
import type { Difference, Found } from "../protocol/server";
import type { Connection } from "./connection";
import { change, run } from "./run";

const MANAGER = "pulumi-kubernetes";
/** A change of these makes another object. */
const IDENTITY = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];

export function checkObject(
  connection: Connection,
  name: string,
  olds: Properties,
  news: Properties,
): Properties {
  const metadata = isMap(news.metadata) ? news.metadata : {};
  const old = isMap(olds.metadata) ? olds.metadata : {};
  const suffix = Math.random().toString(16).slice(2, 10);
  return {
    ...news,
    metadata: {
      ...metadata,
      name: metadata.name ?? old.name ?? `${name}-${suffix}`,
      ...(isClusterScoped(news) ? {} : { namespace: metadata.namespace ?? connection.namespace }),
    },
  };
}

export function diffObject(
  { secretsMutable }: Connection,
  oldInputs: Properties,
  news: Properties,
): Difference {
  const changes = difference(oldInputs, news);
  const isFixed = news.kind === "Secret" && !secretsMutable;
  const replaces = Object.keys(changes).filter(
    (path) => IDENTITY.includes(path) || (isFixed && /^(data|stringData|type)\b/.test(path)),
  );
  return { changes, replaces };
}

/** Like the official provider: what is there already is refused, unless it is imported. */
export async function createObject(connection: Connection, news: Properties): Promise<Properties> {
  if (await liveObject(connection, news))
    throw new Error(`${String(news.kind)} "${idOf(news)}" already exists`);
  return applyObject(connection, news);
}

/** Like the official provider: what is gone must have left the state first. */
export async function updateObject(connection: Connection, news: Properties): Promise<Properties> {
  if (!(await liveObject(connection, news)))
    throw new Error(`${String(news.kind)} "${idOf(news)}" not found`);
  return applyObject(connection, news);
}

async function applyObject(connection: Connection, news: Properties): Promise<Properties> {
  const flags = ["--server-side", "--force-conflicts", `--field-manager=${MANAGER}`, "-o", "json", "-f", "-"];
  const live = await run(
    "kubectl",
    [...connection.kubectl, "apply", ...flags],
    JSON.stringify(revealMap(news)),
  );
  return stateOf(news, JSON.parse(live));
}

/** Undefined when it is gone. */
export async function readObject(connection: Connection, state: Properties): Promise<Found | undefined> {
  const live = await liveObject(connection, state);
  return live && { state: stateOf(state, live) };
}

/** An object that no state knows, by its id: `<namespace>/<name>`, or a name alone. */
export async function importObject(
  connection: Connection,
  type: string,
  id: string,
): Promise<Found | undefined> {
  // kubernetes:<group>/<version>:<kind>; the core group is called core.
  const [, groupVersion = "", kind = ""] = type.split(":");
  const [name = "", namespace] = id.split("/").reverse();
  const live = await liveObject(connection, {
    apiVersion: groupVersion.replace(/^core\//, ""),
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  });
  if (!live) return undefined;
  const { status, metadata, ...rest } = live;
  const { labels } = metadata as Properties;
  const inputs: Properties = {
    ...rest,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
    },
  };
  return { inputs, state: stateOf(inputs, live) };
}

async function liveObject(connection: Connection, state: Properties): Promise<Properties | undefined> {
  const args = [...connection.kubectl, "get", "--ignore-not-found", "-o", "json", "-f", "-"];
  const live = await run("kubectl", args, identityOf(state));
  if (live.trim() === "") return undefined;
  // With --ignore-not-found one object comes as a list of one.
  const { items, ...object } = JSON.parse(live) as Properties;
  return Array.isArray(items) ? (items[0] as Properties | undefined) : object;
}

/** Waits until it is gone. */
export async function deleteObject(connection: Connection, state: Properties): Promise<void> {
  const flags = ["--ignore-not-found", "--wait=true", "--timeout=300s", "-f", "-"];
  await change("kubectl", [...connection.kubectl, "delete", ...flags], identityOf(state));
}

export function idOf(news: Properties): string {
  const { name, namespace } = revealMap(news).metadata as { name: string; namespace?: string };
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The inputs, their secret marks kept, with what the server added to the metadata. */
function stateOf(news: Properties, live: Properties): Properties {
  const { managedFields, annotations, labels, ...metadata } = live.metadata as Properties;
  return { ...news, metadata: { ...metadata, ...(news.metadata as Properties) } };
}

function identityOf(state: Properties): string {
  const { apiVersion, kind, metadata } = revealMap(state);
  const { name, namespace } = metadata as Properties;
  return JSON.stringify({ apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } });
}

/** Kinds without a namespace among those a program is likely to use. */
function isClusterScoped({ kind }: Properties): boolean {
  return /^(Namespace|Node|PersistentVolume|StorageClass|PriorityClass|IngressClass|CustomResourceDefinition|Cluster.*)$/.test(
    String(kind),
  );
}
