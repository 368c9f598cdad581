/** The kinds of store. A new kind is its folder and its line here. */
import type { StoreKind } from "../../model/application";
import type { StoreKindDescriptor } from "./kind";
import { mongodb } from "./mongodb";
import { mysql } from "./mysql";
import { rabbitmq } from "./rabbitmq";
import { redis } from "./redis";

const KINDS: Record<StoreKind, StoreKindDescriptor> = { mongodb, mysql, redis, rabbitmq };

export const kindOf = (name: StoreKind): StoreKindDescriptor => KINDS[name];
