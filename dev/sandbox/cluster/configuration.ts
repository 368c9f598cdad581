/** What the embedded cluster is made of: pure data, each line a pitfall that was met (see the facts). */
import { join } from "node:path";

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

/** Where etcd listens. */
export interface EtcdPorts {
  client: number;
  peer: number;
}

/** kwokctl's configuration. */
export function kwokConfiguration(binaries: ClusterBinaries, certificates: string, ports: EtcdPorts): object {
  const ca = join(certificates, "ca.crt");
  const certificate = join(certificates, "admin.crt");
  const key = join(certificates, "admin.key");
  const [client, peer] = [`https://127.0.0.1:${ports.client}`, `https://127.0.0.1:${ports.peer}`];
  return {
    kind: "KwokctlConfiguration",
    apiVersion: "config.kwok.x-k8s.io/v1alpha1",
    options: {
      runtime: "binary",
      // The default is every interface of the machine.
      bindAddress: "127.0.0.1",
      disableQPSLimits: true,
      etcdPort: ports.client,
      etcdPeerPort: ports.peer,
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
        // It holds every Secret: with kwokctl's own arguments every user of the machine could read it.
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
          // The default range holds about 250 Services.
          { key: "service-cluster-ip-range", value: "10.96.0.0/16" },
        ],
      },
      {
        name: "kube-controller-manager",
        // Volumes bind only with a provisioner.
        extraArgs: [ALONE, { key: "enable-hostpath-provisioner", value: "true" }],
      },
      { name: "kube-scheduler", extraArgs: [ALONE] },
    ],
  };
}

/** An argument in place of kwokctl's own. */
const replaced = (key: string, value: string) => ({ key, value, override: true });

/** Who leads and cannot renew that for ten seconds ends, as when a laptop sleeps; and there is nobody else to lead. */
const ALONE = { key: "leader-elect", value: "false" };

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
