/** Names, addresses and files of the real nodes and of the hub: the network of the control plane, which connects them. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { shortDigest } from "../../../src/plan/digest";
import type { World } from "../folders";

/** A node's own mount namespace has its folder here, so that the paths of sockets stay short. */
export const INSIDE = "/run/flotilla";

/** From the range for benchmarks, which no network uses. Only the sandbox's own network namespaces have these addresses. */
export const NETWORK = {
  /** The address of the hub. All nodes reach the control plane and each other through it. */
  hub: "198.18.0.1",
  nodes: "198.18.0.0/24",
  /** The pods of all nodes. */
  pods: "198.19.0.0/16",
  services: "10.96.0.0/16",
  kubernetesService: "10.96.0.1",
  dns: "10.96.0.10",
} as const;

/** Port of the hub through which the nodes pull images. */
export const PULL_PORT = 3128;
/** Port of the metrics API, on the hub. */
export const METRICS_PORT = 4443;

export interface RealNode {
  name: string;
  address: string;
  /** Addresses of its pods. */
  pods: string;
  zone: string;
}

/** Nodes are assigned to the zones in turn. */
const ZONES = "abc";
export const zoneOf = (index: number): string => `local-${ZONES[index % ZONES.length]}`;

export const realNode = (index: number): RealNode => ({
  name: `real-${index}`,
  address: `198.18.0.${index + 2}`,
  pods: `198.19.${index}.0/24`,
  zone: zoneOf(index),
});

/** After that many seconds without a report a node counts as lost. Kubernetes' default is 50. */
export const LOSS_SECONDS = 20;

/** Images that the sandbox builds itself, from the toolchain's binaries. */
export const PAUSE_IMAGE = "flotilla.local/pause:1";
export const dnsImage = (version: string): string => `flotilla.local/coredns:${version}`;

/** Folders outside the sandbox that the kubelet and the CNI library insist on. Each node has its own in their place. */
export const FIXED_FOLDERS = ["/var/lib/kubelet", "/var/lib/cni", "/var/log/containers"] as const;

/** Image archives that the user puts there. */
export const imagesFolder = (world: World): string => join(world.folder, "images");

/** Files of a set of namespaces: those of the hub or of a node. The files of its daemons are in the same folder. */
const spaceFiles = (folder: string) => ({
  folder,
  /** The first process. */
  script: join(folder, "init.sh"),
  logs: join(folder, "log"),
  /** Exists once mounts and network are complete. */
  groundReady: join(folder, "ground-ready"),
  /** Exists while the daemons may talk to the API server. */
  apiReady: join(folder, "api-ready"),
  /** Exists while the daemons stop: one that ends is not started again. */
  stopping: join(folder, "stopping"),
});

export type SpaceFiles = ReturnType<typeof spaceFiles>;

export function hubFiles(world: World) {
  const folder = join(world.cluster, "nodes");
  return {
    ...spaceFiles(folder),
    /** Port of the API server, on the machine's loopback and on the hub. */
    port: join(folder, "port"),
  };
}

export type HubFiles = ReturnType<typeof hubFiles>;

export function nodeFiles(world: World, { name }: Pick<RealNode, "name">) {
  const folder = join(hubFiles(world).folder, name);
  return {
    ...spaceFiles(folder),
    /** What was imported from the folder of image archives. */
    imported: join(folder, "imported.json"),
    volumes: join(folder, "volumes"),
    cgroup: `flotilla-${shortDigest(folder)}`,
  };
}

export type NodeFiles = ReturnType<typeof nodeFiles>;

/** Returns the nodes of the cluster, none if they are simulated. Each has a folder from the cluster's creation on. */
export function realNodesOf(world: World): RealNode[] {
  const { folder } = hubFiles(world);
  const count = existsSync(folder) ? readdirSync(folder).filter((name) => /^real-\d+$/.test(name)).length : 0;
  return Array.from({ length: count }, (_, index) => realNode(index));
}
