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
export const LANGUAGES = ["node", "java", "python", "go", "php", "nginx"] as const;
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
  /** Addresses outside the cluster that services call, by name. Default: none. */
  externals?: Record<string, External>;
}

/** A stateless program that runs from an image. */
export interface Service {
  /** Decides default resources. */
  language: Language;
  /** Who answers for it. Default: the application's team. */
  team?: string;
  image: Image;
  /** By name. None: the service listens on nothing and gets no Kubernetes Service. */
  ports?: Record<string, Port>;
  /** Names of the services, stores and externals this one calls: the edges of the graph. Default: none. */
  uses?: string[];
  /** Environment variables by name. A text that mentions a password becomes a key of a Secret. */
  env?: Record<string, Text>;
  /** How Kubernetes asks whether the program runs. Default: none, for a program that listens on nothing. */
  probe?: Probe;
  /** Why there is nothing to ask. Default: no reason is given, and checks ask for a probe. */
  noProbe?: Reason;
  /** Whether it exits at start when a host name it uses does not resolve; it then waits for the names. Default false. */
  needsNames?: boolean;
  /** Seconds the program may take from start to its first successful probe. Default 60. */
  startupSeconds?: number;
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
  /** The port people reach from outside through the environment's ingress. Default: not public. */
  publicPort?: string;
}

/** Where a container image comes from. A tag is always a string, `1.10` too. */
export interface Image {
  repository: string;
  tag: string;
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
  /** Why a failure at start does not mean that a restart helps; start-up then asks the port only. Default: it does help. */
  notStartup?: Reason;
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

/** An address outside the cluster. */
export interface External {
  port: number;
  protocol: "https" | "http" | "tcp";
  /** Why the application needs it. */
  reason: Reason;
}
