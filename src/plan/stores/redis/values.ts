/** redis: values for the Bitnami chart in both profiles, and for `charts/store` on the upstream image. */
import type { Settings } from "../../../config/schema";
import { API_SERVER_PORTS } from "../../namespace/network";
import type { Values } from "../../plan";
import { bitnamiImage, bitnamiStoreImage } from "../images";
import { fromMemoryLimit, memoryLimit, redisMemory } from "../memory";
import { REPLICAS } from "../profile";
import {
  bitnamiCommon,
  bitnamiNetworkPolicy,
  bitnamiResources,
  EXPORTER_MEMORY,
  exporter,
  generationAnnotations,
  isReplicated,
  KUBECTL_RESOURCES,
  namespaceLabel,
  persistence,
  placement,
  RETAIN,
  SENTINEL_MEMORY,
  type StoreContext,
  serviceMonitor,
  smallSidecar,
} from "../store";

/** Returns the values of Bitnami's chart. */
export function bitnamiRedis(context: StoreContext): Values {
  const { settings, store, secret } = context;
  const replicated = isReplicated(context);
  const pods: Values = {
    ...bitnamiResources(context),
    ...fromMemoryLimit(context, (bytes) => ({
      extraFlags: memoryFlags(bytes).map((words) => words.join(" ")),
    })),
    persistence: persistence(context),
    ...placement(context),
    podAnnotations: generationAnnotations(context),
    // The chart's probes time out after 1 s or 5 s.
    livenessProbe: { timeoutSeconds: 10, failureThreshold: 6 },
    readinessProbe: { timeoutSeconds: 10 },
  };
  return {
    ...bitnamiCommon(context),
    image: bitnamiStoreImage(context),
    architecture: replicated ? "replication" : "standalone",
    auth:
      store.noPassword === undefined
        ? {
            enabled: true,
            existingSecret: secret,
            existingSecretPasswordKey: "redis-password",
            usePasswordFiles: true,
          }
        : { enabled: false },
    ...(replicated
      ? sentinelMode(context, pods)
      : {
          master: { ...pods, persistentVolumeClaimRetentionPolicy: RETAIN },
          sentinel: { image: bitnamiImage(settings, "redis-sentinel") },
          kubectl: { image: bitnamiImage(settings, "kubectl") },
        }),
    networkPolicy: {
      ...bitnamiNetworkPolicy(
        context,
        undefined,
        // A pod sets a label on the master through the API server.
        replicated ? [apiServerRule(settings)] : [],
      ),
      metrics: {
        allowExternal: false,
        ...(settings.monitoring
          ? { ingressNSMatchLabels: namespaceLabel(settings.monitoring.namespace) }
          : {}),
      },
    },
    sysctl: { enabled: false, image: bitnamiImage(settings, "os-shell") },
    metrics: {
      ...exporter(context, "redis-exporter", EXPORTER_MEMORY.redis),
      ...serviceMonitor(context, "additionalLabels"),
    },
  };
}

const apiServerRule = ({ apiServer }: Settings): Values => ({
  ports: API_SERVER_PORTS.map((port) => ({ port })),
  ...(apiServer === undefined ? {} : { to: [{ ipBlock: { cidr: apiServer } }] }),
});

/** Returns the values for sentinel mode: sentinels elect the master, and a Service with a stable name selects it. */
function sentinelMode({ settings }: StoreContext, pods: Values): Values {
  return {
    // Sentinel mode ignores `master`: every node is a replica that can be promoted.
    replica: { replicaCount: REPLICAS, ...pods, automountServiceAccountToken: true },
    sentinel: {
      enabled: true,
      image: bitnamiImage(settings, "redis-sentinel"),
      masterSet: "mymaster",
      quorum: Math.floor(REPLICAS / 2) + 1,
      downAfterMilliseconds: 10000,
      failoverTimeout: 60000,
      masterService: { enabled: true },
      persistentVolumeClaimRetentionPolicy: RETAIN,
      ...smallSidecar(SENTINEL_MEMORY),
    },
    // Needed to label the master, which the Service selects.
    rbac: { create: true },
    serviceAccount: { create: true },
    kubectl: {
      image: bitnamiImage(settings, "kubectl"),
      resources: KUBECTL_RESOURCES,
    },
  };
}

/** Returns the options that keep redis below its memory limit. It refuses writes then, because data must not vanish. */
const memoryFlags = (limit: number): [string, string][] => [
  ["--maxmemory", String(redisMemory(limit))],
  ["--maxmemory-policy", "noeviction"],
];

/** Returns the values of `charts/store`. */
export function upstreamRedis(context: StoreContext): Values {
  const secured = context.store.noPassword === undefined;
  const limit = memoryLimit(context);
  const options = ["--appendonly", "yes", ...(limit === undefined ? [] : memoryFlags(limit).flat())];
  return {
    // The same host name as with the Bitnami chart.
    host: `${context.name}-master`,
    port: 6379,
    portName: "redis",
    // redis-cli reads the password from REDISCLI_AUTH. The server reads it from standard input, so it is not an argument.
    env: secured ? { REDISCLI_AUTH: { secret: context.secret, key: "redis-password" } } : {},
    args: secured
      ? ["sh", "-c", `exec redis-server ${options.join(" ")} - <<END\nrequirepass $REDISCLI_AUTH\nEND\n`]
      : ["redis-server", ...options, "--protected-mode", "no"],
    dataPath: "/data",
    writable: { tmp: "/tmp" },
    probe: {
      exec: {
        // redis-cli also exits with 0 for an answer such as LOADING.
        command: ["sh", "-c", "redis-cli ping | grep -q PONG"],
      },
    },
  };
}
