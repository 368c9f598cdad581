/** The releases that helm was working on when it was interrupted, or that differ from the state. */
import { taskIn } from "../../../src/plan/deployed";
import { OWN_PREFIX, ownerIdIn } from "../../../src/plan/labels";
import type { HelmRevision, LiveRelease } from "../../stack/releases";
import { isChangedByHand } from "../release-status";
import { type ExportedResource, hasFailed, operationsOf, releasesOf, resourcesOf } from "../state";
import { creatingIn } from "./operations";
import type { Part, Situation } from "./situation";
import { idIn } from "./unrecorded";

/** A Helm release, and what is known about it. */
interface Release {
  name: string;
  live: LiveRelease;
  /** Its resource in the state; undefined if the state does not have it. */
  resource?: ExportedResource;
  /** Whether updates of the release, including the interrupted one, replace its objects. */
  isForced: boolean;
  /** Whether Pulumi was creating it. */
  isBegun: boolean;
  /** Whether the interrupted update installed it without recording it in the state or in a pending operation. */
  isForgotten: boolean;
}

type Given = Pick<Situation, "state" | "live" | "good" | "since">;

/** Returns what to do about the Helm releases. */
export function releaseParts(situation: Given): Part[] {
  const operations = operationsOf(situation.state);
  const known = releasesOf(resourcesOf(situation.state));
  const creating = creatingIn(operations);
  // Interrupted updates are repeated anyway.
  const changed = operations.flatMap(({ type, resource }) => (type === "updating" ? [resource] : []));
  const updating = new Set(changed.map(({ urn }) => urn));
  const forced = new Set(
    [...resourcesOf(situation.state), ...changed].flatMap(({ urn, inputs }) =>
      inputs?.forceUpdate === true ? [urn] : [],
    ),
  );
  const { since } = situation;
  const id = idIn(situation.state);
  return Object.entries(situation.live).map(([name, live]) => {
    const resource = known.get(name);
    const isBegun = creating.has(name);
    const isForgotten = !resource && !isBegun && since !== undefined && isOf(live.newest, since, id);
    // A release that is not in the state and was not being created is not part of this stack.
    if (!resource && !isBegun && !isForgotten) return {};
    const isForced = resource !== undefined && forced.has(resource.urn);
    const release: Release = { name, live, resource, isForced, isBegun, isForgotten };
    if (live.newest.status !== "deployed") return unfinishedRelease(release, situation.good);
    return isForgotten ? runningUnknown(release) : advanced(release, since, updating);
  });
}

/** A running release that is missing from the state. */
const runningUnknown = ({ name }: Release): Part => ({
  found: [`release ${name} is running but missing from the state`],
  unknown: [name],
});

/** A healthy release: it may have a newer revision than the state has recorded. */
function advanced(
  { name, live: { newest }, resource }: Release,
  since: number | undefined,
  updating: ReadonlySet<string>,
): Part {
  if (!resource || since === undefined || updating.has(resource.urn)) return {};
  const isNewer = Date.parse(newest.deployedAt) >= since && isChangedByHand(resource, { newest });
  if (!isNewer) return {};
  return {
    found: [`release ${name} has revision ${newest.revision}, which the state has not recorded`],
    again: [resource.urn],
  };
}

/** A release that is not deployed: its update was interrupted or failed. */
function unfinishedRelease(release: Release, good: Situation["good"]): Part {
  const { name, live, resource, isBegun, isForgotten } = release;
  const { status, revision } = live.newest;
  // A record left by `helm uninstall --keep-history` blocks the name although nothing runs.
  const isGoing = status === "uninstalling" || status === "uninstalled";
  const isPending = status.startsWith("pending-") || isGoing;
  if (!isPending && !isBegun && !isForgotten) return {};
  const found = isPending
    ? [`helm was interrupted at ${name}: revision ${revision} is ${status}`]
    : isForgotten
      ? [`release ${name} is ${status} and missing from the state`]
      : [];
  return {
    found,
    ...(isGoing ? uninstalled(release, "was being removed") : rollBack(release, good)),
    targets: resource ? [resource.urn] : [],
    again: resource && hasFailed(resource) ? [resource.urn] : [],
  };
}

/** Rolls a release back to its last successful revision, or uninstalls it if it never had one. */
function rollBack(release: Release, good: Situation["good"]): Part {
  const { name, live, resource, isForced } = release;
  const to = live.deployed?.revision ?? good[name];
  if (to !== undefined)
    return {
      actions: [
        {
          do: "rollback",
          release: name,
          namespace: live.newest.namespace,
          to,
          ...(isForced ? { force: true } : {}),
        },
      ],
      will: [
        `roll ${name} back to revision ${to}, the last successful one (helm rollback${isForced ? " --force, which replaces its objects" : ""})`,
      ],
    };
  // It may have been deployed by a revision that Helm has pruned, so it must not be removed.
  if (resource && live.oldest > 1) return { beyondHelp: [name] };
  return uninstalled(release, "was never completely installed");
}

const uninstalled = ({ name, live: { newest } }: Release, why: string): Part => ({
  actions: [{ do: "uninstall", release: name, namespace: newest.namespace }],
  will: [
    `uninstall ${name}, which ${why} (helm uninstall; ${taskIn(newest.values) === undefined ? "volume claims stay" : "if its task still runs, this stops it, and the next update runs it again"})`,
  ],
});

/** Whether the interrupted update installed it: if only the provider was killed, the state has neither the release nor an operation. */
function isOf({ deployedAt, manifest, description }: HelmRevision, since: number, id?: string): boolean {
  const owner = ownerIdIn(description);
  return (
    Date.parse(deployedAt) >= since && manifest.includes(OWN_PREFIX) && (owner === undefined || owner === id)
  );
}
