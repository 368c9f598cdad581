/**
 * The vocabulary of an inventory: types, and helpers for references in text. This file does not load the Pulumi SDK, so commands
 * that only read inventories start fast.
 */
export type {
  Account,
  Autoscaling,
  Binary,
  Caller,
  Cors,
  Credential,
  EnvSource,
  GrpcProbe,
  HttpProbe,
  Language,
  Peer,
  Permission,
  Port,
  Profile,
  Reason,
  Redirect,
  Resources,
  ScalingRule,
  Shutdown,
  StoreKind,
  Timing,
  User,
} from "../src/model/application";
export { fromFile } from "../src/model/disk";
export type {
  Dns,
  NodeRequirement,
  PodNeeds,
  Toleration,
  TopologySpread,
  WritableDirectory,
} from "../src/model/pod";
export type { PortProtocol, SessionAffinity } from "../src/model/ports";
export { resources } from "../src/model/resources";
export type { Alphabet, Secret } from "../src/model/secrets";
export type { Concurrency, Cron, ImageOf } from "../src/model/task";
export {
  address,
  configMapKey,
  containerResource,
  type Divisor,
  type Encoding,
  host,
  members,
  password,
  passwordInJson,
  passwordInUrl,
  podField,
  port,
  type Reference,
  readHost,
  replicaSet,
  secret,
  secretInJson,
  secretInUrl,
  secretKey,
  text,
  url,
  username,
  usernameInUrl,
} from "../src/model/text";
export type { AccessMode, MountedVolume, Volume } from "../src/model/volumes";
export type {
  Catalogue,
  WrittenApplication as Application,
  WrittenExternal as External,
  WrittenImage as Image,
  WrittenInitContainer as InitContainer,
  WrittenProbe as Probe,
  WrittenPublic as Public,
  WrittenService as Service,
  WrittenSidecar as Sidecar,
  WrittenStore as Store,
  WrittenTask as Task,
  WrittenText as Text,
} from "../src/model/written";
