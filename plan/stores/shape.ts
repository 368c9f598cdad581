/** A store in its environment: what the inventory, the settings and the environment's defaults come to. */
import type { Settings } from "../../config/schema";
import type { Application, Profile, Store } from "../../model/application";
import { own } from "../../model/graph";
import { mergeResources } from "../resources";
import { profileOf } from "./profile";

export interface StoreShape {
  name: string;
  store: Store;
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

/** The stores of an application in its environment, by name. */
export const resolveStores = (application: Application, settings: Settings): Record<string, StoreShape> =>
  Object.fromEntries(
    Object.entries(application.stores).map(([name, store]) => [name, resolveStore(settings, name, store)]),
  );

function resolveStore(settings: Settings, name: string, store: Store): StoreShape {
  const overrides = own(settings.stores, name);
  const storageClass = overrides?.storageClass ?? settings.storageClass;
  return {
    name,
    store,
    profile: profileOf(settings, name),
    metrics: settings.monitoring !== undefined && settings.distribution === "bitnami",
    generation: overrides?.generation ?? 1,
    clusterGeneration: overrides?.clusterKey.generation ?? 1,
    resources: mergeResources(store.resources, overrides?.resources),
    storage: overrides?.storage ?? store.storage,
    ...(storageClass === undefined ? {} : { storageClass }),
  };
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
