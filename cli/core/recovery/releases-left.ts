/** The releases that helm was working on when it was ended, or that the state does not know as they are. */
import { OWN_PREFIX } from "../../../src/plan/labels";
import type { HelmRevision, LiveRelease } from "../../stack/releases";
import { isChangedByHand } from "../release-status";
import { type ExportedResource, hasFailed, operationsOf, releasesOf, resourcesOf } from "../state";
import { creatingIn } from "./operations";
import type { Part, Situation } from "./situation";

/** One of Helm's releases, and what is known of it. */
interface Release {
  name: string;
  live: LiveRelease;
  /** Its resource in the state; none where the state does not know it. */
  resource?: ExportedResource;
  /** Whether Pulumi was creating it. */
  isBegun: boolean;
  /** Whether the update has installed it, and neither its state nor an operation of it says so. */
  isForgotten: boolean;
}

type Given = Pick<Situation, "state" | "live" | "good" | "since">;

/** What Helm's releases come to. */
export function releaseParts(situation: Given): Part[] {
  const operations = operationsOf(situation.state);
  const known = releasesOf(resourcesOf(situation.state));
  const creating = creatingIn(operations);
  // An update that was broken off is done again anyway.
  const updating = new Set(
    operations.flatMap(({ type, resource }) => (type === "updating" ? [resource.urn] : [])),
  );
  const { since } = situation;
  return Object.entries(situation.live).map(([name, live]) => {
    const resource = known.get(name);
    const isBegun = creating.has(name);
    const isForgotten = !resource && !isBegun && since !== undefined && isOf(live.newest, since);
    // A release that is not in the state, and that no update was creating, is not this stack's.
    if (!resource && !isBegun && !isForgotten) return {};
    const release: Release = { name, live, resource, isBegun, isForgotten };
    if (live.newest.status !== "deployed") return unfinishedRelease(release, situation.good);
    return isForgotten ? runningUnknown(release) : advanced(release, since, updating);
  });
}

/** One that runs, and that the state does not know. */
const runningUnknown = ({ name }: Release): Part => ({
  found: [`release ${name} runs, and the state does not know it`],
  unknown: [name],
});

/** One that is well: whether it came to that in an update which the state has not heard the end of. */
function advanced(
  { name, live: { newest }, resource }: Release,
  since: number | undefined,
  updating: ReadonlySet<string>,
): Part {
  if (!resource || since === undefined || updating.has(resource.urn)) return {};
  const isNewer = Date.parse(newest.deployedAt) >= since && isChangedByHand(resource, { newest });
  if (!isNewer) return {};
  return {
    found: [`release ${name} went on to revision ${newest.revision}, and the state does not know it`],
    again: [resource.urn],
  };
}

/** One that is not deployed: of an update that was broken off in the middle of it, or that failed. */
function unfinishedRelease(release: Release, good: Situation["good"]): Part {
  const { name, live, resource, isBegun, isForgotten } = release;
  const { status, revision } = live.newest;
  // A record that `helm uninstall --keep-history` left holds the name, and nothing runs.
  const isGoing = status === "uninstalling" || status === "uninstalled";
  const isPending = status.startsWith("pending-") || isGoing;
  if (!isPending && !isBegun && !isForgotten) return {};
  const found = isPending
    ? [`helm was ended in the middle of ${name}: revision ${revision} is ${status}`]
    : isForgotten
      ? [`release ${name} is ${status}, and the state does not know it`]
      : [];
  return {
    found,
    ...(isGoing ? uninstalled(release, "was being removed") : putBack(release, good)),
    targets: resource ? [resource.urn] : [],
    again: resource && hasFailed(resource) ? [resource.urn] : [],
  };
}

/** Back to its last good revision; one that never had one is removed. */
function putBack(release: Release, good: Situation["good"]): Part {
  const { name, live, resource } = release;
  const to = live.deployed?.revision ?? good[name];
  if (to !== undefined)
    return {
      actions: [{ do: "rollback", release: name, namespace: live.newest.namespace, to }],
      will: [`put revision ${to} of ${name} back, the last good one (helm rollback)`],
    };
  // It may have run once, and Helm have forgotten that: nothing of it may be removed.
  if (resource && live.oldest > 1) return { beyondHelp: [name] };
  return uninstalled(release, "was never completely installed");
}

const uninstalled = ({ name, live }: Release, why: string): Part => ({
  actions: [{ do: "uninstall", release: name, namespace: live.newest.namespace }],
  will: [`remove ${name}, which ${why} (helm uninstall; volume claims stay)`],
});

/** The provider may have been killed where the engine was not: the state then has neither the release nor an operation. */
const isOf = ({ deployedAt, manifest }: HelmRevision, since: number): boolean =>
  Date.parse(deployedAt) >= since && manifest.includes(OWN_PREFIX);
