/**
 * The first process of the hub: a shell script in namespaces of its own. The control plane runs in its network, the nodes are
 * connected to it, and it runs what all nodes share.
 */
import { NETWORK, PULL_PORT } from "./layout";
import { type Daemon, FORWARDING, quoted, supervision } from "./supervision";

export interface HubSettings {
  folder: string;
  kubeconfig: string;
  /** Port of the API server. */
  port: number;
  /** Names of the nodes. */
  nodes: readonly string[];
  /** PATH of the daemons. */
  path: string;
  /** The Node.js program. */
  node: string;
  /** Starts one of our own programs (launch.js). */
  launch: string;
}

export function hubDaemons({ folder, kubeconfig, port, nodes, node, launch }: HubSettings): Daemon[] {
  const own = (program: string, ...args: string[]) => [node, launch, program, ...args];
  return [
    {
      name: "gateway",
      command: own(
        "gateway",
        ...["forward", "api.sock", `127.0.0.1:${port}`],
        ...["forward", `${NETWORK.hub}:${PULL_PORT}`, "pull.sock"],
      ),
      afterApi: false,
    },
    { name: "provisioner", command: own("provisioner", kubeconfig, folder, ...nodes), afterApi: true },
    { name: "metrics", command: own("metrics", kubeconfig, ...nodes), afterApi: true },
  ];
}

/** Returns the script. */
export const hubScript = (settings: HubSettings): string => `#!/bin/sh
# Written by flotilla. The first process of the network of the sandbox's control plane.
set -eu
export PATH=${quoted(settings.path)}
umask 022
cd ${quoted(settings.folder)}

ip link set lo up
ip addr add ${NETWORK.hub}/32 dev lo
${FORWARDING}
# Nodes that run add their routes. A node that is lost does not answer at all.
ip route add blackhole ${NETWORK.nodes}
ip route add blackhole ${NETWORK.pods}
# The way to registries is for the nodes, not for pods.
nft 'add table inet hub; add chain inet hub input { type filter hook input priority 0; }'
nft add rule inet hub input tcp dport ${PULL_PORT} ip saddr != ${NETWORK.nodes} drop
${supervision(hubDaemons(settings))}`;
