/** Finds out who set which field of a live object, from the API server's record of it (metadata.managedFields). */
import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../../../src/model/records";

export interface ManagedFields {
  manager?: string;
  operation?: string;
  subresource?: string;
  fieldsV1?: FieldsV1;
}

/** Fields as a tree: `f:<name>`, `k:<keys of a list entry as JSON>`, `v:<value>`, and `.` for the node itself. */
export interface FieldsV1 {
  [step: string]: FieldsV1;
}

/** The steps to a field: keys, and indexes in lists. */
export type Pointer = readonly (string | number)[];

/** A field, and the values that identify the list entries it is in: entries may have moved by the time it is removed. */
interface Place {
  pointer: Pointer;
  entries: readonly { pointer: Pointer; value: unknown }[];
}

/** A field that was added by hand. */
export interface Addition extends Place {
  /** The program it was added with. */
  manager: string;
}

/** Field managers of people who change objects by hand. */
const HANDS = /^(kubectl|k9s|node-fetch|Mozilla|dashboard)/;

/** Bookkeeping of kubectl and Helm, and restart requests: nothing that anyone wants reverted. */
const NOTES = [
  "kubectl.kubernetes.io/last-applied-configuration",
  "kubectl.kubernetes.io/restartedAt",
  "deployment.kubernetes.io/revision",
  "kubernetes.io/change-cause",
  "kubernetes.io/metadata.name",
  "meta.helm.sh/release-name",
  "meta.helm.sh/release-namespace",
  "app.kubernetes.io/managed-by",
];

/** Maps shared by several managers: the first writer does not own them as a whole. */
const SHARED = ["annotations", "labels"];

/** Parts that the API server writes. */
const SERVERS = ["status", "managedFields"];

/** Returns the fields of a live object that people added by hand and the manifest does not have. */
export function addedByHand(live: unknown, manifest: unknown, managed: readonly ManagedFields[]): Addition[] {
  const found = managed
    .filter(({ manager = "", subresource }) => HANDS.test(manager) && subresource === undefined)
    .flatMap(({ manager = "", fieldsV1 = {} }) =>
      added(fieldsV1, live, manifest).map((place) => ({ ...place, manager })),
    );
  return [...new Map(found.map((entry) => [JSON.stringify(entry.pointer), entry])).values()];
}

const TOP: Place = { pointer: [], entries: [] };

function added(fields: FieldsV1, live: unknown, manifest: unknown, { pointer, entries } = TOP): Place[] {
  return Object.entries(fields).flatMap(([step, inner]): Place[] => {
    const [kind, text] = [step.slice(0, 2), step.slice(2)];
    if (kind !== "f:" && kind !== "k:" && kind !== "v:") return [];
    if (kind === "f:") {
      if (SERVERS.includes(text) || NOTES.includes(text)) return [];
      const place = { pointer: [...pointer, text], entries };
      return below(inner, fieldOf(live, text), fieldOf(manifest, text), place);
    }
    if (!Array.isArray(live)) return [];
    const fits = (item: unknown) => (kind === "v:" ? JSON.stringify(item) === text : hasKeys(item, text));
    const index = live.findIndex(fits);
    if (index < 0) return [];
    const counterpart = Array.isArray(manifest) ? manifest.find(fits) : undefined;
    const own = [...pointer, index];
    const identifying =
      kind === "v:" ? [{ pointer: own, value: live[index] as unknown }] : keysOf(live[index], text, own);
    return below(inner, live[index], counterpart, { pointer: own, entries: [...entries, ...identifying] });
  });
}

/** The key fields of a list entry with their values, which are never secret. */
const keysOf = (item: unknown, keys: string, pointer: Pointer): { pointer: Pointer; value: unknown }[] =>
  Object.keys(JSON.parse(keys) as object).flatMap((key) => {
    const value = fieldOf(item, key);
    return value === undefined ? [] : [{ pointer: [...pointer, key], value }];
  });

function below(fields: FieldsV1, live: unknown, manifest: unknown, place: Place): Place[] {
  if (live === undefined) return [];
  if (manifest === undefined || manifest === null) {
    // The whole node if this manager created it, else only what it added inside.
    const steps = Object.keys(fields).filter((step) => step !== ".");
    const isShared = SHARED.includes(String(place.pointer.at(-1)));
    const isWhole = steps.length === 0 || ("." in fields && !isShared);
    return isWhole ? [place] : added(fields, live, manifest, place);
  }
  return added(fields, live, manifest, place);
}

const fieldOf = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined);

/** Whether a list entry has these key values; a key that it lacks has the server's default. */
function hasKeys(item: unknown, keys: string): boolean {
  const wanted = Object.entries(JSON.parse(keys) as Record<string, unknown>);
  return (
    typeof item === "object" &&
    item !== null &&
    wanted.some(([key]) => fieldOf(item, key) !== undefined) &&
    wanted.every(([key, value]) => fieldOf(item, key) === undefined || fieldOf(item, key) === value)
  );
}

/** Returns a copy without these fields. */
export function without<T>(value: T, pointers: readonly Pointer[]): T {
  const copy = structuredClone(value) as unknown;
  // From the end, so that earlier indexes stay valid.
  const ordered = [...pointers].sort((a, b) => compare(b, a));
  for (const pointer of ordered) {
    const parent = valueAt(copy, pointer.slice(0, -1));
    const last = pointer.at(-1) as string | number;
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else if (typeof parent === "object" && parent !== null)
      delete (parent as Record<string, unknown>)[String(last)];
    // The API server drops these maps when they are empty.
    const [shared, above] = [String(pointer.at(-2)), valueAt(copy, pointer.slice(0, -2))];
    if (SHARED.includes(shared) && isDeepStrictEqual(parent, {}))
      delete (above as Record<string, unknown>)[shared];
  }
  return copy as T;
}

/** A step of a JSON patch (RFC 6902). */
export type PatchStep = { op: "remove"; path: string } | { op: "test"; path: string; value: unknown };

/** A JSON patch that removes these fields, unless the list entries they are in have moved. */
export const removals = (places: readonly Place[]): PatchStep[] => [
  ...places.flatMap(({ entries }) =>
    entries.map(({ pointer, value }) => ({ op: "test" as const, path: pathOf(pointer), value })),
  ),
  ...places
    .map(({ pointer }) => pointer)
    .sort((a, b) => compare(b, a))
    .map((pointer) => ({ op: "remove" as const, path: pathOf(pointer) })),
];

const pathOf = (pointer: Pointer): string =>
  `/${pointer.map((step) => String(step).replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`;

/** The value at a pointer. */
export const valueAt = (object: unknown, pointer: Pointer): unknown => pointer.reduce(at, object);

const at = (value: unknown, step: string | number): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[step] : undefined;

function compare(a: Pointer, b: Pointer): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [left, right] = [a[index], b[index]];
    if (left === right) continue;
    if (left === undefined) return -1;
    if (right === undefined) return 1;
    if (typeof left === "number" && typeof right === "number") return left - right;
    return String(left) < String(right) ? -1 : 1;
  }
  return 0;
}
