/** A store in its environment: what the inventory, the settings and the environment's defaults come to. */
import type { Profile, Store } from "../../model/application";
import { own } from "../../model/graph";
import type { StoreKindDescriptor } from "./kind";

export interface StoreShape {
  name: string;
  store: Store;
  /** What is known about its kind. */
  kind: StoreKindDescriptor;
  profile: Profile;
  /** Whether it exports metrics; mongodb's exporter logs in by itself. */
  metrics: boolean;
  /** Of its passwords. */
  generation: number;
  /** Of the secret its pods know each other by. */
  clusterGeneration: number;
  /** Merged requests and limits. */
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  /** Size of each volume. */
  storage: string;
  /** StorageClass; none for the cluster's default. */
  storageClass?: string;
}

/** A store of the application. @throws Error when there is none of that name: the inventory was checked before. */
export function shapeOf(
  { stores }: { stores: Readonly<Record<string, StoreShape>> },
  name: string,
): StoreShape {
  const shape = own(stores, name);
  if (!shape) throw new Error(`there is no store ${name}`);
  return shape;
}
