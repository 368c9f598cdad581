/** Clusters as a stack knows them. */

/** What tells one cluster from another. The state of a stack records it with each update. */
export interface ClusterIdentity {
  /** UID of the namespace kube-system, which a cluster has for life. Missing where it cannot be read. */
  uid?: string;
  /** First 16 hex digits of the SHA-256 of the CA certificates in the kubeconfig. Missing where it has none. */
  ca?: string;
  /** The cluster's entry in the kubeconfig. */
  name: string;
  /** Address of the API server. */
  server: string;
}
