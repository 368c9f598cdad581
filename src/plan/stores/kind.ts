/** What Flotilla knows about one kind of store. Each kind has a folder of its own that exports its descriptor. */
import type { Distribution } from "../../config/schema";
import type { Image, Profile, Store, StoreKind } from "../../model/application";
import type { StoreFacts } from "../../model/store-kinds";
import type { DeployedStore } from "../deployed";
import type { SecretText, Values } from "../plan";
import type { Endpoint } from "./profile";
import type { Script } from "./script";
import type { StoreShape } from "./shape";
import type { StoreContext } from "./store";

/** Requests and limits of a container beside the store's own. */
type Sidecar = { requests: Record<string, string>; limits: Record<string, string> };

export interface StoreKindDescriptor {
  name: StoreKind;
  facts: StoreFacts;
  /** The official image. */
  image: Image;
  /** Seconds from an empty volume to a ready pod, image pull included. */
  timeoutSeconds: number;
  /** Ports that its Jobs need: the clients' own, and those of administration. */
  jobPorts: readonly number[];
  /** Values of its chart. */
  values: Record<Distribution, (context: StoreContext) => Values>;
  /** Requests and limits of the containers beside its own in Bitnami's chart. Default: none. */
  sidecars?(shape: StoreShape): Sidecar[];
  /** The Services that its charts create, by profile. */
  endpoint(place: { name: string; profile: Profile; namespace: string; at: At }): Endpoint;
  /** Passwords that it needs besides those of its accounts, but for its cluster key. */
  internalAccounts(shape: StoreShape): string[];
  /** The secret by which its pods know each other: nobody's password, and never rotated with them. Default: none. */
  clusterKey?: { account: string; profiles: readonly Profile[] };
  /** The keys of its Secret, in both distributions: exactly what the Bitnami chart reads. */
  secretKeys(shape: StoreShape, of: (account: string) => SecretText): Record<string, SecretText>;
  /** The Job that creates its databases and users. Default: there is none, it has one user only. */
  accountsWork?(shape: StoreShape, address: Endpoint): Work;
  /** The Jobs that replace its passwords while it runs. Default: there are none, its restart does. */
  rotationWork?(shape: StoreShape, before: StoreShape, address: Endpoint): RotationWork;
  /** How its data gets passwords while it does not run. Default: it needs none, its data has no passwords. */
  reset?: StoreReset;
  /** Why a new generation of passwords cannot reach a running store of this shape; undefined where it can. Default: it can. */
  rotationRefusal?(shape: StoreShape): string | undefined;
  /** The variables by which a new service logs in, as `flotilla new` writes them into the inventory. */
  clientVariables(login: ClientLogin): ClientVariables;
  /** Whether a deployed store grows from standalone to replicated in place. Default: it does not. */
  canGrow?(there: DeployedStore): boolean;
}

/** What the variables of a new service are written with. */
export interface ClientLogin {
  /** The store's name in the inventory. */
  target: string;
  store: Store;
  /** The account that was described for the service, where stores of the kind have one for each. */
  account: string;
  /** What the variables' names begin with. */
  prefix: string;
  /** A variable that a helper of the vocabulary fills: `line("HOST", "host")`. */
  line(suffix: string, helper: string, ...args: string[]): string;
}

export interface ClientVariables {
  lines: string[];
  /** Names of the vocabulary that the lines use. */
  helpers: string[];
}

/** An address of the store's own port. */
export type At = (host: string, readHost?: string) => Endpoint;

/** A script, and what it reads. */
export interface Work {
  script: Script;
  env: Record<string, string>;
  secretEnv: Record<string, SecretText>;
}

/** The two scripts of a rotation, and what they read. */
export interface RotationWork extends Omit<Work, "script"> {
  begin: Script;
  end: Script;
}

export interface StoreReset {
  /** Where its pods mount a volume, what part of it, and where its data is then. */
  places: Record<Distribution, { mount: string; subPath?: string; data: string }>;
  /** The volume claims that its pods mount. Default: `data-<store>-0`. */
  claims?(shape: StoreShape, distribution: Distribution): string[];
  /** Profiles in which a Job on one volume can set passwords. */
  profiles: readonly Profile[];
  /** Whether its data knows the name of its node, which no Service has while it does not run. Default false. */
  hasNodeName?: boolean;
  /** The script that sets the passwords of these accounts, and what it reads besides. */
  work(shape: StoreShape, accounts: readonly string[]): { script: string; env: Record<string, string> };
}
