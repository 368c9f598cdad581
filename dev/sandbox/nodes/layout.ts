/** Names, addresses and files of the real node. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { World } from "../folders";

export const NODE_NAME = "real-0";

/** The node's own mount namespace has its folder here, so that the paths of sockets stay short. */
export const INSIDE = "/run/flotilla";

/** From the range for benchmarks, which no network uses. Only the node's own network namespace has these addresses. */
export const NETWORK = {
  node: "198.18.0.2",
  gateway: "198.18.0.1",
  pods: "198.19.0.0/24",
  services: "10.96.0.0/16",
  kubernetesService: "10.96.0.1",
  dns: "10.96.0.10",
  /** On the node's loopback: containerd pulls images through it. */
  pullProxy: 3128,
} as const;

/** Port of the metrics API, on the node's address. */
export const METRICS_PORT = 4443;

/** Images that the sandbox builds itself, from the toolchain's binaries. */
export const PAUSE_IMAGE = "flotilla.local/pause:1";
export const dnsImage = (version: string): string => `flotilla.local/coredns:${version}`;

/** Folders outside the sandbox that the kubelet and the CNI library insist on. The node has its own in their place. */
export const FIXED_FOLDERS = ["/var/lib/kubelet", "/var/lib/cni", "/var/log/containers"] as const;

/** Files of the node as the machine sees them; those of the daemons are in the same folder. */
export function nodeFiles(world: World) {
  const folder = join(world.cluster, "node");
  return {
    folder,
    script: join(folder, "init.sh"),
    logs: join(folder, "log"),
    /** Port of the API server, on the machine's loopback and on the node's. */
    port: join(folder, "port"),
    /** Exists once mounts and network of the node are complete. */
    groundReady: join(folder, "ground-ready"),
    /** Exists while the daemons may talk to the API server. */
    apiReady: join(folder, "api-ready"),
    /** Exists while the node stops: a daemon that ends is not started again. */
    stopping: join(folder, "stopping"),
    /** What was imported from the folder of image archives. */
    imported: join(folder, "imported.json"),
    volumes: join(folder, "volumes"),
    /** Image archives that the user puts there. */
    images: join(world.folder, "images"),
    cgroup: `flotilla-${createHash("sha256").update(folder).digest("hex").slice(0, 8)}`,
  };
}

export type NodeFiles = ReturnType<typeof nodeFiles>;
