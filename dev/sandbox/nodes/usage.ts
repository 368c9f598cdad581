/** Processor and memory use of containers and of the node, from the kubelet's counters: pure functions. */

/** What a container or the node used at a moment. `container` is empty for the node. */
export interface Usage {
  namespace: string;
  pod: string;
  container: string;
  /** Total processor time. */
  cpuSeconds: number;
  /** When that was read, in milliseconds. */
  time: number;
  memoryBytes: number;
  /** Since the reading before; undefined for the first one. */
  cores?: number;
}

export type Usages = Map<string, Usage>;

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)(?: (\d+))?$/;

/** Reads the kubelet's /metrics/resource. */
export function usagesIn(text: string): Usages {
  const found: Usages = new Map();
  for (const line of text.split("\n")) {
    const [, name = "", labels = "", value, time] = LINE.exec(line) ?? [];
    const [, of, what] =
      /^(container|node)_(cpu_usage_seconds_total|memory_working_set_bytes)$/.exec(name) ?? [];
    if (of === undefined) continue;
    const label = (key: string) => new RegExp(`(?:^|,)${key}="([^"]*)"`).exec(labels)?.[1] ?? "";
    const [namespace, pod, container] = [label("namespace"), label("pod"), label("container")];
    const key = `${namespace}/${pod}/${container}`;
    const usage = found.get(key) ?? { namespace, pod, container, cpuSeconds: 0, time: 0, memoryBytes: 0 };
    if (what === "memory_working_set_bytes") usage.memoryBytes = Number(value);
    else Object.assign(usage, { cpuSeconds: Number(value), time: Number(time) });
    found.set(key, usage);
  }
  return found;
}

/** Adds the cores used since the reading before. A container that restarted begins again. */
export function withCores(before: Usages, now: Usages): Usages {
  return new Map(
    [...now].map(([key, usage]): [string, Usage] => {
      const last = before.get(key);
      if (last === undefined || usage.cpuSeconds < last.cpuSeconds) return [key, usage];
      // The kubelet has not measured again.
      if (usage.time <= last.time) return [key, { ...usage, cores: last.cores }];
      return [
        key,
        { ...usage, cores: ((usage.cpuSeconds - last.cpuSeconds) * 1000) / (usage.time - last.time) },
      ];
    }),
  );
}

const GROUP = "metrics.k8s.io/v1beta1";

const quantities = ({ cores = 0, memoryBytes }: Usage) => ({
  cpu: `${Math.round(cores * 1e9)}n`,
  memory: `${Math.round(memoryBytes / 1024)}Ki`,
});

const timestamps = ({ time }: Usage) => ({
  timestamp: new Date(time).toISOString().replace(/\.\d+/, ""),
  window: "10s",
});

export interface PodName {
  metadata: { name: string; namespace: string; labels?: Record<string, string> };
}

/** Returns the metrics of the pods whose containers were all measured. */
export function podMetrics(usages: Usages, pods: readonly PodName[]): object[] {
  return pods.flatMap(({ metadata: { name, namespace, labels } }) => {
    const containers = [...usages.values()].filter(
      (usage) => usage.namespace === namespace && usage.pod === name && usage.container !== "",
    );
    const [first] = containers;
    if (first === undefined || containers.some(({ cores }) => cores === undefined)) return [];
    return [
      {
        kind: "PodMetrics",
        apiVersion: GROUP,
        metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) },
        ...timestamps(first),
        containers: containers.map((usage) => ({ name: usage.container, usage: quantities(usage) })),
      },
    ];
  });
}

export function nodeMetrics(usages: Usages, name: string): object[] {
  const usage = usages.get("//");
  if (usage?.cores === undefined) return [];
  return [
    {
      kind: "NodeMetrics",
      apiVersion: GROUP,
      metadata: { name },
      ...timestamps(usage),
      usage: quantities(usage),
    },
  ];
}

/** A request to the metrics API. */
export type MetricsRequest =
  | { for: "resources" }
  | { for: "nodes"; name?: string }
  | { for: "pods"; namespace?: string; name?: string; selector: string };

export function requestOf(url: string): MetricsRequest | undefined {
  const { pathname, searchParams } = new URL(url, "https://metrics");
  const rest = pathname.startsWith(`/apis/${GROUP}`) ? pathname.slice(`/apis/${GROUP}`.length) : undefined;
  if (rest === "") return { for: "resources" };
  const [, nodes, node] = /^\/(nodes)(?:\/([^/]+))?$/.exec(rest ?? "") ?? [];
  if (nodes !== undefined) return { for: "nodes", name: node };
  const [, namespace, pods, name] =
    /^(?:\/namespaces\/([^/]+))?\/(pods)(?:\/([^/]+))?$/.exec(rest ?? "") ?? [];
  if (pods === undefined) return undefined;
  return { for: "pods", namespace, name, selector: searchParams.get("labelSelector") ?? "" };
}

export const resourceList = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: GROUP,
  resources: (["nodes", "pods"] as const).map((name) => ({
    name,
    singularName: "",
    namespaced: name === "pods",
    kind: name === "pods" ? "PodMetrics" : "NodeMetrics",
    verbs: ["get", "list"],
  })),
};

export const listOf = (kind: "PodMetricsList" | "NodeMetricsList", items: object[]): object => ({
  kind,
  apiVersion: GROUP,
  metadata: {},
  items,
});
