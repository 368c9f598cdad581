/** Volume claims of a namespace. */
import type { Kubectl, ObjectList } from "./kubectl";

export interface LiveClaim {
  name: string;
  /** As Kubernetes writes it: 8Gi. */
  size: string;
  uid: string;
  /** The release that its pods are of, by the label that Helm's charts give it. */
  release?: string;
  /** The PersistentVolume that it is bound to. */
  volume?: string;
}

interface ClaimObject {
  metadata: { name: string; uid: string; labels?: Record<string, string> };
  spec?: { volumeName?: string; resources?: { requests?: { storage?: string } } };
  status?: { capacity?: { storage?: string } };
}

/** The claims of a namespace, by name; none where there is no such namespace. */
export async function readClaims(kubectl: Kubectl, namespace: string): Promise<LiveClaim[]> {
  const { items } = await kubectl.json<ObjectList<ClaimObject>>([
    ...["get", "persistentvolumeclaims", "-n", namespace],
  ]);
  return items.map(({ metadata: { name, uid, labels }, spec, status }) => {
    const release = labels?.["app.kubernetes.io/instance"];
    return {
      name,
      uid,
      size: status?.capacity?.storage ?? spec?.resources?.requests?.storage ?? "size unknown",
      ...(release === undefined ? {} : { release }),
      ...(spec?.volumeName === undefined ? {} : { volume: spec.volumeName }),
    };
  });
}

/** The claims that the pods of a release take up by their names: `<template>-<release>[-<role>]-<number>`. */
export const claimsOf = (claims: readonly LiveClaim[], release: string): LiveClaim[] =>
  claims.filter((claim) => claim.release === release);
