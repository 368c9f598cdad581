import { OWN_PREFIX } from "../labels";

/** Annotations of a store's pods that say which passwords they run with; a change restarts them. */
export const GENERATION = `${OWN_PREFIX}generation`;
export const CLUSTER_GENERATION = `${OWN_PREFIX}cluster-key-generation`;
