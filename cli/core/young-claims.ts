/** Volume claims that were deleted and recreated empty: they are newer than their store. */

import type { DatedClaim, LiveClaim } from "../stack/claims";
import { releaseOf, type Workload } from "./explain/facts";

/** A claim that was created long after its StatefulSet. */
export interface YoungClaim {
  claim: string;
  release: string;
  /** When it was created, empty. */
  createdAt: string;
}

/** Annotation that marks a claim as intentionally empty. */
export const MEANT_EMPTY = "flotilla.dev/began-empty";

/** How many hours newer than its StatefulSet a claim must be; the StatefulSet creates its first claim immediately. */
const YOUNGER_HOURS = 1;

/**
 * Returns claims that were deleted after their store was installed and recreated empty by its StatefulSet. Only claims with the
 * sole copy of their data count: the claim of a StatefulSet with one pod. With several pods, the others refill a new claim.
 */
export const youngClaims = (claims: readonly LiveClaim[], workloads: readonly Workload[]): YoungClaim[] =>
  workloads.flatMap(({ kind, metadata, spec = {} }) => {
    const release = releaseOf(metadata);
    if (kind !== "StatefulSet" || release === undefined || (spec.replicas ?? 1) > 1) return [];
    const own = (spec.volumeClaimTemplates ?? []).map(
      (template) => `${template.metadata.name}-${metadata.name}-0`,
    );
    const latest = Date.parse(metadata.creationTimestamp ?? "") + YOUNGER_HOURS * 3_600_000;
    return claims.flatMap(({ name, object }) => {
      const { creationTimestamp: createdAt = "" } = object.metadata;
      const isYoung = own.includes(name) && Date.parse(createdAt) > latest;
      return isYoung && beganEmpty(object) ? [{ claim: name, release, createdAt }] : [];
    });
  });

/** Whether a claim got a new, empty volume: not an existing one, a clone, a snapshot or one restored by Velero. */
const beganEmpty = ({ metadata: { annotations = {}, labels = {} }, spec }: DatedClaim): boolean =>
  Object.keys(annotations).some((key) => key.endsWith("kubernetes.io/storage-provisioner")) &&
  spec?.dataSource === undefined &&
  spec?.dataSourceRef === undefined &&
  labels["velero.io/restore-name"] === undefined &&
  annotations[MEANT_EMPTY] === undefined;

/** The message about a young claim, with what to do. */
export const youngText = ({ claim, release, createdAt }: YoungClaim, namespace: string): string =>
  `claim ${claim} is newer than ${release}: it was created empty at ${createdAt}. If that was not intended, restore its data from a backup. If it was: kubectl annotate pvc ${claim} ${MEANT_EMPTY}=true -n ${namespace}`;
