/**
 * The vocabulary of an inventory: the parts of an application, as plain typed data. This file has no logic: `graph.ts` and
 * `validate/` read the inventory, and `src/plan` turns it into a plan.
 */
import type { InitContainer, Sidecar } from "./containers";
import type { PodNeeds, WritableDirectory } from "./pod";

import type { Port, SessionAffinity } from "./ports";
import type { Public } from "./public";
import type { Secret } from "./secrets";
import type { Task } from "./task";
import type { Text } from "./text";
import type { Volume, WORKLOADS } from "./volumes";

export type { Port, SessionAffinity } from "./ports";
export type { Cors, Public, Redirect } from "./public";

/** The kinds of store, by name. A module that registers its own kind adds it here by declaration merging. */
export interface StoreKinds {
  mongodb: unknown;
  mysql: unknown;
  redis: unknown;
  rabbitmq: unknown;
}

/** Name of a kind of store. `registerStoreKind` adds kinds. */
export type StoreKind = keyof StoreKinds;

/** How a store runs: with one pod, or with several and failover. */
export const PROFILES = ["standalone", "replicated"] as const;
export type Profile = (typeof PROFILES)[number];

/** Languages with a preset (see `presets.ts`). */
export const LANGUAGES = [
  "node",
  "java",
  "python",
  "go",
  "php",
  "dotnet",
  "nginx",
  "ruby",
  "rust",
  "elixir",
  "generic",
] as const;
export type Language = (typeof LANGUAGES)[number];

/** An application: a set of services and the stores they use. */
export interface Application {
  /** DNS label, at most 40 characters. It is part of the namespace's name. */
  name: string;
  /** What the application is, in one sentence. */
  description: string;
  /** The responsible team: the label `flotilla.dev/team` of all objects. Default: no label. */
  team?: string;
  /** The services, by name. The Helm release, the Deployment and the host have the same name. */
  services: Record<string, Service>;
  /** The stores, by name. The Helm release has the same name. */
  stores: Record<string, Store>;
  /** Programs that run to their end, by name: migrations before a service is updated, and cron tasks. Default: none. */
  tasks?: Record<string, Task>;
  /** Systems that services connect to and that others operate, by name. Default: none. */
  externals?: Record<string, External>;
  /** Pods in other namespaces that call services of the application, by name. Default: none. */
  callers?: Record<string, Caller>;
  /** Secret values that belong to no account, by name. `secret("<name>")` in a text of a service is the value. Default: none. */
  secrets?: Record<string, Secret>;
}

/** A program that runs from an image: stateless, unless it is a StatefulSet or has volumes for data. */
export interface Service {
  /** Selects the preset for resources, start-up, probes and shutdown (`presets.ts`). */
  language: Language;
  /** The responsible team. Default: the application's team. */
  team?: string;
  image: Image;
  /** The ports, by name. Default: none; a service without ports gets no Kubernetes Service. */
  ports?: Record<string, Port>;
  /** Whether the name resolves to the addresses of the pods, for clients that choose a pod themselves. Default: one address for all pods. */
  headless?: boolean;
  /** Keeps a client address on one pod. Default: each connection goes to any pod. */
  sessionAffinity?: SessionAffinity;
  /** Why only some stacks need the service: it is deployed only with `services.<name>.enabled: true`. Default: always deployed. */
  optional?: Reason;
  /** Names of the services, stores and externals that the service connects to: the edges of the graph. Default: none. */
  uses?: string[];
  /** Environment variables by name. Text that contains a password becomes a key of a Secret. `$(NAME)` is another variable. */
  env?: Record<string, Text>;
  /** Existing Secrets and ConfigMaps whose keys all become variables, by a name of your choice. `env` takes precedence. Default: none. */
  envFrom?: Record<string, EnvSource>;
  /** How Kubernetes checks whether the program can serve requests. Default: no check, for a program without a port. */
  probe?: Probe;
  /** How Kubernetes checks whether the program is alive, independent of its stores. Default: its port accepts connections. */
  liveness?: Probe;
  /** Period, timeout and threshold of the probes. Default: the language's preset. */
  timing?: { readiness?: Partial<Timing>; liveness?: Partial<Timing> };
  /** Why the service has no probe. Default: a missing probe is reported. */
  noProbe?: Reason;
  /** Whether the program exits on start if a host name does not resolve. It then comes after the services it uses. Default: false. */
  needsNames?: boolean;
  /** Names of services in `uses` that must answer before a pod starts. Their releases come before the service's. Default: none. */
  waitsFor?: string[];
  /** Time limit of a pod's wait for `waitsFor`, in seconds. The pod then fails and is started again. Default: 120. */
  waitSeconds?: number;
  /** Maximum time from start to the first successful probe, in seconds. Default: the language's preset. */
  startupSeconds?: number;
  /** How the service is stopped. Default: the language's preset. */
  shutdown?: Partial<Shutdown> & {
    /** Why the values differ from the preset. */
    reason: Reason;
  };
  /** Requests and limits. Default: the language's preset. */
  resources?: Resources;
  /** The user the image runs as. Default: uid and gid 10001. */
  user?: User;
  /** Directories that the program writes to. Each becomes an emptyDir; the rest of the file system is read-only. */
  writable?: (string | WritableDirectory)[];
  /** Working directory of the program. Default: the image's. */
  workingDirectory?: string;
  /** Why the program's file has the capability NET_BIND_SERVICE, without which it does not start. Default: no capability. */
  netBindService?: Reason;
  /** Where the pods run, how they resolve names, and their labels and annotations. Default: anywhere, as the cluster. */
  pod?: PodNeeds;
  /** Additional labels of the Kubernetes Service. Default: none. */
  serviceLabels?: Record<string, string>;
  /** Annotations of the Kubernetes Service. Default: none. */
  serviceAnnotations?: Record<string, string>;
  /** Annotations of the ServiceAccount, such as a cloud identity. A stack sets its own in `values`. Default: none. */
  serviceAccountAnnotations?: Record<string, string>;
  /** StatefulSet: the pods have stable names, host names and their own volumes. Default: a Deployment. */
  workload?: (typeof WORKLOADS)[number];
  /** Whether the pods of a StatefulSet start and stop one after the other, or all at the same time. Default: OrderedReady. */
  podManagementPolicy?: "OrderedReady" | "Parallel";
  /** Volumes, by name. Default: none. */
  volumes?: Record<string, Volume>;
  /** Files to mount into the container, by absolute path: text or binary content. Files with a password are kept in a Secret. */
  files?: Record<string, Text | Binary>;
  /** Replaces the image's entrypoint. `$(NAME)` is the value of a variable. */
  command?: Text[];
  /** Replaces the image's arguments. `$(NAME)` is the value of a variable. */
  args?: Text[];
  /** Containers that run as long as the program, by name: they start before it and stop after it. Default: none. */
  sidecars?: Record<string, Sidecar>;
  /** Containers that run to completion before the program, by name, one after the other, after the wait for stores. Default: none. */
  initContainers?: Record<string, InitContainer>;
  /** Kernel parameters of the pod. Pod Security `restricted` allows only the safe ones. */
  sysctls?: Record<string, string>;
  /** The port that is reachable from outside the cluster, in stacks with a gateway, an ingress or a load balancer. Default: none. */
  public?: Public;
  /** Additional hosts and paths that are reachable from outside the cluster, by name. Default: none. */
  routes?: Record<string, Public>;
  /** Where the program serves metrics, for stacks with `monitoring`. Default: no metrics. */
  metrics?: { /** Name of a port. */ port: string; path: string };
  /** How the number of pods follows the load, for stacks with `autoscaling`. Default: a fixed number. */
  autoscaling?: Autoscaling;
  /** Number of pods that must stay available while nodes are drained. Default: all but one. */
  minAvailable?: number;
  /** Permissions for the Kubernetes API in the service's namespace, by a name of your choice. Pods get a token for them. Default: none, and no token. */
  permissions?: Record<string, Permission>;
}

/** A Secret or ConfigMap that others create in the namespace, whose keys become variables. */
export type EnvSource = ({ secret: string } | { configMap: string }) & {
  /** Text in front of the name of each variable. Default: none. */
  prefix?: string;
  /** Whether the pods start without it. Default: an update is refused if it is missing. */
  optional?: true;
};

/** The content of a file that is not text. */
export interface Binary {
  base64: string;
}

/** A container image. A tag is always a string, such as `"1.10"`. */
export interface Image {
  repository: string;
  tag: string;
  /** Digest: `sha256:` and 64 hex digits. It wins over the tag. Default: none. */
  digest?: string;
}

/** A check of a service: HTTP, gRPC, TCP or a command. The readiness, liveness and start-up probes follow from it. */
export type Probe =
  | { http: HttpProbe }
  | { grpc: GrpcProbe }
  | { tcp: { port: string } }
  | { exec: { command: string[] } };

/** A check by gRPC's health service (`grpc.health.v1.Health`). The kubelet uses no TLS. */
export interface GrpcProbe {
  /** Name of a port. */
  port: string;
  /** Name of the service to ask about. Default: the server as a whole. */
  service?: string;
}

/** Requests and limits of a container, as Kubernetes quantities. */
export interface Resources {
  requests: {
    cpu: string;
    memory: string;
    /** Disk for logs, temporary files and the container's writable layer. Default: 64Mi, or the limit if that is less. */
    "ephemeral-storage"?: string;
  };
  limits: {
    cpu?: string;
    memory: string;
    /** A pod that writes more is evicted. Default: 1Gi (2Gi for stores of Bitnami). */
    "ephemeral-storage"?: string;
  };
}

/** A check by an HTTP GET request. */
export interface HttpProbe {
  path: string;
  /** Name of a port. */
  port: string;
  /** The kubelet does not verify the certificate of an HTTPS server. Default: http. */
  scheme?: "http" | "https";
  /** Headers to send. Default: none. */
  headers?: Record<string, string>;
  /** Why a restart does not help while the path fails on start: the start-up probe then only checks the port. Default: it helps. */
  notStartup?: Reason;
}

/** How often a probe checks, how long it waits, and how many failures count. */
export interface Timing {
  periodSeconds: number;
  timeoutSeconds: number;
  /** Number of consecutive failures after which the probe fails. */
  failureThreshold: number;
}

/** How a pod stops. */
export interface Shutdown {
  /** Seconds between the pod's removal from its Service and SIGTERM. Requests still arrive during this time. */
  sleepSeconds: number;
  /** Seconds between the pod's removal from its Service and SIGKILL, including the sleep. */
  graceSeconds: number;
}

/** The HorizontalPodAutoscaler of a service. */
export interface Autoscaling {
  /** Minimum and maximum number of pods. Default: the stack's bounds (`flotilla:autoscaling`). */
  minReplicas?: number;
  maxReplicas?: number;
  /** Target for the average utilization, in percent of the request. Default: 70 for CPU, none for memory. */
  cpu?: number;
  memory?: number;
  /** Targets for pod metrics, by metric: the average per pod. They need a metrics adapter. Default: none. */
  podMetrics?: Record<string, string>;
  /** How fast it scales. Default: up to twice the pods every 15 s; 10% fewer pods per minute, after 5 minutes of low load. */
  behavior?: { scaleUp?: Partial<ScalingRule>; scaleDown?: Partial<ScalingRule> };
}

/** How fast an autoscaler changes the number of pods. */
export interface ScalingRule {
  /** Largest change in a period, in percent of the pods. */
  percent: number;
  /** Largest change in a period, in pods, if that is more. Default: only the percentage counts. */
  pods: number;
  periodSeconds: number;
  /** Seconds for which the load must last before the number changes. */
  stabilizationWindowSeconds: number;
}

/** A rule of a Role: the allowed verbs for named objects. */
export interface Permission {
  /** API group of the resources. Default: the core group. */
  apiGroup?: string;
  resources: string[];
  /** Names of the objects. Required: a rule for all objects of a kind would include objects of others. */
  names: string[];
  verbs: string[];
  reason: Reason;
}

/** The user and group that a container runs as. */
export interface User {
  uid: number;
  gid: number;
  /** Why the image needs this user. Required below 10000, where user IDs may collide with the node's. Default: none. */
  reason?: Reason;
}

/** A database or queue. */
export interface Store {
  kind: StoreKind;
  /** The accounts of clients, by name. Default: none; the store always has an administrator. */
  accounts?: Record<string, Account>;
  /** Why the store must run without a password and accounts. Only redis and mongodb can. Default: a password is required. */
  noPassword?: Reason;
  /** Names of stores that must be ready before this one. Default: none. */
  needs?: string[];
  /** Jobs that fill the store with its first data, by name. Services that use the store start after them. Default: none. */
  loaders?: Record<string, Loader>;
  resources: Resources;
  /** Size of the volume, a Kubernetes quantity. */
  storage: string;
}

/** A user of a store. */
export interface Account {
  username: string;
  /** The database that the account owns. Omit it for kinds without databases, such as rabbitmq. */
  database?: string;
  credential: Credential;
}

/**
 * A Job that fills a store with its first data. It can run again at any time, for example after a failure or with a new
 * password, so the script must not change existing data.
 */
export interface Loader {
  /** What the Job loads, and from where, in one sentence. */
  does: string;
  /** Names of loaders of the same store that must run first. Default: none. */
  needs?: string[];
  /** The image of the Job. It contains both the data and a client for the store. */
  image: Image;
  /** A script for `sh`, run with `set -eu`. */
  script: string;
  /** Environment variables by name. They can only reference the loader's own store. */
  env: Record<string, Text>;
  /** Time limit, in seconds. Default: 600. */
  seconds?: number;
  /** Requests and limits. Default: requests of 50m CPU and 128Mi, limits of 1 CPU and 512Mi. */
  resources?: Resources;
}

/** The password of an account: generated and kept encrypted in the state, or fixed if an image requires it. */
export type Credential = { generated: true } | { fixed: string; reason: Reason };

/** Why a field differs from the safe default, with a source. */
export type Reason = string;

/** A system that services connect to and that others operate: outside the cluster, or in another namespace. */
export interface External {
  /** Why the application needs it. */
  reason: Reason;
  /** DNS name. A stack can override it (`flotilla:externals`). */
  host: string;
  port: number;
  protocol: "https" | "http" | "tcp" | "udp" | "sctp";
  /** The pods, if the external runs in the cluster: network policies then only allow connections to them. Default: any address. */
  pods?: Peer & { /** The port that the pods listen on. Default: the external's port. */ port?: number };
  /** Addresses, such as 10.1.0.0/16, or a list of them, instead of pods. Default: any address. */
  cidr?: string | string[];
  /** The accounts that services log in with, by name. A stack sets their passwords (`flotilla:credentials`). Default: none. */
  accounts?: Record<string, { username: string; database?: string }>;
  /** A service that replaces the external in stacks with `flotilla:standIns`. Default: none. */
  standIn?: Service;
}

/** Pods in another namespace that call services of the application. */
export interface Caller extends Peer {
  /** Names of the services that the caller calls. */
  calls: string[];
  reason: Reason;
}

/** Pods in another namespace. */
export interface Peer {
  namespace: string;
  labels: Record<string, string>;
}
