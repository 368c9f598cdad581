import type { StoreKind } from "../src/model/application";

/** The kinds of store that Flotilla has itself. */
export const STORE_KINDS = ["mongodb", "mysql", "redis", "rabbitmq"] as const satisfies readonly StoreKind[];

/** Name of one of them. */
export type BuiltInKind = (typeof STORE_KINDS)[number];
