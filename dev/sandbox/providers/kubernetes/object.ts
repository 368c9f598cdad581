/** Any Kubernetes object, by server-side apply. Does not wait for readiness, which no object that Flotilla applies needs. */
import { compact } from "../../../../src/model/records";
import { type Properties, revealMap } from "../protocol/property";
import { type Call, type Found, InitializationError } from "../protocol/provider";
import type { Connection } from "./connection";
import { ALREADY_EXISTS, serverError } from "./errors";
import { named } from "./replacement";
import { retry } from "./retry";
import { change, pause, run } from "./run";
import { isUnreachable } from "./unreachable";

/** No client-side validation: the server handles unknown fields. */
const WRITE = ["--validate=false", "--field-manager=pulumi-kubernetes", "-f", "-"];
/** Timeout of a deletion, in seconds. */
const DELETE_TIMEOUT = 600;

export function checkObject(
  connection: Connection,
  name: string,
  olds: Properties,
  news: Properties,
): Properties {
  const inputs = named(name, olds, news);
  const metadata = inputs.metadata as Properties;
  if (isClusterScoped(news)) return inputs;
  return { ...inputs, metadata: { ...metadata, namespace: metadata.namespace ?? connection.namespace } };
}

/** Creates an object. Refuses one that exists; retries for a while if its namespace or kind does not exist yet. */
export async function createObject(
  connection: Connection,
  news: Properties,
  { urn, status }: Call,
): Promise<Properties> {
  const create = async () => {
    if (!connection.upsertExisting) await dryCreate(connection, news);
    return applyObject(connection, news);
  };
  try {
    return await retry(create, {
      mayPass: ({ message }) => ["NotFound", "NoMatch"].includes(serverError(message).reason ?? ""),
      failed: ({ message }, attempt) => {
        if (!isUnreachable(message))
          status(`Retry #${attempt}; creation failed: ${serverError(message).message}`);
      },
      pause,
    });
  } catch (error) {
    if (isUnreachable((error as Error).message)) throw error;
    const { reason, message } = serverError((error as Error).message);
    if (reason === "NoMatch")
      throw new Error(
        `creation of resource ${JSON.stringify(urn)} with kind ${news.apiVersion}/${news.kind} failed because the ` +
          "Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any required " +
          `CRDs have been created: ${message}`,
      );
    throw new Error(
      `resource ${JSON.stringify(urn)} was not successfully created by the Kubernetes API server: ${message}` +
        (reason === "AlreadyExists" ? ALREADY_EXISTS : ""),
    );
  }
}

/** Asks the server whether it would create the object. */
async function dryCreate(connection: Connection, news: Properties): Promise<void> {
  const flags = ["--dry-run=server", "-o", "name", ...WRITE];
  await run("kubectl", [...connection.kubectl, "create", ...flags], JSON.stringify(revealMap(news)));
}

/** Updates an object. Fails if it no longer exists: a refresh must remove it from the state first. */
export async function updateObject(
  connection: Connection,
  state: Properties,
  news: Properties,
  { urn }: Call,
): Promise<Properties> {
  try {
    await getObject(connection, state);
    return await applyObject(connection, news);
  } catch (error) {
    const { message } = serverError((error as Error).message);
    const live = await liveObject(connection, state);
    if (live)
      throw new InitializationError(
        `the Kubernetes API server reported that ${JSON.stringify(idOf(news))} failed to fully initialize or become live: ${message}`,
        idOf(news),
        stateOf(news, live),
      );
    throw new Error(
      `update of resource ${JSON.stringify(urn)} failed: ${message}\nunable to get cluster state: ${message}`,
    );
  }
}

async function applyObject(connection: Connection, news: Properties): Promise<Properties> {
  const flags = ["--server-side", "--force-conflicts", "-o", "json", ...WRITE];
  const live = await change(
    "kubectl",
    [...connection.kubectl, "apply", ...flags],
    JSON.stringify(revealMap(news)),
  );
  return stateOf(news, JSON.parse(live));
}

/** Returns undefined if the object does not exist. */
export async function readObject(connection: Connection, state: Properties): Promise<Found | undefined> {
  const live = await liveObject(connection, state);
  return live && { state: stateOf(state, live) };
}

/** Reads an object that is not in the state, by its id: `<namespace>/<name>`, or only a name. */
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
    metadata: compact({ name, namespace }),
  });
  if (!live) return undefined;
  const { status, metadata, ...rest } = live;
  const { labels } = metadata as Properties;
  const inputs: Properties = {
    ...rest,
    metadata: compact({ name, namespace, labels }),
  };
  return { inputs, state: stateOf(inputs, live) };
}

/** Returns undefined if the object or its kind does not exist. */
async function liveObject(connection: Connection, state: Properties): Promise<Properties | undefined> {
  try {
    return await getObject(connection, state);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

async function getObject(connection: Connection, state: Properties): Promise<Properties> {
  const args = [...connection.kubectl, "get", "-o", "json", "-f", "-"];
  const { items, ...object } = JSON.parse(await run("kubectl", args, identityOf(state))) as Properties;
  // For an object from standard input kubectl returns a list.
  return Array.isArray(items) ? (items[0] as Properties) : object;
}

const isGone = (error: unknown): boolean =>
  ["NotFound", "NoMatch"].includes(serverError((error as Error).message).reason ?? "");

/** Deletes an object and waits until it is gone; for a namespace until everything in it is gone. */
export async function deleteObject(connection: Connection, state: Properties, { warn }: Call): Promise<void> {
  const flags = ["--cascade=foreground", "--wait=true", `--timeout=${DELETE_TIMEOUT}s`, "-f", "-"];
  try {
    await change("kubectl", [...connection.kubectl, "delete", ...flags], identityOf(state));
  } catch (error) {
    if (isGone(error)) return;
    const { message } = serverError((error as Error).message);
    if (!message.startsWith("timed out waiting for the condition")) throw new Error(message);
    const live = await liveObject(connection, state);
    if (!live) return;
    const { finalizers } = live.metadata as Properties;
    const named = Array.isArray(finalizers) ? finalizers.join(", ") : "";
    warn(`finalizers might be preventing deletion (${named})`);
    throw new Error("timed out waiting for the condition");
  }
}

export function idOf(news: Properties): string {
  const { name, namespace } = revealMap(news).metadata as { name: string; namespace?: string };
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Returns the inputs with their secret marks, and the metadata that the server added. */
function stateOf(news: Properties, live: Properties): Properties {
  const { managedFields, annotations, labels, ...metadata } = live.metadata as Properties;
  // Fields that only the server sets come from the live object, which may have been recreated.
  const own: Properties = {};
  for (const key of ["uid", "resourceVersion", "creationTimestamp"])
    if (metadata[key] !== undefined) own[key] = metadata[key];
  return { ...news, metadata: { ...metadata, ...(news.metadata as Properties), ...own } };
}

function identityOf(state: Properties): string {
  const { apiVersion, kind, metadata } = revealMap(state);
  const { name, namespace } = metadata as Properties;
  return JSON.stringify({ apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } });
}

/** Whether the kind has no namespace, for kinds that programs are likely to use. */
function isClusterScoped({ kind }: Properties): boolean {
  return /^(Namespace|Node|PersistentVolume|StorageClass|PriorityClass|IngressClass|CustomResourceDefinition|Cluster.*)$/.test(
    String(kind),
  );
}
