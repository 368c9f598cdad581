/**
 * The first process of a real node: a shell script in namespaces of its own (processes, mounts, network). It prepares mounts and
 * network, starts the daemons, and starts them again when they end. When it ends, the kernel ends every process of the node and
 * removes its mounts and interfaces.
 */
import { FIXED_FOLDERS, INSIDE, NETWORK, NODE_NAME } from "./layout";

export interface Programs {
  containerd: string;
  kubelet: string;
  "kube-proxy": string;
  "kube-router": string;
  node: string;
  /** Starts one of our own programs (launch.js). */
  launch: string;
}

export interface ScriptSettings {
  folder: string;
  kubeconfig: string;
  /** Port of the API server. */
  port: number;
  /** PATH of the daemons. */
  path: string;
  programs: Programs;
}

/** Settings of the machine's kernel that a kubelet changes. It sees files in their place. */
const KERNEL_SETTINGS = [
  ...["vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops"],
  ...["kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes"],
];

/** Returns the arguments of `unshare` that start the script. */
export const unshareArguments = (script: string): string[] => [
  ...["--fork", "--kill-child", "--pid", "--mount-proc", "--mount", "--net"],
  ...["/bin/sh", script],
];

/** Returns a command to be run in the node's namespaces; `init` is the process ID of the script. */
export const inNode = (init: number, namespaces: readonly ("net" | "mount")[]): string[] => [
  "nsenter",
  `--target=${init}`,
  ...namespaces.map((name) => `--${name}`),
];

/** Returns the daemons with their commands, those first that need no API server. */
export function daemons({ kubeconfig, port, programs }: ScriptSettings): {
  name: string;
  command: string[];
  afterApi: boolean;
}[] {
  const proxy = `http://127.0.0.1:${NETWORK.pullProxy}`;
  const own = (program: string, ...args: string[]) => [programs.node, programs.launch, program, ...args];
  return [
    {
      name: "gateway",
      command: own(
        "gateway",
        ...["forward", "api.sock", `127.0.0.1:${port}`],
        ...["forward", `127.0.0.1:${NETWORK.pullProxy}`, "pull.sock"],
      ),
      afterApi: false,
    },
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
        `--hostname-override=${NODE_NAME}`,
        `--node-ip=${NETWORK.node}`,
        "--node-labels=topology.kubernetes.io/zone=local-a,topology.kubernetes.io/region=local",
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
        ...["env", `NODE_NAME=${NODE_NAME}`, programs["kube-router"]],
        `--kubeconfig=${kubeconfig}`,
        `--hostname-override=${NODE_NAME}`,
        `--service-cluster-ip-range=${NETWORK.services}`,
        ...["--run-router=false", "--run-service-proxy=false", "--run-firewall=true", "--enable-cni=false"],
        ...["--health-port=0", "--metrics-port=0"],
      ],
      afterApi: true,
    },
    { name: "provisioner", command: own("provisioner", kubeconfig, "volumes"), afterApi: true },
    { name: "metrics", command: own("metrics", kubeconfig), afterApi: true },
  ];
}

/** Returns the script. */
export function initScript(settings: ScriptSettings): string {
  const { folder, path } = settings;
  return `#!/bin/sh
# Written by flotilla. The first process of the sandbox's real node.
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

# The node's interface leads nowhere: both ends of the pair are here.
ip link set lo up
ip link add node0 type veth peer name node1
ip link set node1 up
ip addr add ${NETWORK.node}/24 dev node0
ip link set node0 up
ip route add default via ${NETWORK.gateway} dev node0
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter
echo 0 > /proc/sys/net/ipv4/conf/default/rp_filter
# Without these the daemons would run, and neither Services nor network policies work.
nft list ruleset > /dev/null
iptables --wait --list --numeric > /dev/null
ipset list > /dev/null
touch ground-ready

keep() {
  name=$1; condition=$2; shift 2
  while [ ! -e "$condition" ]; do sleep 0.2; done
  while [ ! -e stopping ]; do
    "$@" >> "log/$name.log" 2>&1 || echo "flotilla: $name ended with $?" >> "log/$name.log"
    sleep 1
  done
}
${daemons(settings)
  .map(({ name, command, afterApi }) => {
    const condition = afterApi ? "api-ready" : "ground-ready";
    return `keep ${name} ${condition} ${command.map(quoted).join(" ")} < /dev/null &`;
  })
  .join("\n")}
# Also reaps the orphans of the node.
while :; do wait; sleep 1; done
`;
}

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
