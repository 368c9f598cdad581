/**
 * The first process of a real node: a shell script in namespaces of its own (processes, mounts, network). It prepares mounts and
 * network, starts the daemons, and starts them again when they end. When it ends, the kernel ends every process of the node and
 * removes its mounts and interfaces.
 */
import { FIXED_FOLDERS, INSIDE, NETWORK, PULL_PORT, type RealNode } from "./layout";
import { type Daemon, FORWARDING, quoted, supervision } from "./supervision";

/** Paths of the daemons' programs. */
export interface Programs {
  containerd: string;
  kubelet: string;
  "kube-proxy": string;
  "kube-router": string;
}

export interface ScriptSettings {
  node: RealNode;
  folder: string;
  /** PATH of the daemons. */
  path: string;
  programs: Programs;
}

/** The script finds the network of the hub under this file descriptor. */
const HUB_DESCRIPTOR = 3;

/** Settings of the machine's kernel that a kubelet changes. It sees files in their place. */
const KERNEL_SETTINGS = [
  ...["vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops"],
  ...["kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes"],
];

/** Returns the daemons with their commands, those first that need no API server. */
export function daemons({ node, programs }: ScriptSettings): Daemon[] {
  const proxy = `http://${NETWORK.hub}:${PULL_PORT}`;
  const kubeconfig = `${INSIDE}/kubeconfig`;
  return [
    {
      name: "containerd",
      command: [
        ...["env", `HTTP_PROXY=${proxy}`, `HTTPS_PROXY=${proxy}`],
        ...[programs.containerd, "--config", `${INSIDE}/containerd.toml`],
      ],
      afterApi: false,
    },
    {
      name: "kubelet",
      command: [
        programs.kubelet,
        `--config=${INSIDE}/kubelet.yaml`,
        `--kubeconfig=${kubeconfig}`,
        `--root-dir=${INSIDE}/kubelet`,
        `--cert-dir=${INSIDE}/kubelet-pki`,
        `--hostname-override=${node.name}`,
        `--node-ip=${node.address}`,
        `--node-labels=topology.kubernetes.io/zone=${node.zone},topology.kubernetes.io/region=local`,
      ],
      afterApi: true,
    },
    {
      name: "kube-proxy",
      command: [programs["kube-proxy"], `--config=${INSIDE}/kube-proxy.yaml`],
      afterApi: true,
    },
    {
      name: "kube-router",
      command: [
        ...["env", `NODE_NAME=${node.name}`, programs["kube-router"]],
        `--kubeconfig=${kubeconfig}`,
        `--hostname-override=${node.name}`,
        `--service-cluster-ip-range=${NETWORK.services}`,
        ...["--run-router=false", "--run-service-proxy=false", "--run-firewall=true", "--enable-cni=false"],
        ...["--health-port=0", "--metrics-port=0"],
      ],
      afterApi: true,
    },
  ];
}

/** Returns the script. */
export function initScript(settings: ScriptSettings): string {
  const { node, folder, path } = settings;
  return `#!/bin/sh
# Written by flotilla. The first process of the sandbox's node ${node.name}.
set -eu
export PATH=${quoted(path)}
umask 022

# Sockets and mounts of daemons are in the node's own /run; the sandbox's folder is mounted there under a short name.
mount -n -t tmpfs -o mode=755 tmpfs /run
mkdir -p ${INSIDE} /run/netns /run/lock /run/kernel
mount --bind ${quoted(folder)} ${INSIDE}
cd ${INSIDE}
${FIXED_FOLDERS.map((fixed) => `mkdir -p fixed${fixed} && mount --bind fixed${fixed} ${fixed}`).join("\n")}
for setting in ${KERNEL_SETTINGS.join(" ")}; do
  copy=/run/kernel/$(echo "$setting" | tr / -)
  cat "/proc/sys/$setting" > "$copy"
  mount --bind "$copy" "/proc/sys/$setting"
done
mount --make-rshared /

# A pair of interfaces: one end here, the other in the hub, which routes between the nodes.
hub() { nsenter --net=/proc/self/fd/${HUB_DESCRIPTOR} "$@"; }
# A node that was killed may have left its interface.
hub ip link delete ${node.name} 2> /dev/null || true
ip link set lo up
ip link add eth0 type veth peer name ${node.name} netns /proc/self/fd/${HUB_DESCRIPTOR}
ip addr add ${node.address}/32 dev eth0
ip link set eth0 up
ip route add ${NETWORK.hub} dev eth0
ip route add default via ${NETWORK.hub} dev eth0
hub ip link set ${node.name} up
hub ip route add ${node.address} dev ${node.name} src ${NETWORK.hub}
hub ip route add ${node.pods} via ${node.address} dev ${node.name} src ${NETWORK.hub}
exec ${HUB_DESCRIPTOR}<&-
${FORWARDING}
# Without these the daemons would run, and neither Services nor network policies work.
nft list ruleset > /dev/null
iptables --wait --list --numeric > /dev/null
ipset list > /dev/null
${supervision(daemons(settings))}`;
}
