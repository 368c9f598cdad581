/** Flotilla's public API: `deploy` for a whole program, components for your own program, and the types and helpers of inventories. */
export type { SettingsInCode } from "../src/config/from-code";
export type { Catalogue, WrittenApplication as Inventory } from "../src/model/written";
export type { Plan } from "../src/plan/plan";
/** The extension point for store kinds: write a descriptor and register it. */
export type { StoreKindDescriptor } from "../src/plan/stores/kind";
export { registerStoreKind } from "../src/plan/stores/registry";
/** The types of `transform`, which changes the plan. */
export type { Draft, DraftRelease, Transform, TransformedStack } from "../src/plan/transform";
export { Application, type ApplicationArgs, type ApplicationOutputs } from "./application";
export { type DeployOptions, deploy, type Program } from "./deploy";
/** The types of an inventory, such as `inventory.Service`. They are in a namespace because components have the same names. */
export type * as inventory from "./inventory";
export {
  address,
  configMapKey,
  containerResource,
  fromFile,
  host,
  members,
  password,
  passwordInJson,
  passwordInUrl,
  podField,
  port,
  readHost,
  replicaSet,
  resources,
  secret,
  secretInJson,
  secretInUrl,
  secretKey,
  text,
  url,
  username,
  usernameInUrl,
} from "./inventory";
export { Microservice, type MicroserviceArgs } from "./microservice";
export type { PartArgs } from "./part";
export { type PlanOptions, planOf } from "./plan-of";
export { Store, type StoreArgs } from "./store";
