/** Volume claims that were deleted and recreated empty: they are younger than their store. */

import type { DatedClaim, LiveClaim } from "../stack/claims";
import { releaseOf, type Workload } from "./explain/facts";

/** A claim that was created long after the pods that it belongs to. */
export interface YoungClaim {
  claim: string;
  release: string;
  /** When it began, empty. */
  createdAt: string;
}

/** Annotation that marks a claim as intentionally empty. */
export const MEANT_EMPTY = "flotilla.dev/began-empty";

/** Hours by which a claim has to be younger than its StatefulSet, which creates its first claim at once. */
const YOUNGER_HOURS = 1;

/**
 * Claims that were deleted after their store was installed, and that its StatefulSet has created again, empty. Only claims that are the
 * only copy of their data: the first of a StatefulSet with one pod, since others come with more pods and are filled by those.
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

/** Whether a claim got a new volume with nothing in it: not one that was there, a copy of another, or one that a backup filled. */
const beganEmpty = ({ metadata: { annotations = {}, labels = {} }, spec }: DatedClaim): boolean =>
  Object.keys(annotations).some((key) => key.endsWith("kubernetes.io/storage-provisioner")) &&
  spec?.dataSource === undefined &&
  spec?.dataSourceRef === undefined &&
  labels["velero.io/restore-name"] === undefined &&
  annotations[MEANT_EMPTY] === undefined;

/** A young claim in words, with what to do. */
export const youngText = ({ claim, release, createdAt }: YoungClaim, namespace: string): string =>
  `claim ${claim} is younger than ${release}: it began empty at ${createdAt}. If nobody meant that, restore its data from a backup; if it was meant: kubectl annotate pvc ${claim} ${MEANT_EMPTY}=true -n ${namespace}`;
