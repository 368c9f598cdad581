/** Resolves the stores of an application in its environment. */
import type { Settings } from "../../config/schema";
import type { Application, Store } from "../../model/application";
import { own } from "../../model/graph";
import { compact } from "../../model/records";
import { mergeResources } from "../services/resources";
import { profileOf } from "./profile";
import { kindOf } from "./registry";
import type { StoreShape } from "./shape";

/** Returns the shapes of the stores of an application, by name. */
export const resolveStores = (application: Application, settings: Settings): Record<string, StoreShape> =>
  Object.fromEntries(
    Object.entries(application.stores).map(([name, store]) => [name, resolveStore(settings, name, store)]),
  );

function resolveStore(settings: Settings, name: string, store: Store): StoreShape {
  const overrides = own(settings.stores, name);
  return {
    name,
    store,
    kind: kindOf(store.kind),
    profile: profileOf(settings, name),
    metrics: settings.monitoring !== undefined && settings.distribution === "bitnami",
    generation: overrides?.generation ?? 1,
    clusterGeneration: overrides?.clusterKey.generation ?? 1,
    resources: mergeResources(store.resources, overrides?.resources),
    storage: overrides?.storage ?? store.storage,
    ...compact({ storageClass: overrides?.storageClass ?? settings.storageClass }),
  };
}
