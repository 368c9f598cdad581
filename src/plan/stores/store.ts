import { compact } from "../../model/records";
import type { PlanContext } from "../context";
import { userName } from "../credentials";
import { storePullSecretsOf } from "../credentials/externals";
import type { DeployedStore } from "../deployed";
import { podsOf } from "../namespace/network";
import type { Value, Values } from "../plan";
import { CLUSTER_GENERATION, GENERATION } from "./generation";
import { bitnamiImage } from "./images";
import type { StoreShape } from "./shape";

export interface StoreContext extends PlanContext, StoreShape {
  /** Name of the Secret with the store's passwords. */
  secret: string;
  /** Who may connect, by any name: the labels of their pods, and the ports. */
  clients: Record<string, { pods: Record<string, string>; ports: readonly number[] }>;
  /** What is there already. */
  there?: DeployedStore;
}

export const isReplicated = ({ profile }: StoreShape): boolean => profile === "replicated";

/** The part that all four charts have in common. */
export function bitnamiCommon({ name, settings }: StoreContext): Values {
  const pullSecrets = storePullSecretsOf(settings);
  return {
    global: {
      // The charts refuse images of another repository than their own unless told so.
      security: { allowInsecureImages: true },
      ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets }),
    },
    fullnameOverride: name,
    volumePermissions: { enabled: false, image: bitnamiImage(settings, "os-shell") },
  };
}

/** Requests and limits of a Bitnami chart's main container, in place of its presets. */
export function bitnamiResources({ resources }: StoreContext): Values {
  return {
    resourcesPreset: "none",
    resources: {
      requests: { ...resources.requests, "ephemeral-storage": "64Mi" },
      limits: { ...resources.limits, "ephemeral-storage": "2Gi" },
    },
  };
}

/** A volume of a Bitnami chart. */
export function persistence({ storage, storageClass }: StoreContext): Values {
  return compact({ enabled: true, size: storage, storageClass });
}

/** Volumes stay when pods or the whole release go. */
export const RETAIN: Values = { enabled: true, whenScaled: "Retain", whenDeleted: "Retain" };

/** Says which passwords the pods run with: a new generation restarts them. */
export function generationAnnotations({ generation, clusterGeneration }: StoreContext): Values {
  return {
    [GENERATION]: String(generation),
    [CLUSTER_GENERATION]: String(clusterGeneration),
  };
}

/** Pods on different nodes, in different zones where there are some, of which a drain takes one at a time. */
export function placement(context: StoreContext): Values {
  if (!isReplicated(context)) return { pdb: { create: false } };
  return {
    podAntiAffinityPreset: "hard",
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: podsOf(context.name) },
      },
    ],
    pdb: { create: true, maxUnavailable: 1 },
  };
}

/** Bitnami's own NetworkPolicy: in by the edges of the graph, out to its own pods and DNS. Its default is open. */
export function bitnamiNetworkPolicy(
  { clients, settings }: StoreContext,
  metricsPort?: number,
  extraEgress: Value[] = [],
): Values {
  const rules = Object.values(clients).map(({ pods, ports }) => ({
    ports: ports.map((port) => ({ port })),
    from: [{ podSelector: { matchLabels: { ...pods } } }],
  }));
  const scraping =
    metricsPort === undefined || settings.monitoring === undefined
      ? []
      : [
          {
            ports: [{ port: metricsPort }],
            from: [{ namespaceSelector: { matchLabels: namespaceLabel(settings.monitoring.namespace) } }],
          },
        ];
  return {
    enabled: true,
    allowExternal: false,
    allowExternalEgress: false,
    extraIngress: [...rules, ...scraping],
    ...(extraEgress.length === 0 ? {} : { extraEgress }),
  };
}

export const namespaceLabel = (namespace: string): Values => ({ "kubernetes.io/metadata.name": namespace });

/** Limits of the exporters of metrics. */
export const EXPORTER_MEMORY = { mongodb: "256Mi", mysql: "128Mi", redis: "128Mi" } as const;

/** An exporter of metrics beside the store, where something scrapes. */
export function exporter({ settings, metrics }: StoreContext, image: string, memory: string): Values {
  return {
    enabled: metrics,
    image: bitnamiImage(settings, image),
    ...(metrics ? besides(memory) : {}),
  };
}

/** The limit of a sentinel. */
export const SENTINEL_MEMORY = "128Mi";

/** Of the container that labels the pod that takes writes. */
export const KUBECTL_RESOURCES = {
  requests: { cpu: "10m", memory: "32Mi", "ephemeral-storage": "16Mi" },
  limits: { memory: "128Mi", "ephemeral-storage": "64Mi" },
};

/** Probes and resources of a small container beside the store. */
export const besides = (memory: string) => ({
  // Some of the charts' probes give up after 1 s.
  livenessProbe: { timeoutSeconds: 10 },
  readinessProbe: { timeoutSeconds: 10 },
  resourcesPreset: "none",
  resources: {
    requests: { cpu: "20m", memory: "64Mi", "ephemeral-storage": "16Mi" },
    limits: { memory, "ephemeral-storage": "64Mi" },
  },
});

/** Seconds between two scrapes. */
export const SCRAPE_INTERVAL = "30s";

/** A ServiceMonitor, where the environment has them; the charts do not agree on the name of its labels. */
export function serviceMonitor({ settings }: StoreContext, labels = "labels"): Values {
  const monitor = settings.monitoring?.serviceMonitor;
  return monitor === undefined
    ? {}
    : { serviceMonitor: { enabled: true, interval: SCRAPE_INTERVAL, [labels]: { ...monitor.labels } } };
}

/** The accounts of a store in the order of the inventory, with what they log in as now. */
export function accountsOf(shape: StoreShape) {
  const { store, name } = shape;
  const accounts = Object.entries(store.accounts ?? {}).map(([key, account]) => ({
    ...account,
    username: userName(shape, key, account.username),
  }));
  const [first] = accounts;
  if (!first) throw new Error(`${name} has no account`);
  return { accounts, first };
}
