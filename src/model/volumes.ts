/** The volumes of a service or task. */
import type { Service } from "./application";

/** Who can mount a volume: the pods of one node, one pod, or the pods of all nodes. */
export const ACCESS_MODES = ["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"] as const;
export type AccessMode = (typeof ACCESS_MODES)[number];

/** Kinds of workload other than a Deployment. */
export const WORKLOADS = ["StatefulSet"] as const;

/** Where the container mounts a volume. */
interface Mount {
  /** An absolute path. */
  path: string;
  /** A file or folder in the volume. A change of a Secret or ConfigMap then only shows after a restart. Default: all of it. */
  subPath?: string;
}

/** A volume for data. It is kept when the service is removed. Each pod of a StatefulSet has its own. */
export interface KeptVolume extends Mount {
  /** Size of the volume, a Kubernetes quantity. */
  storage: string;
  /** Who can mount it. With ReadWriteMany, several pods of a Deployment share it. Default: ReadWriteOnce. */
  accessMode?: AccessMode;
}

/** The keys of a Secret or ConfigMap that a volume contains. */
export interface Keys {
  /** Name of the file of each key. Keys that are not listed are left out. Default: all keys, each with its own name. */
  keys?: Record<string, string>;
  /** Whether the pods start without the object. Default: an update is refused if it is missing. */
  optional?: true;
}

/** A Secret that others create in the namespace. */
export interface SecretVolume extends Keys {
  secret: string;
}

/** A ConfigMap that others create in the namespace. */
export interface ConfigMapVolume extends Keys {
  configMap: string;
}

/** A volume claim that others create in the namespace. */
export interface ClaimVolume {
  claim: string;
  /** Must be an access mode of the claim. ReadWriteMany and ReadOnlyMany allow several pods. Default: ReadWriteOnce. */
  accessMode?: AccessMode | "ReadOnlyMany";
  /** Whether the container only reads. Default: false. */
  readOnly?: true;
}

/** Fields of the pod, each as a file. */
export interface FieldsVolume {
  /** A field of the pod by file name, such as `{ labels: "metadata.labels" }`. */
  fields: Record<string, string>;
}

/** A volume that a CSI driver creates with the pod, such as one with secrets of a vault. */
export interface CsiVolume {
  csi: {
    /** The driver, which the cluster must have. */
    driver: string;
    /** Whether the container only reads. Default: false. */
    readOnly?: true;
    /** File system of the volume. Default: the driver's. */
    fsType?: string;
    /** What the driver needs to know. Default: nothing. */
    attributes?: Record<string, string>;
    /** An existing Secret that the driver reads. Default: none. */
    secret?: string;
  };
}

/** A token of the ServiceAccount for another system, which Kubernetes renews. */
export interface TokenSource {
  token: {
    /** Name of the file. */
    path: string;
    /** The system that accepts the token. For the Kubernetes API, use `permissions`. */
    audience: string;
    /** How long a token is valid, in seconds: 600 or more. Default: 3600. */
    seconds?: number;
  };
}

/** Several sources in one folder, by a name of your choice. */
export interface ProjectedVolume {
  projected: Record<string, SecretVolume | ConfigMapVolume | FieldsVolume | TokenSource>;
}

/** A volume whose content comes from existing objects. */
export type MountedVolume = Mount &
  (SecretVolume | ConfigMapVolume | ClaimVolume | FieldsVolume | CsiVolume | ProjectedVolume);

/** A volume of a service: for data, or with content from existing objects. */
export type Volume = KeptVolume | MountedVolume;

type WithVolumes = { volumes?: Record<string, Volume> };

/** Whether the content of a volume comes from existing objects. */
export const isExternal = (volume: Volume): volume is MountedVolume => !("storage" in volume);

/** Returns the volumes that keep data, by name. */
export const keptVolumes = ({ volumes = {} }: WithVolumes): [name: string, KeptVolume][] =>
  Object.entries(volumes).filter((entry): entry is [string, KeptVolume] => "storage" in entry[1]);

/** Returns the volumes whose content comes from existing objects, by name. */
export const mountedVolumes = ({ volumes = {} }: WithVolumes): [name: string, MountedVolume][] =>
  Object.entries(volumes).filter((entry): entry is [string, MountedVolume] => isExternal(entry[1]));

/** Returns the sources of a volume: several for a projected one. */
export const sourcesOf = (volume: MountedVolume) =>
  "projected" in volume ? Object.values(volume.projected) : [volume];

/** Whether only one pod can use a volume. */
export const isOfOnePod = ({ accessMode = "ReadWriteOnce" }: { accessMode?: string }): boolean =>
  accessMode !== "ReadWriteMany" && accessMode !== "ReadOnlyMany";

/** Returns the names of the volumes that limit a service to one pod. */
export const volumesOfOnePod = (service: Pick<Service, "workload" | "volumes">): string[] =>
  Object.entries(service.volumes ?? {}).flatMap(([name, volume]) =>
    ("claim" in volume || (service.workload === undefined && "storage" in volume)) && isOfOnePod(volume)
      ? [name]
      : [],
  );

/** Whether a service can only have one pod: its pods would share a volume that only one of them can mount. */
export const hasOnePod = (service: Pick<Service, "workload" | "volumes">): boolean =>
  volumesOfOnePod(service).length > 0;

/** Returns the name of the volume claim of a Deployment. The chart creates it with this name. */
export const claimName = (service: string, volume: string): string => `${service}-${volume}`;
