/**
 * The vocabulary of an inventory: its types, and the helpers of its texts. It loads nothing of Pulumi, so that a command that
 * only reads inventories starts at once.
 */
export type {
  Account,
  Autoscaling,
  Caller,
  Credential,
  HttpProbe,
  Language,
  Peer,
  Permission,
  Port,
  Profile,
  Reason,
  Resources,
  ScalingRule,
  Shutdown,
  StoreKind,
  Timing,
  User,
} from "../src/model/application";
export {
  address,
  type Encoding,
  host,
  members,
  password,
  passwordInUrl,
  port,
  type Reference,
  readHost,
  replicaSet,
  text,
  url,
  username,
} from "../src/model/text";
export type {
  Catalogue,
  WrittenApplication as Application,
  WrittenExternal as External,
  WrittenImage as Image,
  WrittenProbe as Probe,
  WrittenService as Service,
  WrittenStore as Store,
  WrittenText as Text,
} from "../src/model/written";
