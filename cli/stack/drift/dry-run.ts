/** Compares live objects with the result of applying their manifests again, through a server-side dry run. */

import { isDeepStrictEqual } from "node:util";
import { compact } from "../../../src/model/records";
import {
  type Addition,
  addedByHand,
  type ManagedFields,
  removals,
  valueAt,
  without,
} from "../../core/diff/managed";
import { identity, identityOf, type ManifestObject } from "../../core/diff/manifests";
import { overlay } from "../../core/diff/overlay";
import { inParallel } from "../../tools/parallel";
import { type Kubectl, listText, type ObjectList } from "../kubectl";

/** An object as it is in the cluster and as it should be. */
export interface Pair {
  manifest: ManifestObject;
  /** Undefined if it was deleted. */
  live?: ManifestObject;
  /** The live object with every field of the manifest restored and without fields added by hand. */
  wanted: ManifestObject;
  /** Fields that were added by hand. */
  added: Addition[];
  /** Why the API server refuses to apply the manifest, if it does: an immutable field, a webhook. */
  refused?: string;
}

const MANAGER = "flotilla-drift";

type LiveObject = ManifestObject & { metadata: { managedFields?: ManagedFields[] } };

/** @throws ToolError if the cluster does not respond or no longer serves a kind. */
export async function readPairs(
  kubectl: Kubectl,
  namespace: string,
  manifests: readonly ManifestObject[],
): Promise<Pair[]> {
  if (manifests.length === 0) return [];
  const [found, scalers] = await Promise.all([
    readLive(kubectl, namespace, manifests),
    kubectl.json<ObjectList<Scaler>>(["get", "horizontalpodautoscalers", "-n", namespace]),
  ]);
  const scaled = new Set(
    scalers.items.map(({ spec }) => `${spec?.scaleTargetRef?.kind}/${spec?.scaleTargetRef?.name}`),
  );
  const live = new Map(found.map((object) => [identityOf(object), object]));
  // The autoscaler sets the number of pods and may change it between two requests.
  const withoutScaled = <T extends ManifestObject>(object: T): T =>
    scaled.has(`${object.kind}/${object.metadata?.name}`) ? without(object, [["spec", "replicas"]]) : object;
  const present = manifests.filter((manifest) => live.has(identityOf(manifest))).map(withoutScaled);
  const answers = await dryRun(kubectl, namespace, present);
  return inParallel(manifests, async (manifest): Promise<Pair> => {
    const object = live.get(identityOf(manifest));
    if (!object) return { manifest, wanted: manifest, added: [] };
    const { managedFields = [] } = object.metadata;
    const found = addedByHand(withoutScaled(object), manifest, managedFields);
    const { added, refused: refusedRemoval } = await changing(kubectl, namespace, object, found);
    const defaults = new Set(found.filter((addition) => !added.includes(addition)).map(placeOf));
    const answer = answers.get(identityOf(manifest)) ?? {};
    const after = answer.object ?? (overlay(object, manifest) as ManifestObject);
    const taken = addedByHand(after, manifest, managedFields).filter(
      (addition) => !defaults.has(placeOf(addition)),
    );
    const refused = answer.refused ?? refusedRemoval;
    return compact({
      manifest,
      live: withoutServers(withoutScaled(object)),
      wanted: withoutServers(
        withoutScaled(
          without(
            after,
            taken.map(({ pointer }) => pointer),
          ),
        ),
      ),
      added,
      refused,
    });
  });
}

const placeOf = ({ pointer }: Addition): string => JSON.stringify(pointer);

interface Scaler {
  spec?: { scaleTargetRef?: { kind?: string; name?: string } };
}

async function readLive(
  kubectl: Kubectl,
  namespace: string,
  manifests: readonly ManifestObject[],
): Promise<LiveObject[]> {
  const text = await kubectl.run(
    ["get", "-n", namespace, "--ignore-not-found", "--show-managed-fields", "-o", "json", "-f", "-"],
    { input: listText(manifests.map(identity)) },
  );
  return itemsIn(text);
}

/** The server's result for a manifest, or why it refuses it. */
interface Answer {
  object?: LiveObject;
  refused?: string;
}

/** Applies manifests as a dry run, which changes nothing. @throws ToolError if the server cannot be asked. */
async function dryRun(
  kubectl: Kubectl,
  namespace: string,
  manifests: readonly ManifestObject[],
): Promise<Map<string, Answer>> {
  if (manifests.length === 0) return new Map();
  const flags = ["--server-side", "--dry-run=server", "--force-conflicts", `--field-manager=${MANAGER}`];
  try {
    const text = await kubectl.run(["apply", "-n", namespace, ...flags, "-o", "json", "-f", "-"], {
      input: listText(manifests),
    });
    return new Map(itemsIn(text).map((object) => [identityOf(object), { object }]));
  } catch (error) {
    const { message } = error as Error;
    if (!REFUSAL.test(message)) throw error;
    const [only, ...others] = manifests;
    if (others.length === 0) return new Map([[identityOf(only as ManifestObject), { refused: message }]]);
    // One refused manifest must not hide the others: bisect to find it.
    const half = Math.ceil(manifests.length / 2);
    return new Map([
      ...(await dryRun(kubectl, namespace, manifests.slice(0, half))),
      ...(await dryRun(kubectl, namespace, manifests.slice(half))),
    ]);
  }
}

/**
 * Returns the additions that are real changes, without defaults that the server would set again, and why the server refuses to
 * remove them, if it does. A dry run: nothing is changed.
 */
async function changing(
  kubectl: Kubectl,
  namespace: string,
  object: ManifestObject,
  found: Addition[],
): Promise<{ added: Addition[]; refused?: string }> {
  if (found.length === 0) return { added: [] };
  try {
    const text = await remove(kubectl, namespace, object, found, ["--dry-run=server", "-o", "json"]);
    const after = JSON.parse(text) as LiveObject;
    const isSetAgain = ({ pointer }: Addition): boolean => {
      const value = valueAt(after, pointer);
      return value !== undefined && isDeepStrictEqual(value, valueAt(object, pointer));
    };
    return { added: found.filter((addition) => !isSetAgain(addition)) };
  } catch (error) {
    const { message } = error as Error;
    // Any other error means a concurrent change, which the correction reports.
    return compact({ added: found, refused: REFUSAL.test(message) ? message : undefined });
  }
}

/** Removes fields that were added by hand. @throws ToolError if the object has changed since, or the server refuses. */
export const remove = (
  kubectl: Kubectl,
  namespace: string,
  object: ManifestObject,
  added: readonly Addition[],
  flags: readonly string[] = [],
): Promise<string> =>
  kubectl.run(
    [
      ...["patch", "-f", "-", "-n", namespace, "--type=json", "--patch", JSON.stringify(removals(added))],
      ...flags,
    ],
    { input: JSON.stringify(identity(object)) },
  );

/** The API server's refusals of an object, in kubectl's output. */
const REFUSAL = /\bis invalid\b|immutable|denied the request/;

/** kubectl prints a single object without a list. */
function itemsIn(text: string): LiveObject[] {
  if (text.trim() === "") return [];
  const parsed = JSON.parse(text) as LiveObject | (ObjectList<LiveObject> & { kind: "List" });
  return "items" in parsed ? parsed.items : [parsed];
}

/** Removes fields that only the API server sets. */
function withoutServers(object: ManifestObject): ManifestObject {
  const { metadata, ...rest } = object as ManifestObject & { status?: unknown };
  const { uid, resourceVersion, generation, creationTimestamp, managedFields, selfLink, ...named } =
    metadata as Record<string, unknown>;
  const { status, ...own } = rest;
  return { ...own, metadata: named } as ManifestObject;
}
