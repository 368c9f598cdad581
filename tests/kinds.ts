import type { StoreKind } from "../src/model/application";

/** The built-in store kinds. */
export const STORE_KINDS = ["mongodb", "mysql", "redis", "rabbitmq"] as const satisfies readonly StoreKind[];

/** Name of a built-in store kind. */
export type BuiltInKind = (typeof STORE_KINDS)[number];
