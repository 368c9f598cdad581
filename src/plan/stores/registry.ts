/** The kinds of store. A new kind is its folder and its line here. */
import type { StoreKind } from "../../model/application";
import { registerStoreFacts } from "../../model/store-kinds";
import type { StoreKindDescriptor } from "./kind";
import { mongodb } from "./mongodb";
import { mysql } from "./mysql";
import { rabbitmq } from "./rabbitmq";
import { redis } from "./redis";

const kinds = new Map<StoreKind, StoreKindDescriptor>();

/** Makes a kind of store known: inventories may have stores of it from then on. */
export function registerStoreKind(kind: StoreKindDescriptor): void {
  kinds.set(kind.name, kind);
  registerStoreFacts(kind.name, kind.facts);
}

for (const kind of [mongodb, mysql, redis, rabbitmq]) registerStoreKind(kind);

/** @throws Error for a kind that nobody has registered. */
export function kindOf(name: StoreKind): StoreKindDescriptor {
  const kind = kinds.get(name);
  if (!kind) throw new Error(`there is no kind of store ${name}`);
  return kind;
}

export const allKinds = (): StoreKindDescriptor[] => [...kinds.values()];
