/** rabbitmq: values for the Bitnami chart in both profiles, and for `charts/store` on the upstream image. */
import type { Values } from "../../plan";
import { bitnamiStoreImage } from "../images";
import { fromMemoryLimit } from "../memory";
import { REPLICAS } from "../profile";
import {
  accountsOf,
  bitnamiCommon,
  bitnamiNetworkPolicy,
  bitnamiResources,
  generationAnnotations,
  isReplicated,
  persistence,
  placement,
  RETAIN,
  SCRAPE_INTERVAL,
  type StoreContext,
} from "../store";

const METRICS_PORT = 9419;

/** Returns the values of Bitnami's chart. */
export function bitnamiRabbitmq(context: StoreContext): Values {
  const [first] = accountsOf(context);
  const { there } = context;
  return {
    ...bitnamiCommon(context),
    image: bitnamiStoreImage(context),
    ...(isReplicated(context) ? CLUSTER : ONE_NODE),
    // After a full stop, each node waits for the others, so all must start at once. The field cannot be changed later.
    podManagementPolicy: there ? (there.podManagementPolicy ?? "OrderedReady") : "Parallel",
    extraPlugins: "",
    auth: {
      username: first?.username ?? "",
      securePassword: true,
      updatePassword: false,
      existingPasswordSecret: context.secret,
      existingSecretPasswordKey: "rabbitmq-password",
      existingErlangSecret: context.secret,
      existingSecretErlangKey: "rabbitmq-erlang-cookie",
    },
    usePasswordFiles: true,
    ...bitnamiResources(context),
    memoryHighWatermark: { enabled: true, type: "relative", value: 0.6 },
    persistence: persistence(context),
    persistentVolumeClaimRetentionPolicy: RETAIN,
    ...placement(context),
    podAnnotations: generationAnnotations(context),
    terminationGracePeriodSeconds: 120,
    startupProbe: { enabled: true, periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 60 },
    // The chart's own probes use a password, so they would restart pods during its rotation.
    customLivenessProbe: diagnostics("rabbitmq-diagnostics -q ping", 6),
    customReadinessProbe: diagnostics(
      "rabbitmq-diagnostics -q check_running && rabbitmq-diagnostics -q check_local_alarms",
      3,
    ),
    networkPolicy: { ...bitnamiNetworkPolicy(context, METRICS_PORT), addExternalClientAccess: false },
    metrics: metricsOf(context),
  };
}

/** Values of a single node. It discovers no peers, so it needs no token and no Role. */
const ONE_NODE: Values = {
  replicaCount: 1,
  clustering: { enabled: false },
  automountServiceAccountToken: false,
  rbac: { create: false },
  plugins: "rabbitmq_management",
};

/** Values of a cluster. In a network partition, the minority pauses. */
const CLUSTER: Values = {
  replicaCount: REPLICAS,
  clustering: {
    enabled: true,
    addressType: "hostname",
    partitionHandling: "pause_minority",
    rebalance: true,
  },
  automountServiceAccountToken: true,
  rbac: { create: true },
  plugins: "rabbitmq_management rabbitmq_peer_discovery_k8s",
};

const diagnostics = (command: string, failureThreshold: number): Values => ({
  exec: { command: ["/bin/bash", "-ec", command] },
  initialDelaySeconds: 10,
  periodSeconds: 30,
  timeoutSeconds: 20,
  failureThreshold,
});

/** Returns the values for metrics. A plugin of rabbitmq exports them, so there is no sidecar. */
function metricsOf({ settings, metrics }: StoreContext): Values {
  const monitor = settings.monitoring?.serviceMonitor;
  return {
    enabled: metrics,
    ...(monitor === undefined
      ? {}
      : {
          serviceMonitor: {
            labels: { ...monitor.labels },
            default: { enabled: true, interval: SCRAPE_INTERVAL },
          },
        }),
  };
}

/** Returns the values of `charts/store`. */
export function upstreamRabbitmq(context: StoreContext): Values {
  const [first] = accountsOf(context);
  return {
    port: 5672,
    portName: "amqp",
    // The Jobs of a rotation connect to this port.
    extraPorts: { management: 15672 },
    env: {
      RABBITMQ_DEFAULT_USER: first?.username ?? "",
      RABBITMQ_DEFAULT_PASS: { secret: context.secret, key: "rabbitmq-password" },
      RABBITMQ_ERLANG_COOKIE: { secret: context.secret, key: "rabbitmq-erlang-cookie" },
      // The name of the node is part of its data directory, so it must not depend on the namespace or the cluster.
      RABBITMQ_NODENAME: "rabbit@localhost",
      // It blocks publishers at 60 % of the memory that it takes for available: without this, the machine's (/proc/meminfo). With
      // a limit of 1 GiB it then blocks at 610 MiB instead of being killed (measured with 4.3.6). Bitnami's chart sets it too.
      ...fromMemoryLimit(context, (bytes) => ({
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-rabbit total_memory_available_override_value ${bytes}`,
      })),
    },
    dataPath: "/var/lib/rabbitmq",
    writable: { tmp: "/tmp", log: "/var/log/rabbitmq" },
    probe: { exec: { command: ["rabbitmq-diagnostics", "-q", "ping"] } },
  };
}
