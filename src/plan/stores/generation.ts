import { OWN_PREFIX } from "../labels";

/** Annotations of a store's pods with the generations of their passwords and of their cluster key. A change restarts the pods. */
export const GENERATION = `${OWN_PREFIX}generation`;
export const CLUSTER_GENERATION = `${OWN_PREFIX}cluster-key-generation`;
