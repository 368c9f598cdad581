/** The identity of a cluster. */

/** Properties that distinguish one cluster from another. Each update records them in the state of its stack. */
export interface ClusterIdentity {
  /** UID of the namespace kube-system, which never changes in a cluster. Missing if it cannot be read. */
  uid?: string;
  /** First 16 hex digits of the SHA-256 of the CA certificates in the kubeconfig. Missing if there are none. */
  ca?: string;
  /** Name of the cluster's entry in the kubeconfig. */
  name: string;
  /** Address of the API server. */
  server: string;
}
