/** The descriptor of a kind of store. Each kind has its own folder, which exports its descriptor. */
import type { Distribution } from "../../config/schema";
import type { Image, Profile, Store, StoreKind } from "../../model/application";
import type { StoreFacts } from "../../model/store-kinds";
import type { DeployedStore } from "../deployed";
import type { SecretText, Values } from "../plan";
import type { Endpoint } from "./profile";
import type { Script } from "./script";
import type { StoreShape } from "./shape";
import type { StoreContext } from "./store";

/** Requests and limits of a sidecar. */
type Sidecar = { requests: Record<string, string>; limits: Record<string, string> };

/** Everything about one kind of store. */
export interface StoreKindDescriptor {
  name: StoreKind;
  facts: StoreFacts;
  /** Upstream image, for the distribution `upstream`. */
  image: Image;
  /** Maximum time from an empty volume to a ready pod, including the image pull, in seconds. */
  timeoutSeconds: number;
  /** Ports that its Jobs connect to: the client port, and ports for administration. */
  jobPorts: readonly number[];
  /** Returns the values of its chart, by distribution. */
  values: Record<Distribution, (context: StoreContext) => Values>;
  /** Returns requests and limits of the sidecars in Bitnami's chart. Default: no sidecars. */
  sidecars?(shape: StoreShape): Sidecar[];
  /** Returns the address for clients, from the Services that its charts create. */
  endpoint(place: { name: string; profile: Profile; namespace: string; at: At }): Endpoint;
  /** Returns its internal accounts, which need passwords in addition to the inventory's accounts. Excludes the cluster key. */
  internalAccounts(shape: StoreShape): string[];
  /** The secret with which its pods authenticate each other. Rotations do not change it. Default: none. */
  clusterKey?: { account: string; profiles: readonly Profile[] };
  /** Returns the content of its Secret in both distributions: exactly the keys that Bitnami's chart reads. */
  secretKeys(shape: StoreShape, of: (account: string) => SecretText): Record<string, SecretText>;
  /** Returns the Job that creates its databases and users. Default: no Job, for a kind with only one user. */
  accountsWork?(shape: StoreShape, address: Endpoint): Work;
  /** Returns the Jobs that replace its passwords while it runs. Default: no Jobs, for a kind whose passwords change with a restart. */
  rotationWork?(shape: StoreShape, before: StoreShape, address: Endpoint): RotationWork;
  /** Sets passwords in its data while it is stopped. Default: its data contains no passwords. */
  reset?: StoreReset;
  /** Returns why the passwords of a running store cannot be rotated, or undefined if they can. Default: they can. */
  rotationRefusal?(shape: StoreShape): string | undefined;
  /** Returns why a password cannot be added to a deployed store, or removed if it `had` one. Default: it can. */
  passwordRefusal?(shape: StoreShape, had: boolean): string | undefined;
  /** Returns the variables that a new service needs to log in. `flotilla new` writes them into the inventory. */
  clientVariables(login: ClientLogin): ClientVariables;
  /** Whether a deployed store can change from standalone to replicated in place. Default: it cannot. */
  canGrow?(there: DeployedStore): boolean;
}

/** The input for the variables of a new service. */
export interface ClientLogin {
  /** Name of the store in the inventory. */
  target: string;
  store: Store;
  /** The new account of the service, for kinds with one account per service. */
  account: string;
  /** Prefix of the names of the variables. */
  prefix: string;
  /** Returns a variable whose value is a helper, such as `line("HOST", "host")`. */
  line(suffix: string, helper: string, ...args: string[]): string;
}

/** The variables of a new service, as source text. */
export interface ClientVariables {
  lines: string[];
  /** Names of the helpers that the lines use. */
  helpers: string[];
}

/** Returns the address of a host with the store's port. */
export type At = (host: string, readHost?: string) => Endpoint;

/** A script of a Job, and its environment variables. */
export interface Work {
  script: Script;
  env: Record<string, string>;
  secretEnv: Record<string, SecretText>;
}

/** The two scripts of a rotation, and their environment variables. */
export interface RotationWork extends Omit<Work, "script"> {
  begin: Script;
  end: Script;
}

/** Sets passwords in the data of a stopped store. */
export interface StoreReset {
  /** The mount path of the volume, the mounted subpath, and the path of the data, by distribution. */
  places: Record<Distribution, { mount: string; subPath?: string; data: string }>;
  /** Returns the volume claims of its pods. Default: `data-<store>-0`. */
  claims?(shape: StoreShape, distribution: Distribution): string[];
  /** Profiles in which a Job with one volume can set passwords. */
  profiles: readonly Profile[];
  /** Whether its data contains the host name of its pod, which does not resolve while the store is stopped. Default: false. */
  hasNodeName?: boolean;
  /** Returns the script that sets the passwords of accounts, and its environment variables without passwords. */
  work(shape: StoreShape, accounts: readonly string[]): { script: string; env: Record<string, string> };
}
