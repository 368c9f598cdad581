/**
 * The vocabulary of an inventory: what an application is made of, as plain typed data.
 * Nothing here computes anything; what follows from an inventory is worked out in `graph.ts` and in `plan/`.
 */
import type { Text } from "./text";

/** The kinds of store Flotilla knows how to deploy. */
export const STORE_KINDS = ["mongodb", "mysql", "redis", "rabbitmq"] as const;
export type StoreKind = (typeof STORE_KINDS)[number];

/** How a store runs: one pod, or several that replace each other. */
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
  /** DNS label, at most 20 characters; part of the namespace's name. */
  name: string;
  /** One sentence for people. */
  description: string;
  /** Who answers for it; a label of everything it consists of. Default: none. */
  team?: string;
  /** By name; the name is the Helm release, the Deployment and the host. */
  services: Record<string, Service>;
  /** By name; the name is the Helm release. */
  stores: Record<string, Store>;
  /** What services call and others run, by name. Default: nothing. */
  externals?: Record<string, External>;
  /** Who calls services from elsewhere in the cluster, by name. Default: nobody. */
  callers?: Record<string, Caller>;
}

/** A stateless program that runs from an image. */
export interface Service {
  /** Decides its preset: resources, start-up, probes, shutdown (`presets.ts`). */
  language: Language;
  /** Who answers for it. Default: the application's team. */
  team?: string;
  image: Image;
  /** By name. None: the service listens on nothing and gets no Kubernetes Service. */
  ports?: Record<string, Port>;
  /** Why only some stacks want it: it is left out unless a stack turns it on. Default: every stack has it. */
  optional?: Reason;
  /** Names of the services, stores and externals this one calls: the edges of the graph. Default: none. */
  uses?: string[];
  /** Environment variables by name. A text that mentions a password becomes a key of a Secret. */
  env?: Record<string, Text>;
  /** How Kubernetes asks whether the program can take requests. Default: none, for a program that listens on nothing. */
  probe?: Probe;
  /** What answers as long as the program lives, whatever becomes of its stores. Default: its port takes connections. */
  liveness?: Probe;
  /** How often the probes ask. Default: the language's preset. */
  timing?: { readiness?: Partial<Timing>; liveness?: Partial<Timing> };
  /** Why there is nothing to ask. Default: no reason is given, and checks ask for a probe. */
  noProbe?: Reason;
  /** Whether it exits at start when a host name it uses does not resolve; it then waits for the names. Default false. */
  needsNames?: boolean;
  /** Seconds the program may take from start to its first successful probe. Default: the language's preset. */
  startupSeconds?: number;
  /** How it is stopped. Default: the language's preset. */
  shutdown?: Partial<Shutdown> & {
    /** Why it departs from the preset. */
    reason: Reason;
  };
  /** Requests and limits. Default: the language's preset. */
  resources?: Resources;
  /** The user the image runs as. Default: uid and gid 10001. */
  user?: User;
  /** Directories the program writes to; each becomes an emptyDir, the rest of the file system is read-only. */
  writable?: string[];
  /** Files put into the container, by absolute path. */
  files?: Record<string, Text>;
  /** Replaces the image's entrypoint. */
  command?: string[];
  /** Replaces the image's arguments. */
  args?: string[];
  /** Kernel parameters of the pod; Pod Security `restricted` allows only the safe ones. */
  sysctls?: Record<string, string>;
  /** What people reach from outside, where the environment lets them in. Default: nothing. */
  public?: Public;
  /** Where it tells its metrics, for environments that scrape. Default: nowhere. */
  metrics?: { /** Name of a port. */ port: string; path: string };
  /** How many pods it needs under load, for environments that scale. Default: a fixed number. */
  autoscaling?: Autoscaling;
  /** Pods that must stay when nodes are drained. Default: all but one. */
  minAvailable?: number;
  /** What it may do with the Kubernetes API in its own namespace, by any name; with it its pods get a token. Default: nothing. */
  permissions?: Record<string, Permission>;
}

/** Where a container image comes from. A tag is always a string, `1.10` too. */
export interface Image {
  repository: string;
  tag: string;
  /** `sha256:` and 64 hex digits; it wins over the tag. Default: the tag decides. */
  digest?: string;
}

export interface Port {
  /** The port the program listens on, 1 to 65535. */
  container: number;
  /** The port of the Kubernetes Service. Default: the container's. */
  service?: number;
  /** What is spoken there. */
  protocol: "http" | "grpc" | "tcp";
}

/** One of http, grpc, tcp, exec; readiness, liveness and start-up are derived from it. */
export type Probe =
  | { http: HttpProbe }
  | { grpc: { port: string } }
  | { tcp: { port: string } }
  | { exec: { command: string[] } };

export interface Resources {
  requests: { cpu: string; memory: string };
  limits: { cpu?: string; memory: string };
}

export interface HttpProbe {
  path: string;
  /** Name of a port. */
  port: string;
  /** Headers to send. Default: none. */
  headers?: Record<string, string>;
  /** Why a failure at start does not mean that a restart helps; start-up then asks the port only. Default: it does help. */
  notStartup?: Reason;
}

/** How often a probe asks, and what it takes for an answer. */
export interface Timing {
  periodSeconds: number;
  timeoutSeconds: number;
  /** Failures in a row that count. */
  failureThreshold: number;
}

export interface Shutdown {
  /** Seconds between a pod's removal from its Service and SIGTERM: requests still come in meanwhile. */
  sleepSeconds: number;
  /** Seconds from the removal to SIGKILL, the sleep included. */
  graceSeconds: number;
}

/** A way in from outside. */
export interface Public {
  /** Name of a port. */
  port: string;
  /** Under which path of the environment's host. Default: /. */
  path?: string;
  /** By client address; ingress-nginx keeps to it. Default: no limit. */
  rateLimit?: { requestsPerSecond?: number; connections?: number };
  /** Further annotations of the Ingress, for its controller. Default: none. */
  annotations?: Record<string, string>;
}

/** A HorizontalPodAutoscaler. */
export interface Autoscaling {
  /** Fewest and most pods. Default: the stack's bounds (`flotilla:autoscaling`). */
  minReplicas?: number;
  maxReplicas?: number;
  /** Average use of the request to aim at, in percent. Default: cpu 70, memory is not looked at. */
  cpu?: number;
  memory?: number;
  /** Metrics of the pods to aim at, by name: the average by pod. The cluster must know them (a metrics adapter). Default: none. */
  podMetrics?: Record<string, string>;
  /** Default: at most doubled every 15 s; a tenth less a minute at most, after five quiet minutes. */
  behavior?: { scaleUp?: Partial<ScalingRule>; scaleDown?: Partial<ScalingRule> };
}

/** How fast an autoscaler goes. */
export interface ScalingRule {
  /** Change in a period, in percent. */
  percent: number;
  /** Or in pods, where that is more. Default: percent alone counts. */
  pods: number;
  periodSeconds: number;
  /** Seconds that a need must last. */
  stabilizationWindowSeconds: number;
}

/** A rule of a Role: named objects, and what may be done with them. */
export interface Permission {
  /** Default: the core group. */
  apiGroup?: string;
  resources: string[];
  /** Names of the objects: what may be done to all of a kind may be done to what others own. */
  names: string[];
  verbs: string[];
  reason: Reason;
}

export interface User {
  uid: number;
  gid: number;
  /** Why the image needs this very one: below 10000 it may be one of the node's own. Default: from 10000 on, no reason. */
  reason?: Reason;
}

/** A database or queue. */
export interface Store {
  kind: StoreKind;
  /** What clients log in as, by account name. Default: none besides the store's own administrator. */
  accounts?: Record<string, Account>;
  /** Why the store must run without a password. Only redis can. Default: a password is required. */
  noPassword?: Reason;
  /** Names of stores that must be ready before this one. Default: none. */
  needs?: string[];
  /** Jobs that fill the store with its first data, by name; its users come after them. Default: none. */
  loaders?: Record<string, Loader>;
  resources: Resources;
  /** Size of the volume, a Kubernetes quantity. */
  storage: string;
}

/** A login of a store. */
export interface Account {
  username: string;
  /** The database the account owns; for rabbitmq leave it out. */
  database?: string;
  credential: Credential;
}

/**
 * A Job that fills a store with its first data. It may run again at any time (a failure, a changed loader, a new
 * password): its script must find what is there already and leave it alone.
 */
export interface Loader {
  /** One sentence for people: what is loaded, and where it comes from. */
  does: string;
  /** Loaders of the same store that come first, by name. Default: none. */
  needs?: string[];
  /** The image that has both the data and a client. */
  image: Image;
  /** A script for `sh`; it runs with `set -eu`. */
  script: string;
  /** Environment variables by name; references to the loader's own store only. */
  env: Record<string, Text>;
  /** Seconds it may take. Default 600. */
  seconds?: number;
  /** Default: little. */
  resources?: Resources;
}

/** A password is generated and kept in encrypted state, unless an image leaves no choice. */
export type Credential = { generated: true } | { fixed: string; reason: Reason };

/** Why something departs from the safe default, with its source. */
export type Reason = string;

/** What services connect to and somebody else runs: outside the cluster, or in another namespace of it. */
export interface External {
  /** Why the application needs it. */
  reason: Reason;
  /** Its DNS name; a stack may have another (`flotilla:externals`). */
  host: string;
  port: number;
  protocol: "https" | "http" | "tcp";
  /** The pods behind it when it runs in the cluster: network policies then let nothing else through. Default: anywhere. */
  pods?: Peer & { /** The port they listen on. Default: the external's. */ port?: number };
  /** Its addresses, such as 10.1.0.0/16, in place of pods. Default: any. */
  cidr?: string;
  /** What services log in as, by account name; each password is set in the stack (`flotilla:credentials`). Default: nothing. */
  accounts?: Record<string, { username: string; database?: string }>;
  /** A service that takes its place in stacks that have none (`flotilla:standIns`). Default: there is none. */
  standIn?: Service;
}

/** Somebody in the cluster who is no part of the application and calls its services. */
export interface Caller extends Peer {
  /** Names of the services it calls. */
  calls: string[];
  reason: Reason;
}

/** Pods of another namespace. */
export interface Peer {
  namespace: string;
  labels: Record<string, string>;
}
