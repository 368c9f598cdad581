/** Configuration and objects of the sandbox cluster, as pure data. */
import { join } from "node:path";
import { LOSS_SECONDS, NETWORK, zoneOf } from "../nodes/layout";

/** Name of the cluster; its kubeconfig context is `kwok-<name>`. */
export const CLUSTER_NAME = "flotilla";
export const CLUSTER_CONTEXT = `kwok-${CLUSTER_NAME}`;

/** Number of simulated nodes. */
const NODES = 6;

/** Paths of the binaries of a control plane. */
export interface ClusterBinaries {
  etcd: string;
  "kube-apiserver": string;
  "kube-controller-manager": string;
  "kube-scheduler": string;
  kwok: string;
  kubectl: string;
}

/** Ports of the control plane. */
export interface ControlPlanePorts {
  etcdClient: number;
  etcdPeer: number;
  api: number;
}

/** Simulated by kwok, real (kubelets in network namespaces of this machine), or containers of kind. */
export const NODE_KINDS = ["simulated", "real", "kind"] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

/** What nodes a cluster is to have. `real` alone is one for a new cluster, and any number for a present one. */
export type Nodes = NodeKind | `real:${number}`;

export const kindOf = (nodes: Nodes): NodeKind => nodes.split(":")[0] as NodeKind;

/** Returns the number of real nodes. */
export const countOf = (nodes: Nodes): number =>
  kindOf(nodes) === "real" ? Number(nodes.split(":")[1] ?? 1) : 0;

/** Returns kwokctl's configuration. */
export function kwokConfiguration(
  binaries: ClusterBinaries,
  certificates: string,
  ports: ControlPlanePorts,
  nodes: Exclude<NodeKind, "kind">,
): object {
  const ca = join(certificates, "ca.crt");
  const certificate = join(certificates, "admin.crt");
  const key = join(certificates, "admin.key");
  const [client, peer] = [`https://127.0.0.1:${ports.etcdClient}`, `https://127.0.0.1:${ports.etcdPeer}`];
  return {
    kind: "KwokctlConfiguration",
    apiVersion: "config.kwok.x-k8s.io/v1alpha1",
    options: {
      runtime: "binary",
      // The default is all network interfaces.
      bindAddress: "127.0.0.1",
      disableQPSLimits: true,
      etcdPort: ports.etcdClient,
      etcdPeerPort: ports.etcdPeer,
      kubeApiserverPort: ports.api,
      ...(nodes === "real" ? { kubeApiserverCertSANs: [NETWORK.hub, NETWORK.kubernetesService] } : {}),
      etcdBinary: binaries.etcd,
      kubeApiserverBinary: binaries["kube-apiserver"],
      kubeControllerManagerBinary: binaries["kube-controller-manager"],
      kubeSchedulerBinary: binaries["kube-scheduler"],
      kwokControllerBinary: binaries.kwok,
      kubectlBinary: binaries.kubectl,
    },
    componentsPatches: [
      {
        name: "etcd",
        // etcd stores every Secret, and with kwokctl's own arguments every user of the machine could read it.
        extraArgs: [
          ...["listen-client-urls", "advertise-client-urls"].map((name) => replaced(name, client)),
          ...["listen-peer-urls", "initial-advertise-peer-urls"].map((name) => replaced(name, peer)),
          replaced("initial-cluster", `node0=${peer}`),
          ...["", "peer-"].flatMap((prefix) => [
            { key: `${prefix}client-cert-auth`, value: "true" },
            { key: `${prefix}trusted-ca-file`, value: ca },
            { key: `${prefix}cert-file`, value: certificate },
            { key: `${prefix}key-file`, value: key },
          ]),
        ],
      },
      {
        name: "kube-apiserver",
        extraArgs: [
          replaced("etcd-servers", client),
          { key: "etcd-cafile", value: ca },
          { key: "etcd-certfile", value: certificate },
          { key: "etcd-keyfile", value: key },
          // The default range only has room for about 250 Services.
          { key: "service-cluster-ip-range", value: NETWORK.services },
          ...(nodes === "real" ? apiServerOfRealNodes(certificate, key) : []),
        ],
      },
      {
        name: "kube-controller-manager",
        // Volumes only bind with a provisioner. Real nodes have their own, because this one's volumes ignore fsGroup.
        extraArgs: [
          NO_ELECTION,
          ...(nodes === "real" ? nodeLoss() : [{ key: "enable-hostpath-provisioner", value: "true" }]),
        ],
      },
      { name: "kube-scheduler", extraArgs: [NO_ELECTION] },
      {
        name: "kwok-controller",
        // By default it manages all nodes, and would report pods of real nodes as running.
        extraArgs: [
          replaced("manage-all-nodes", "false"),
          { key: "manage-nodes-with-annotation-selector", value: `${SIMULATED.key}=${SIMULATED.value}` },
        ],
      },
    ],
  };
}

/** The annotation of simulated nodes. */
export const SIMULATED = { key: "kwok.x-k8s.io/node", value: "fake" };

/** Pods and kubelets reach it over the address of the hub; no other machine can reach that. */
const apiServerOfRealNodes = (certificate: string, key: string) => [
  replaced("bind-address", "0.0.0.0"),
  { key: "advertise-address", value: NETWORK.hub },
  { key: "kubelet-client-certificate", value: certificate },
  { key: "kubelet-client-key", value: key },
  { key: "kubelet-preferred-address-types", value: "InternalIP" },
  // The hub has no kube-proxy: the API server connects to the pods behind a Service, for example of a webhook.
  { key: "enable-aggregator-routing", value: "true" },
];

/** A node that does not report for that long is not ready. kwokctl sets more than three minutes. */
const nodeLoss = () => [
  replaced("node-monitor-period", "2s"),
  replaced("node-monitor-grace-period", `${LOSS_SECONDS}s`),
];

/** An argument that overrides kwokctl's own. */
const replaced = (key: string, value: string) => ({ key, value, override: true });

/** No leader election: a leader that cannot renew its lease for ten seconds exits, as when a laptop sleeps, and there is no other. */
const NO_ELECTION = { key: "leader-elect", value: "false" };

/** Returns simulated nodes and their default StorageClass, as objects to apply. */
export function clusterObjects(): object[] {
  // Bitnami's pods request ephemeral storage, which nodes of `kwokctl scale node` do not have.
  const resources = { cpu: "32", memory: "128Gi", pods: "250", "ephemeral-storage": "500Gi" };
  const nodes = Array.from({ length: NODES }, (_, index) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: `node-${index}`,
      annotations: { [SIMULATED.key]: SIMULATED.value },
      labels: {
        type: "kwok",
        "kubernetes.io/hostname": `node-${index}`,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": "local",
        "topology.kubernetes.io/zone": zoneOf(index),
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
