/** The volumes of a service. */
import type { Service } from "./application";

/** Who can mount a volume: the pods of one node, one pod, or the pods of all nodes. */
export const ACCESS_MODES = ["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"] as const;
export type AccessMode = (typeof ACCESS_MODES)[number];

/** Kinds of workload other than a Deployment. */
export const WORKLOADS = ["StatefulSet"] as const;

/** A volume for data. It is kept when the service is removed. Each pod of a StatefulSet has its own. */
export interface KeptVolume {
  /** Where the container mounts it: an absolute path. */
  path: string;
  /** Size of the volume, a Kubernetes quantity. */
  storage: string;
  /** Who can mount it. With ReadWriteMany, several pods of a Deployment share it. Default: ReadWriteOnce. */
  accessMode?: AccessMode;
}

/** A volume of a service. */
export type Volume = KeptVolume;

/** Returns the volumes that keep data, by name. */
export const keptVolumes = ({ volumes = {} }: Pick<Service, "volumes">): [name: string, KeptVolume][] =>
  Object.entries(volumes).filter((entry): entry is [string, KeptVolume] => "storage" in entry[1]);

/** Whether several pods cannot share a volume. */
export const isOfOnePod = ({ accessMode = "ReadWriteOnce" }: KeptVolume): boolean =>
  accessMode !== "ReadWriteMany";

/** Whether a service can only have one pod: its pods would share a volume that only one of them can mount. */
export const hasOnePod = (service: Pick<Service, "workload" | "volumes">): boolean =>
  service.workload === undefined && keptVolumes(service).some(([, volume]) => isOfOnePod(volume));

/** Returns the name of the volume claim of a Deployment. The chart creates it with this name. */
export const claimName = (service: string, volume: string): string => `${service}-${volume}`;
