/** Reads what an interrupted update has left. */
import { chosenNamespace } from "../../../src/config/namespace";
import { compact } from "../../../src/model/records";
import { askWithKubectl } from "../../../src/runtime/ask-cluster";
import { isOwn as isOwnNamespace } from "../../../src/runtime/check-namespace";
import { readNamespace } from "../../../src/runtime/verify-cluster";
import { isCreation } from "../../core/recovery/operations";
import { decide, type Recovery } from "../../core/recovery/recovery";
import type { Situation } from "../../core/recovery/situation";
import { idIn } from "../../core/recovery/unrecorded";
import { namespaceIn } from "../../core/release-status";
import {
  type ExportedState,
  isShared,
  operationsOf,
  RELEASE,
  releasesOf,
  resourcesOf,
} from "../../core/state";
import { ToolError } from "../../tools/failure";
import { type Access, accessTo, reachCluster } from "../access";
import { exportState } from "../engine";
import { planOf } from "../findings";
import { readLastUpdate, type Update } from "../history";
import type { Kubectl } from "../kubectl";
import { readLocks } from "../locks";
import { markedOf, readLost } from "../lost";
import { otherNamespace } from "../other-namespace";
import { PROJECT_NAME } from "../project";
import { type LiveRelease, lastSuperseded, readReleases } from "../releases";
import { readUnrecorded } from "./unrecorded";

/** Returns what there is to recover, and how. `restored`: whether the state is a restored copy that may lack the last steps. */
export async function recoveryOf(stack: string, { restored = false } = {}): Promise<Recovery> {
  const access = accessTo(stack);
  const [locks, state, last] = await Promise.all([
    readLocks(PROJECT_NAME, stack),
    exportState(stack),
    readLastUpdate(stack),
  ]);
  const resources = resourcesOf(state);
  const kubectl = await reachCluster(access, stack, resources);
  const namespace = namespaceIn(resources) ?? access.namespace;
  if (namespace === undefined) throw new ToolError(`nothing of stack ${stack} is deployed`);
  const live = ownOf(stack, access, state, await readReleases(kubectl, namespace));
  const lost = await readLost(kubectl, resources, live);
  const { recreated, stranger } = await otherNamespace(access, resources);
  const place = await readNamespace(askWithKubectl(access.cluster), namespace);
  const isOwn = place !== undefined && !place.isGoing && isOwnNamespace(place, compact({ id: idIn(state) }));
  const since = restored ? 0 : unfinishedSince(last, isOwn);
  const isUnfinished = since !== undefined || (locks ?? []).length > 0 || operationsOf(state).length > 0;
  const planned =
    isOwn && isUnfinished ? planOf(stack, compact({ read: access.read, resources })) : undefined;
  return decide({
    stranger,
    since,
    unrecorded:
      planned?.namespace.name === namespace ? await readUnrecorded(stack, planned, state, kubectl) : [],
    lost,
    marked: markedOf(resources).filter((resource) => !lost.includes(resource)),
    recreated,
    locks: locks ?? [],
    seesLocks: locks !== undefined,
    state,
    live,
    good: await goodRevisions(kubectl, namespace, live),
    lastResult: last?.result,
    exists: await existing(kubectl, state),
  });
}

/**
 * The releases that can belong to the stack. In a shared namespace, those are the ones in the state, in pending operations and in
 * the plan, because a release of another stack looks just like a forgotten one.
 */
function ownOf(
  stack: string,
  access: Access,
  state: ExportedState,
  live: Readonly<Record<string, LiveRelease>>,
): Record<string, LiveRelease> {
  const resources = resourcesOf(state);
  const { read } = access;
  const isOthers =
    (read !== undefined && !chosenNamespace(read.settings.namespace).create) ||
    (resources.length > 0 && isShared(resources));
  if (!isOthers) return live;
  const own = new Set([
    ...releasesOf(resources).keys(),
    ...operationsOf(state).map(({ resource }) => String(resource.inputs?.name)),
    ...Object.keys(planOf(stack, compact({ read, resources }))?.releases ?? {}),
  ]);
  return Object.fromEntries(Object.entries(live).filter(([name]) => own.has(name)));
}

/** A first update that was killed is in no history, but has created the namespace. */
function unfinishedSince(
  last: Pick<Update, "result" | "startedAt"> | undefined,
  isOwn: boolean,
): number | undefined {
  if (last === undefined) return isOwn ? 0 : undefined;
  return last.result === "succeeded" ? undefined : Date.parse(last.startedAt);
}

/** The last good revisions of releases without a deployed one: helm was interrupted after it superseded the old revision. */
async function goodRevisions(
  kubectl: Kubectl,
  namespace: string,
  live: Readonly<Record<string, LiveRelease>>,
): Promise<Record<string, number>> {
  const without = Object.keys(live).filter((name) => live[name]?.deployed === undefined);
  const found = await Promise.all(
    without.map(async (name) => [name, await lastSuperseded(kubectl, namespace, name)] as const),
  );
  return Object.fromEntries(
    found.flatMap(([name, revision]) => (revision ? [[name, revision] as const] : [])),
  );
}

/** Whether the cluster has the objects that were being created. */
async function existing(kubectl: Kubectl, state: ExportedState): Promise<Situation["exists"]> {
  const objects = operationsOf(state).filter(
    (operation) =>
      isCreation(operation) &&
      operation.resource.type.startsWith("kubernetes:") &&
      operation.resource.type !== RELEASE,
  );
  const found = await Promise.all(
    objects.map(async ({ resource }) => {
      const { apiVersion, kind, metadata } = resource.inputs ?? {};
      const name = await kubectl.run(["get", "--ignore-not-found", "-o", "name", "-f", "-"], {
        input: JSON.stringify({ apiVersion, kind, metadata }),
      });
      return [resource.urn, name.trim() !== ""] as const;
    }),
  );
  return Object.fromEntries(found);
}
