/** Configuration files of the daemons of a real node, as pure data. */
import { stringify } from "yaml";
import { INSIDE, LOSS_SECONDS, NETWORK, PAUSE_IMAGE, type RealNode } from "./layout";

export interface NodeSettings {
  node: RealNode;
  /** The folder with the CNI plugins. */
  cniPlugins: string;
  /** Of the cluster: its authority checks who talks to the kubelet. */
  certificateAuthority: string;
  /** The client certificate of the daemons, and its key. */
  certificate: string;
  key: string;
  /** Port of the API server. */
  port: number;
  /** Name of the node's cgroup. */
  cgroup: string;
}

/** Returns the content of each file, by its name in the node's folder. */
export function nodeConfiguration(settings: NodeSettings): Record<string, string> {
  return {
    "containerd.toml": containerd(settings),
    "cni/10-pods.conflist": cni(settings),
    "kubelet.yaml": stringify(kubelet(settings)),
    "kube-proxy.yaml": stringify(kubeProxy(settings)),
    kubeconfig: stringify(kubeconfig(settings)),
    // For the few pods that use the node's DNS: what they cannot find there does not exist.
    "resolv.conf": `nameserver ${NETWORK.dns}\n`,
  };
}

const containerd = ({ cniPlugins }: NodeSettings): string => `version = 2
root = "${INSIDE}/containerd"
state = "/run/containerd"
[grpc]
  address = "${INSIDE}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # In a container or a small virtual machine root may not lower the score.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniPlugins}"
    conf_dir = "${INSIDE}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`;

const cni = ({ node }: NodeSettings): string =>
  JSON.stringify({
    cniVersion: "1.0.0",
    name: "pods",
    plugins: [
      {
        type: "ptp",
        ipMasq: false,
        ipam: {
          type: "host-local",
          dataDir: "/run/pod-addresses",
          ranges: [[{ subnet: node.pods }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  });

const kubelet = ({ node, certificateAuthority, cgroup }: NodeSettings): object => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  address: node.address,
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: certificateAuthority },
  },
  authorization: { mode: "Webhook" },
  cgroupDriver: "cgroupfs",
  // Each node has its own: a kubelet deletes the cgroups of pods that it does not know.
  cgroupRoot: `/${cgroup}`,
  // The kubelet reports four times in it.
  nodeLeaseDurationSeconds: LOSS_SECONDS,
  failCgroupV1: false,
  failSwapOn: false,
  clusterDomain: "cluster.local",
  clusterDNS: [NETWORK.dns],
  resolvConf: `${INSIDE}/resolv.conf`,
  containerRuntimeEndpoint: `unix://${INSIDE}/containerd.sock`,
  // The disk is the user's: the default of 10 % free would evict pods on a machine that works well.
  evictionHard: { "memory.available": "100Mi", "nodefs.available": "2%", "imagefs.available": "2%" },
  // How often it measures disks, to evict a pod that exceeds its limit. Its default is a minute.
  volumeStatsAggPeriod: "10s",
  // Imported images cannot be pulled again.
  imageGCHighThresholdPercent: 99,
  imageGCLowThresholdPercent: 98,
  serializeImagePulls: false,
  healthzBindAddress: "127.0.0.1",
  podLogsDir: `${INSIDE}/pod-logs`,
  volumePluginDir: `${INSIDE}/volume-plugins`,
});

const kubeProxy = ({ node }: NodeSettings): object => ({
  apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
  kind: "KubeProxyConfiguration",
  mode: "nftables",
  clusterCIDR: NETWORK.pods,
  hostnameOverride: node.name,
  clientConnection: { kubeconfig: `${INSIDE}/kubeconfig` },
  metricsBindAddress: "127.0.0.1:10249",
  healthzBindAddress: "127.0.0.1:10256",
  nodePortAddresses: [`${node.address}/32`],
  // The size of the connection table is the machine's, not the namespace's.
  conntrack: { maxPerCore: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
});

/** The cluster's own kubeconfig has an address on the machine's loopback. */
const kubeconfig = ({ certificateAuthority, certificate, key, port }: NodeSettings): object => ({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "sandbox",
  contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: "node" } }],
  clusters: [
    {
      name: "sandbox",
      cluster: { server: `https://${NETWORK.hub}:${port}`, "certificate-authority": certificateAuthority },
    },
  ],
  users: [{ name: "node", user: { "client-certificate": certificate, "client-key": key } }],
});
