/** mysql: values for the Bitnami chart in both profiles, and for `charts/store` on the upstream image. */
import type { Values } from "../../plan";
import { bitnamiStoreImage } from "../images";
import { fromMemoryLimit, mysqlBufferPool } from "../memory";
import { REPLICAS } from "../profile";
import {
  accountsOfChart,
  bitnamiCommon,
  bitnamiNetworkPolicy,
  bitnamiResources,
  EXPORTER_MEMORY,
  exporter,
  generationAnnotations,
  isReplicated,
  persistence,
  placement,
  RETAIN,
  type StoreContext,
  serviceMonitor,
} from "../store";

const METRICS_PORT = 9104;

/** The user that the chart creates for its secondaries. */
export const REPLICATION_USER = "replicator";

/** Returns the values of Bitnami's chart. */
export function bitnamiMysql(context: StoreContext): Values {
  const [first] = accountsOfChart(context);
  const replicated = isReplicated(context);
  return {
    ...bitnamiCommon(context),
    image: bitnamiStoreImage(context),
    architecture: replicated ? "replication" : "standalone",
    auth: {
      existingSecret: context.secret,
      ...(first
        ? { createDatabase: true, username: first.username, database: first.database as string }
        : { createDatabase: false }),
      ...(replicated ? { replicationUser: REPLICATION_USER } : {}),
      usePasswordFiles: true,
    },
    primary: role(context),
    ...(replicated ? { secondary: { replicaCount: REPLICAS - 1, ...role(context) } } : {}),
    networkPolicy: bitnamiNetworkPolicy(context, METRICS_PORT),
    metrics: { ...exporter(context, "mysqld-exporter", EXPORTER_MEMORY.mysql), ...serviceMonitor(context) },
  };
}

/** Returns the values of a role. They are the same for both, because a secondary can be promoted manually. */
function role(context: StoreContext): Values {
  return {
    ...bitnamiResources(context),
    ...fromMemoryLimit(context, (bytes) => ({ extraFlags: bufferPool(bytes).join(" ") })),
    persistence: persistence(context),
    persistentVolumeClaimRetentionPolicy: RETAIN,
    ...placement(context),
    podAnnotations: generationAnnotations(context),
    terminationGracePeriodSeconds: isReplicated(context) ? 120 : 60,
    // The chart's probes time out after 1 s, and the first start after 115 s, which is too short on a slow volume.
    startupProbe: { timeoutSeconds: 10, failureThreshold: 60 },
    readinessProbe: { timeoutSeconds: 10 },
    livenessProbe: { timeoutSeconds: 10, failureThreshold: 6 },
  };
}

/** Returns the options that fit mysql's cache into its memory limit. */
function bufferPool(limit: number): string[] {
  const { bytes, instances } = mysqlBufferPool(limit);
  return [`--innodb-buffer-pool-size=${bytes}`, `--innodb-buffer-pool-instances=${instances}`];
}

/** Returns the values of `charts/store`. */
export function upstreamMysql(context: StoreContext): Values {
  const [first] = accountsOfChart(context);
  const secret = (key: string) => ({ secret: context.secret, key });
  return {
    port: 3306,
    portName: "mysql",
    env: {
      MYSQL_ROOT_PASSWORD: secret("mysql-root-password"),
      ...(first
        ? {
            MYSQL_DATABASE: first.database as string,
            MYSQL_USER: first.username,
            MYSQL_PASSWORD: secret("mysql-password"),
          }
        : {}),
    },
    // The entrypoint adds `mysqld` before an option.
    ...fromMemoryLimit(context, (bytes) => ({ args: bufferPool(bytes) })),
    dataPath: "/var/lib/mysql",
    // mysqld needs an empty data directory, and the root of a new ext4 volume has lost+found.
    dataSubPath: "data",
    writable: { tmp: "/tmp", run: "/var/run/mysqld" },
    probe: { exec: { command: ["mysqladmin", "ping", "-h", "127.0.0.1", "--silent"] } },
  };
}
