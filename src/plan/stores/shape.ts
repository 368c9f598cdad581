/** The shape of a store: the inventory's entry, with settings and defaults of the environment applied. */
import type { Profile, Store } from "../../model/application";
import { own } from "../../model/graph";
import type { StoreKindDescriptor } from "./kind";

/** A store in its environment. */
export interface StoreShape {
  name: string;
  store: Store;
  /** Descriptor of its kind. */
  kind: StoreKindDescriptor;
  profile: Profile;
  /** Whether it exports metrics. mongodb's exporter then needs an account. */
  metrics: boolean;
  /** Generation of its passwords. */
  generation: number;
  /** Generation of its cluster key. */
  clusterGeneration: number;
  /** Requests and limits, with the stack's overrides. */
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  /** Size of each volume. */
  storage: string;
  /** StorageClass. Undefined for the cluster's default. */
  storageClass?: string;
}

/** Returns the shape of a store. @throws Error if the store does not exist, which validation rules out. */
export function shapeOf(
  { stores }: { stores: Readonly<Record<string, StoreShape>> },
  name: string,
): StoreShape {
  const shape = own(stores, name);
  if (!shape) throw new Error(`unknown store ${name}`);
  return shape;
}
