/** The shape of a store: the inventory's description, with the settings and the defaults of the environment applied. */
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
  /** Requests and limits, with the overrides of the stack. */
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  /** Size of each volume. */
  storage: string;
  /** StorageClass. Undefined for the cluster's default. */
  storageClass?: string;
}

/** Returns the shape of a store. @throws Error if the store does not exist: the inventory has been checked before. */
export function shapeOf(
  { stores }: { stores: Readonly<Record<string, StoreShape>> },
  name: string,
): StoreShape {
  const shape = own(stores, name);
  if (!shape) throw new Error(`there is no store ${name}`);
  return shape;
}
