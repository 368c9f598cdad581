/** The registry of store kinds. A new kind needs a folder, and a line here. */
import type { StoreKind } from "../../model/application";
import { DNS_LABEL } from "../../model/names";
import { refuse } from "../../model/problems";
import { registerStoreFacts } from "../../model/store-kinds";
import type { StoreKindDescriptor } from "./kind";
import { mongodb } from "./mongodb";
import { mysql } from "./mysql";
import { rabbitmq } from "./rabbitmq";
import { redis } from "./redis";

const kinds = new Map<StoreKind, StoreKindDescriptor>();

/**
 * Adds a kind of store. Inventories can then have stores of that kind.
 * @throws FlotillaError if another kind has this name, or if the name is not a DNS label.
 */
export function registerStoreKind(kind: StoreKindDescriptor): void {
  const where = `registerStoreKind("${kind.name}")`;
  if (!DNS_LABEL.test(kind.name))
    refuse([
      { where, what: "the name is not a DNS label", todo: "Use lower-case letters, digits and hyphens." },
    ]);
  if ((kinds.get(kind.name) ?? kind) !== kind)
    refuse([{ where, what: "another kind of store has this name", todo: "Use another name." }]);
  kinds.set(kind.name, kind);
  registerStoreFacts(kind.name, kind.facts);
}

for (const kind of [mongodb, mysql, redis, rabbitmq]) registerStoreKind(kind);

/** Returns a kind of store. @throws Error if the kind is not registered. */
export function kindOf(name: StoreKind): StoreKindDescriptor {
  const kind = kinds.get(name);
  if (!kind) throw new Error(`unknown kind of store ${name}`);
  return kind;
}

/** Returns all kinds of store. */
export const allKinds = (): StoreKindDescriptor[] => [...kinds.values()];
