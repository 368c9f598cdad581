/** Which volumes of real nodes to create and delete, as a pure decision. */
import { INSIDE } from "./layout";

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
  spec: {
    persistentVolumeReclaimPolicy?: string;
    nodeAffinity?: { required?: { nodeSelectorTerms: { matchExpressions?: { values?: string[] }[] }[] } };
  };
  status?: { phase?: string };
}

export interface VolumeWork {
  /** Volumes to create, each with the folder of its name on its node. */
  create: { node: string; name: string; object: object }[];
  /** Volumes to delete, each after its folder. */
  remove: { node: string; name: string }[];
}

/** The scheduler writes it into a claim whose pod it has found a node for. */
const SELECTED_NODE = "volume.kubernetes.io/selected-node";

const nameOf = (claim: Claim): string => `pvc-${claim.metadata.uid}`;

/** Returns the node of a volume. */
const nodeOf = ({ spec }: Volume): string | undefined =>
  spec.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values?.[0];

/** `nodes` are the names of the sandbox's nodes. */
export function volumeWork(
  nodes: readonly string[],
  claims: readonly Claim[],
  volumes: readonly Volume[],
): VolumeWork {
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
    create: waiting.flatMap((claim) => {
      const node = claim.metadata.annotations?.[SELECTED_NODE];
      if (node === undefined || !nodes.includes(node)) return [];
      return [{ node, name: nameOf(claim), object: volumeFor(claim, node) }];
    }),
    remove: released.flatMap((volume) => {
      const node = nodeOf(volume);
      if (node === undefined || !nodes.includes(node)) return [];
      return [{ node, name: volume.metadata.name }];
    }),
  };
}

/** A `local` volume: the kubelet applies fsGroup to it, which it does not for `hostPath`. */
function volumeFor(claim: Claim, node: string): object {
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
              matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }],
            },
          ],
        },
      },
    },
  };
}
