/** Annotations of a store's pods that say which passwords they run with; a change restarts them. */
export const GENERATION = "flotilla.dev/generation";
export const CLUSTER_GENERATION = "flotilla.dev/cluster-key-generation";
