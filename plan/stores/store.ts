/** What every store's plan starts from and gives back. */
import type { Settings } from "../../config/schema";
import type { Store } from "../../model/application";
import type { Values } from "../plan";

export interface StoreContext {
  /** Release name and `fullnameOverride`. */
  name: string;
  store: Store;
  /** Name of the Secret with the store's passwords. */
  secret: string;
  /** Merged requests and limits. */
  resources: Values;
  /** Size of the volume. */
  storage: string;
  /** StorageClass; none for the cluster's default. */
  storageClass?: string;
  /** The namespace, whose pods may connect. */
  namespace: string;
  settings: Settings;
}

/** A volume of a Bitnami chart. */
export function persistence({ storage, storageClass }: StoreContext): Values {
  return { enabled: true, size: storage, ...(storageClass === undefined ? {} : { storageClass }) };
}

/** Bitnami's own NetworkPolicy, closed to other namespaces: its default lets every namespace in. */
export function bitnamiNetworkPolicy({ namespace }: StoreContext): Values {
  return {
    enabled: true,
    allowExternal: false,
    ingressNSMatchLabels: { "kubernetes.io/metadata.name": namespace },
  };
}

/** Bitnami's versioned images moved here on 2025-08-28 (no updates since); the charts still name the old place. */
export const bitnamiImage = (name: string): Values => ({ repository: `bitnamilegacy/${name}` });

/** The charts refuse images of another repository than their own unless told so. */
export const ALLOW_MOVED_IMAGES: Values = { security: { allowInsecureImages: true } };

/** The accounts of a store in the order of the inventory. */
export function accountsOf({ store, name }: StoreContext) {
  const accounts = Object.entries(store.accounts ?? {}).map(([key, account]) => ({ key, ...account }));
  const [first, ...further] = accounts;
  if (!first) throw new Error(`${name} has no account`);
  return { accounts, first, further };
}
