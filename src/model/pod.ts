/** The pods of a service: where they run, how they resolve names, their labels and annotations. */

/** A directory that the program writes to. */
export interface WritableDirectory {
  path: string;
  /** Most that it can hold, a Kubernetes quantity. A pod that writes more is evicted. Default: the disk limit of the pod. */
  size?: string;
  /** Whether it is in memory. It then needs a size, which counts towards the memory limit. Default: on disk. */
  memory?: true;
}

/** Returns the writable directories of a service, each with its path. */
export const directoriesOf = (writable: readonly (string | WritableDirectory)[] = []): WritableDirectory[] =>
  writable.map((directory) => (typeof directory === "string" ? { path: directory } : directory));

/** How the pods resolve host names. */
export interface Dns {
  /** ClusterFirst: cluster names first; Default: as the node; None: only what follows. Default: ClusterFirst. */
  policy?: "ClusterFirst" | "Default" | "None";
  /** Addresses of additional name servers. Default: none. */
  nameservers?: string[];
  /** Additional search domains. Default: none. */
  searches?: string[];
  /** Resolver options by name, such as `{ ndots: "2" }`; an empty text for an option without a value. Default: none. */
  options?: Record<string, string>;
}

/** A taint that the pods tolerate. */
export interface Toleration {
  /** Key of the taint. */
  key: string;
  /** Value of the taint. Default: any value. */
  value?: string;
  /** Effect of the taint. Default: every effect. */
  effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
  /** Seconds that the pods stay on a node with the taint; only for NoExecute. Default: no limit. */
  seconds?: number;
}

/** A requirement for the labels of a node. */
export interface NodeRequirement {
  /** Key of the label. */
  key: string;
  operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";
  /** Values of the label. Default: none, for Exists and DoesNotExist. */
  values?: string[];
}

/** How pods are spread over the parts of a topology. */
export interface TopologySpread {
  /** Label of the nodes. Required for names other than zones and nodes. */
  topologyKey?: string;
  /** Largest difference in pods between two parts. Default: 1. */
  maxSkew?: number;
  /** Whether the scheduler may break it. Default: ScheduleAnyway. */
  whenUnsatisfiable?: "ScheduleAnyway" | "DoNotSchedule";
}

/** The spreads of the chart: the label of the nodes, by name. */
export const SPREADS: Readonly<Record<string, string>> = {
  zones: "topology.kubernetes.io/zone",
  nodes: "kubernetes.io/hostname",
};

/** What the pods of a service need from their nodes and their network. */
export interface PodNeeds {
  /** Additional labels. Default: none. */
  labels?: Record<string, string>;
  /** Annotations. Default: none. */
  annotations?: Record<string, string>;
  /** IP addresses by host name, for the pods' hosts file. Default: none. */
  hostAliases?: Record<string, string>;
  /** How the pods resolve host names. Default: as the cluster. */
  dns?: Dns;
  /** Labels that a node must have. Default: none. */
  nodeSelector?: Record<string, string>;
  /** What the labels of a node must or should be; each list holds as a whole. Default: nothing. */
  nodeAffinity?: { required?: NodeRequirement[]; preferred?: NodeRequirement[] };
  /** Names of services and stores whose nodes the scheduler prefers. Default: none. */
  near?: string[];
  /** Whether pods of the service share a node: preferably not, never, or as it comes. Default: preferred (not). */
  antiAffinity?: "preferred" | "required" | "none";
  /** Changes and additions to the spread over `zones` and `nodes`, by name. Default: both, with a difference of 1. */
  topologySpread?: Record<string, TopologySpread>;
  /** Tolerated taints, by a name of your choice. Default: none. */
  tolerations?: Record<string, Toleration>;
  /** Priority class, which the cluster must have. Default: the cluster's. */
  priorityClass?: string;
  /** Runtime class, which the cluster must have. Default: the cluster's. */
  runtimeClass?: string;
}
