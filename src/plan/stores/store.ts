import { compact } from "../../model/records";
import type { PlanContext } from "../context";
import { userName } from "../credentials";
import { storePullSecretsOf } from "../credentials/externals";
import type { DeployedStore } from "../deployed";
import { podsOf } from "../namespace/network";
import type { Value, Values } from "../plan";
import { DISK, USUAL_DISK } from "../services/resources";
import { CLUSTER_GENERATION, GENERATION } from "./generation";
import { bitnamiImage } from "./images";
import type { StoreShape } from "./shape";

/** The input for the values of a store's chart. */
export interface StoreContext extends PlanContext, StoreShape {
  /** Name of the Secret with the store's passwords. */
  secret: string;
  /** The allowed clients, by any name: pod labels and ports. */
  clients: Record<string, { pods: Record<string, string>; ports: readonly number[] }>;
  /** The deployed store. Undefined if it is new. */
  there?: DeployedStore;
}

/** Whether a store runs with several pods. */
export const isReplicated = ({ profile }: StoreShape): boolean => profile === "replicated";

/** Returns the values that all four Bitnami charts have in common. */
export function bitnamiCommon({ name, settings }: StoreContext): Values {
  const pullSecrets = storePullSecretsOf(settings);
  return {
    global: {
      // Without this, the charts refuse images from other repositories.
      security: { allowInsecureImages: true },
      ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets }),
    },
    fullnameOverride: name,
    volumePermissions: { enabled: false, image: bitnamiImage(settings, "os-shell") },
  };
}

/** The default limit of ephemeral storage for stores of Bitnami. */
export const BITNAMI_DISK = "2Gi";

/** Returns the requests and limits of a Bitnami chart's main container. They replace the chart's presets. */
export function bitnamiResources({ resources }: StoreContext): Values {
  return {
    resourcesPreset: "none",
    resources: {
      requests: { ...resources.requests, [DISK]: resources.requests[DISK] ?? USUAL_DISK },
      limits: { ...resources.limits, [DISK]: resources.limits[DISK] ?? BITNAMI_DISK },
    },
  };
}

/** Returns the values for a volume of a Bitnami chart. */
export function persistence({ storage, storageClass }: StoreContext): Values {
  return compact({ enabled: true, size: storage, storageClass });
}

/** Values that retain volumes when pods or the release are deleted. */
export const RETAIN: Values = { enabled: true, whenScaled: "Retain", whenDeleted: "Retain" };

/** Returns the annotations with the generations of a store's passwords. A new generation restarts the pods. */
export function generationAnnotations({ generation, clusterGeneration }: StoreContext): Values {
  return {
    [GENERATION]: String(generation),
    [CLUSTER_GENERATION]: String(clusterGeneration),
  };
}

/** Returns the values that spread pods over nodes and, if possible, zones, and that let a drain evict one pod at a time. */
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

/** Returns the values for Bitnami's NetworkPolicy: clients may connect in; the pods may connect to each other and to DNS. */
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

/** Returns the label that selects a namespace. */
export const namespaceLabel = (namespace: string): Values => ({ "kubernetes.io/metadata.name": namespace });

/** Memory limits of the metrics exporters. */
export const EXPORTER_MEMORY = { mongodb: "256Mi", mysql: "128Mi", redis: "128Mi" } as const;

/** Returns the values for a metrics exporter sidecar. It is enabled if the stack has `monitoring`. */
export function exporter({ settings, metrics }: StoreContext, image: string, memory: string): Values {
  return {
    enabled: metrics,
    image: bitnamiImage(settings, image),
    ...(metrics ? smallSidecar(memory) : {}),
  };
}

/** Memory limit of a redis sentinel. */
export const SENTINEL_MEMORY = "128Mi";

/** Requests and limits of the sidecar that labels the redis master. */
export const KUBECTL_RESOURCES = {
  requests: { cpu: "10m", memory: "32Mi", "ephemeral-storage": "16Mi" },
  limits: { memory: "128Mi", "ephemeral-storage": "64Mi" },
};

/** Returns the probes and resources of a small sidecar. */
export const smallSidecar = (memory: string) => ({
  // Some probes of the charts time out after 1 s.
  livenessProbe: { timeoutSeconds: 10 },
  readinessProbe: { timeoutSeconds: 10 },
  resourcesPreset: "none",
  resources: {
    requests: { cpu: "20m", memory: "64Mi", "ephemeral-storage": "16Mi" },
    limits: { memory, "ephemeral-storage": "64Mi" },
  },
});

/** Interval between two scrapes. */
export const SCRAPE_INTERVAL = "30s";

/** Returns the values for a ServiceMonitor, if the stack uses them. `labels` is the chart's key for its labels. */
export function serviceMonitor({ settings }: StoreContext, labels = "labels"): Values {
  const monitor = settings.monitoring?.serviceMonitor;
  return monitor === undefined
    ? {}
    : { serviceMonitor: { enabled: true, interval: SCRAPE_INTERVAL, [labels]: { ...monitor.labels } } };
}

/** Returns the accounts of a store in the order of the inventory, with their keys and current user names. */
export const accountsOf = (shape: StoreShape) =>
  Object.entries(shape.store.accounts ?? {}).map(([key, account]) => ({
    ...account,
    key,
    username: userName(shape, key, account.username),
  }));

/**
 * Returns the accounts that a chart or an image can create on first start: its scripts do not escape passwords in SQL and
 * JavaScript, and split lists at commas. The Job `<store>-accounts` creates all accounts.
 */
export const accountsOfChart = (shape: StoreShape) =>
  accountsOf(shape).filter(({ credential }) => !("fixed" in credential) || isPlain(credential.fixed));

/** Whether a password needs no escaping in any script. */
export const isPlain = (password: string): boolean => /^[A-Za-z0-9]+$/.test(password);
