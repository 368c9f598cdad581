/** Any Kubernetes object, by server-side apply. Readiness is not waited for: Flotilla applies none that needs it. */
import { difference } from "../protocol/difference";
import { isMap, type Properties, revealMap } from "../protocol/property";
import type { Difference } from "../protocol/server";
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

export async function applyObject(connection: Connection, news: Properties): Promise<Properties> {
  const flags = ["--server-side", "--force-conflicts", `--field-manager=${MANAGER}`, "-o", "json", "-f", "-"];
  const live = await run(
    "kubectl",
    [...connection.kubectl, "apply", ...flags],
    JSON.stringify(revealMap(news)),
  );
  return stateOf(news, JSON.parse(live));
}

/** Undefined when it is gone. */
export async function readObject(connection: Connection, state: Properties): Promise<Properties | undefined> {
  const args = [...connection.kubectl, "get", "--ignore-not-found", "-o", "json", "-f", "-"];
  const live = await run("kubectl", args, identityOf(state));
  return live.trim() === "" ? undefined : stateOf(state, JSON.parse(live));
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
