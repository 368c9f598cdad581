/** Flotilla's public API: a program that deploys a catalogue, the components it is made of, and the vocabulary of inventories. */
export type { SettingsInCode } from "../src/config/from-code";
export type { Catalogue, WrittenApplication as Inventory } from "../src/model/written";
/** Kinds of stores of one's own: a descriptor, registered, is all that one takes. */
export type { StoreKindDescriptor } from "../src/plan/stores/kind";
export { registerStoreKind } from "../src/plan/stores/registry";
export { Application, type ApplicationArgs, type ApplicationOutputs } from "./application";
export { type DeployOptions, deploy, type Program } from "./deploy";
/** The types of an inventory: `inventory.Service`, `inventory.Store` ... Some components have the same names. */
export type * as inventory from "./inventory";
export {
  address,
  host,
  members,
  password,
  passwordInUrl,
  port,
  readHost,
  replicaSet,
  text,
  url,
  username,
} from "./inventory";
export { Microservice, type MicroserviceArgs } from "./microservice";
export type { PartArgs } from "./part";
export { Store, type StoreArgs } from "./store";
