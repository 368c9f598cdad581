/** An inventory as authors may write it: what `application.ts` describes, with shorter forms where the meaning is beyond doubt. */
import type {
  Application,
  External,
  HttpProbe,
  Image,
  Loader,
  Probe,
  Public,
  Service,
  Store,
} from "./application";
import type { Reference } from "./text";

/** A text; a number, true or false is written as JavaScript prints it. */
export type WrittenText =
  | string
  | number
  | boolean
  | Reference
  | readonly (string | number | boolean | Reference)[];

/** An image in parts, or as one reference: `registry/path:tag`, `registry/path:tag@sha256:...`. */
export type WrittenImage = Image | string;

/** The name of a port of the service, or the number that the program listens on. */
type PortOf = string | number;

export type WrittenProbe =
  | { http: Omit<HttpProbe, "port"> & { port: PortOf } }
  | { grpc: { port: PortOf } }
  | { tcp: { port: PortOf } }
  | Extract<Probe, { exec: unknown }>;

export interface WrittenService
  extends Omit<Service, "image" | "env" | "files" | "probe" | "liveness" | "public" | "metrics"> {
  image: WrittenImage;
  /** Environment variables by name. A text that mentions a password becomes a key of a Secret. */
  env?: Record<string, WrittenText>;
  /** Files put into the container, by absolute path. */
  files?: Record<string, WrittenText>;
  /** How Kubernetes asks whether the program can take requests. Default: none, for a program that listens on nothing. */
  probe?: WrittenProbe;
  /** What answers as long as the program lives, whatever becomes of its stores. Default: its port takes connections. */
  liveness?: WrittenProbe;
  /** What people reach from outside, where the environment lets them in. Default: nothing. */
  public?: Omit<Public, "port"> & { port: PortOf };
  /** Where it tells its metrics, for environments that scrape. Default: nowhere. */
  metrics?: { port: PortOf; path: string };
}

export interface WrittenStore extends Omit<Store, "resources" | "loaders" | "kind"> {
  /** mongodb, mysql, redis, rabbitmq, or a kind that the project registers. */
  kind: string;
  /** Requests and limits. Default: little, by kind. */
  resources?: Store["resources"];
  /** Jobs that fill the store with its first data, by name; its users come after them. Default: none. */
  loaders?: Record<
    string,
    Omit<Loader, "image" | "env"> & { image: WrittenImage; env: Record<string, WrittenText> }
  >;
}

export interface WrittenExternal extends Omit<External, "standIn"> {
  /** A service that takes its place in stacks that have none (`flotilla:standIns`). Default: there is none. */
  standIn?: WrittenService;
}

export interface WrittenApplication extends Omit<Application, "services" | "stores" | "externals"> {
  /** By name; the name is the Helm release, the Deployment and the host. */
  services: Record<string, WrittenService>;
  /** By name; the name is the Helm release. Default: none. */
  stores?: Record<string, WrittenStore>;
  /** What services call and others run, by name. Default: nothing. */
  externals?: Record<string, WrittenExternal>;
}

/** The applications of a project, by name. */
export type Catalogue = Readonly<Record<string, WrittenApplication>>;
