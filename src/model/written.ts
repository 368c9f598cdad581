/** The types of an inventory as authors write it: the types of `application.ts`, with some shorter notations. */
import type {
  Application,
  Binary,
  External,
  GrpcProbe,
  HttpProbe,
  Image,
  Loader,
  Probe,
  Public,
  Service,
  Store,
} from "./application";
import type { Container, InitContainer, Sidecar } from "./containers";
import type { Unreadable } from "./disk";
import type { ImageOf, Program, Task } from "./task";
import type { Reference } from "./text";

/** Text. Numbers and booleans become text as JavaScript prints them. */
export type WrittenText =
  | string
  | number
  | boolean
  | Reference
  | readonly (string | number | boolean | Reference)[];

/** An image: an object, or text such as `registry/path:tag` or `registry/path:tag@sha256:...`. */
export type WrittenImage = Image | string;

/** A port of the service: its name, or the number that the program listens on. */
type PortOf = string | number;

/** A check of a service: HTTP, gRPC, TCP or a command. */
export type WrittenProbe =
  | { http: Omit<HttpProbe, "port"> & { port: PortOf } }
  | { grpc: Omit<GrpcProbe, "port"> & { port: PortOf } }
  | { tcp: { port: PortOf } }
  | Extract<Probe, { exec: unknown }>;

/** A service. */
export interface WrittenService
  extends Omit<
    Service,
    | "image"
    | "env"
    | "command"
    | "args"
    | "files"
    | "probe"
    | "liveness"
    | "public"
    | "routes"
    | "metrics"
    | "sidecars"
    | "initContainers"
  > {
  image: WrittenImage;
  /** Environment variables by name. Text that contains a password becomes a key of a Secret. `$(NAME)` is another variable. */
  env?: Record<string, WrittenText>;
  /** Replaces the image's entrypoint. `$(NAME)` is the value of a variable. */
  command?: WrittenText[];
  /** Replaces the image's arguments. `$(NAME)` is the value of a variable. */
  args?: WrittenText[];
  /** Files to mount into the container, by absolute path: text or binary content. Files with a password are kept in a Secret. */
  files?: Record<string, WrittenText | Binary | Uint8Array | Unreadable>;
  /** How Kubernetes checks whether the program can serve requests. Default: no check, for a program without a port. */
  probe?: WrittenProbe;
  /** How Kubernetes checks whether the program is alive, independent of its stores. Default: its port accepts connections. */
  liveness?: WrittenProbe;
  /** The port that is reachable from outside the cluster, in stacks with a gateway, an ingress or a load balancer. Default: none. */
  public?: WrittenPublic;
  /** Containers that run as long as the program, by name: they start before it and stop after it. Default: none. */
  sidecars?: Record<string, WrittenSidecar>;
  /** Containers that run to completion before the program, by name, one after the other, after the wait for stores. Default: none. */
  initContainers?: Record<string, WrittenInitContainer>;
  /** Additional hosts and paths that are reachable from outside the cluster, by name. Default: none. */
  routes?: Record<string, WrittenPublic>;
  /** Where the program serves metrics, for stacks with `monitoring`. Default: no metrics. */
  metrics?: { port: PortOf; path: string };
}

/** What all additional containers have in common. */
interface WrittenContainer extends Omit<Container, "image" | "env" | "command" | "args"> {
  image: WrittenImage;
  /** Replaces the image's entrypoint. `$(NAME)` is the value of a variable of the container. */
  command?: WrittenText[];
  /** Replaces the image's arguments. `$(NAME)` is the value of a variable of the container. */
  args?: WrittenText[];
  /** Environment variables by name. Text that contains a password becomes a key of the service's Secret. */
  env?: Record<string, WrittenText>;
}

/** A container that runs to completion before the program starts. */
export interface WrittenInitContainer extends WrittenContainer, Pick<InitContainer, "seconds"> {}

/** A container that runs as long as the program. */
export interface WrittenSidecar extends WrittenContainer, Pick<Sidecar, "ports" | "startupSeconds"> {
  /** How Kubernetes checks whether the sidecar has started and works. The program starts after the first successful check. Default: no check. */
  probe?: WrittenProbe;
}

/** A route from outside the cluster to a service. */
export type WrittenPublic = Omit<Public, "port"> & { port: PortOf };

/** A database or queue. */
export interface WrittenStore extends Omit<Store, "resources" | "loaders" | "kind"> {
  /** The kind: mongodb, mysql, redis, rabbitmq, or a kind that the project registers. */
  kind: string;
  /** Requests and limits. Default: small values, depending on the kind. */
  resources?: Store["resources"];
  /** Jobs that fill the store with its first data, by name. Services that use the store start after them. Default: none. */
  loaders?: Record<
    string,
    Omit<Loader, "image" | "env"> & { image: WrittenImage; env: Record<string, WrittenText> }
  >;
}

/** A program that runs to completion: a migration (`before`) or a cron task (`cron`). */
export interface WrittenTask
  extends Omit<Task, "image" | Exclude<keyof Program, "volumes">>,
    Pick<WrittenService, Exclude<keyof Program, "volumes">> {
  /** The image; `{ of: "orders" }` is the image of a service, with the stack's tag or digest. */
  image: WrittenImage | ImageOf;
}

/** A system that services connect to and that others operate. */
export interface WrittenExternal extends Omit<External, "standIn"> {
  /** A service that replaces the external in stacks with `flotilla:standIns`. Default: none. */
  standIn?: WrittenService;
}

/** An application: a set of services and the stores they use. */
export interface WrittenApplication extends Omit<Application, "services" | "stores" | "tasks" | "externals"> {
  /** The services, by name. The Helm release, the Deployment and the host have the same name. */
  services: Record<string, WrittenService>;
  /** The stores, by name. The Helm release has the same name. Default: none. */
  stores?: Record<string, WrittenStore>;
  /** Programs that run to completion, by name: migrations before a service is updated, and cron tasks. Default: none. */
  tasks?: Record<string, WrittenTask>;
  /** Systems that services connect to and that others operate, by name. Default: none. */
  externals?: Record<string, WrittenExternal>;
}

/** The applications that the stacks of a project can deploy, by name. */
export type Catalogue = Readonly<Record<string, WrittenApplication>>;
