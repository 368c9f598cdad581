/** Which volumes of the real node to create and delete, as a pure decision. */
import { INSIDE, NODE_NAME } from "./layout";

export const PROVISIONER = "flotilla.dev/folder";
export const STORAGE_CLASS = "standard";

interface Named {
  metadata: { name: string; uid: string; namespace?: string; annotations?: Record<string, string> };
}

export interface Claim extends Named {
  spec: {
    storageClassName?: string;
    volumeName?: string;
    accessModes: string[];
    volumeMode?: string;
    resources: { requests: { storage: string } };
  };
  status?: { phase?: string };
}

export interface Volume extends Named {
  spec: { persistentVolumeReclaimPolicy?: string };
  status?: { phase?: string };
}

export interface VolumeWork {
  /** Volumes to create, each with its folder. */
  create: { folder: string; object: object }[];
  /** Names of volumes to delete, each after its folder of the same name. */
  remove: string[];
}

const nameOf = (claim: Claim): string => `pvc-${claim.metadata.uid}`;

export function volumeWork(claims: readonly Claim[], volumes: readonly Volume[]): VolumeWork {
  const known = new Set(volumes.map(({ metadata }) => metadata.name));
  const waiting = claims.filter(
    (claim) =>
      claim.spec.storageClassName === STORAGE_CLASS &&
      claim.spec.volumeName === undefined &&
      claim.spec.volumeMode !== "Block" &&
      claim.status?.phase === "Pending" &&
      !known.has(nameOf(claim)),
  );
  const released = volumes.filter(
    ({ metadata, spec, status }) =>
      metadata.annotations?.["pv.kubernetes.io/provisioned-by"] === PROVISIONER &&
      spec.persistentVolumeReclaimPolicy === "Delete" &&
      status?.phase === "Released",
  );
  return {
    create: waiting.map((claim) => ({ folder: nameOf(claim), object: volumeFor(claim) })),
    remove: released.map(({ metadata }) => metadata.name),
  };
}

/** A `local` volume: the kubelet applies fsGroup to it, which it does not for `hostPath`. */
function volumeFor(claim: Claim): object {
  const name = nameOf(claim);
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    // The annotation leaves its deletion to us.
    metadata: { name, annotations: { "pv.kubernetes.io/provisioned-by": PROVISIONER } },
    spec: {
      capacity: { storage: claim.spec.resources.requests.storage },
      accessModes: claim.spec.accessModes,
      persistentVolumeReclaimPolicy: "Delete",
      storageClassName: STORAGE_CLASS,
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        name: claim.metadata.name,
        namespace: claim.metadata.namespace,
        uid: claim.metadata.uid,
      },
      local: { path: `${INSIDE}/volumes/${name}` },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            {
              matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [NODE_NAME] }],
            },
          ],
        },
      },
    },
  };
}
