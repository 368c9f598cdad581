/** What the embedded cluster is made of: pure data, each line a pitfall that was met (see the facts). */

/** Name of the cluster; its context is `kwok-<name>`. */
export const CLUSTER_NAME = "flotilla";
export const CLUSTER_CONTEXT = `kwok-${CLUSTER_NAME}`;

/** Simulated nodes, spread over the zones in turn. */
const NODES = 6;
const ZONES = 3;

/** Paths of the binaries of a control plane. */
export interface ClusterBinaries {
  etcd: string;
  "kube-apiserver": string;
  "kube-controller-manager": string;
  "kube-scheduler": string;
  kwok: string;
  kubectl: string;
}

/** kwokctl's configuration. */
export function kwokConfiguration(binaries: ClusterBinaries): object {
  return {
    kind: "KwokctlConfiguration",
    apiVersion: "config.kwok.x-k8s.io/v1alpha1",
    options: {
      runtime: "binary",
      // The default is every interface of the machine.
      bindAddress: "127.0.0.1",
      disableQPSLimits: true,
      etcdBinary: binaries.etcd,
      kubeApiserverBinary: binaries["kube-apiserver"],
      kubeControllerManagerBinary: binaries["kube-controller-manager"],
      kubeSchedulerBinary: binaries["kube-scheduler"],
      kwokControllerBinary: binaries.kwok,
      kubectlBinary: binaries.kubectl,
    },
    componentsPatches: [
      // The default range holds about 250 Services.
      { name: "kube-apiserver", extraArgs: [{ key: "service-cluster-ip-range", value: "10.96.0.0/16" }] },
      // Volumes bind only with a provisioner.
      { name: "kube-controller-manager", extraArgs: [{ key: "enable-hostpath-provisioner", value: "true" }] },
    ],
  };
}

/** Nodes and the default StorageClass, as objects to apply. */
export function clusterObjects(): object[] {
  // Bitnami's pods ask for ephemeral storage, which `kwokctl scale node` leaves out.
  const resources = { cpu: "32", memory: "128Gi", pods: "250", "ephemeral-storage": "500Gi" };
  const nodes = Array.from({ length: NODES }, (_, index) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: `node-${index}`,
      annotations: { "kwok.x-k8s.io/node": "fake" },
      labels: {
        type: "kwok",
        "kubernetes.io/hostname": `node-${index}`,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": "local",
        "topology.kubernetes.io/zone": `local-${"abc"[index % ZONES]}`,
      },
    },
    status: { capacity: resources, allocatable: resources },
  }));
  const storageClass = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "kubernetes.io/host-path",
    reclaimPolicy: "Delete",
  };
  return [storageClass, ...nodes];
}
