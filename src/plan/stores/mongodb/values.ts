/** mongodb: values for the Bitnami chart in both profiles, and for `charts/store` on the upstream image. */
import { hasSecret, userName } from "../../credentials";
import type { Values } from "../../plan";
import { bitnamiImage, bitnamiStoreImage } from "../images";
import { REPLICA_SET, REPLICAS } from "../profile";
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

const METRICS_PORT = 9216;

/** Returns the values of Bitnami's chart. */
export function bitnamiMongodb(context: StoreContext): Values {
  const { settings, metrics, store } = context;
  const secured = hasSecret(store);
  return {
    ...bitnamiCommon(context),
    image: bitnamiStoreImage(context),
    ...(isReplicated(context)
      ? {
          architecture: "replicaset",
          replicaCount: REPLICAS,
          replicaSetName: REPLICA_SET,
          replicaSetHostnames: true,
          // The chart's default is two data members and an arbiter, so majority writes need both members.
          arbiter: { enabled: false },
          hidden: { enabled: false },
        }
      : {
          architecture: "standalone",
          // The chart's default is a Deployment, which starts a new pod while the old one still has the volume.
          useStatefulSet: true,
        }),
    ...(secured ? { auth: authOf(context), usePasswordFiles: true } : { auth: { enabled: false } }),
    ...bitnamiResources(context),
    persistence: persistence(context),
    persistentVolumeClaimRetentionPolicy: RETAIN,
    ...placement(context),
    podAnnotations: generationAnnotations(context),
    terminationGracePeriodSeconds: isReplicated(context) ? 120 : 60,
    // Off by default. A replica set needs time on first start to elect a primary and to copy data.
    startupProbe: { enabled: true, periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 60 },
    readinessProbe: { timeoutSeconds: 10 },
    livenessProbe: { timeoutSeconds: 20 },
    networkPolicy: { ...bitnamiNetworkPolicy(context, METRICS_PORT), addExternalClientAccess: false },
    tls: { enabled: false, image: bitnamiImage(settings, "nginx") },
    externalAccess: {
      autoDiscovery: { image: bitnamiImage(settings, "kubectl") },
      dnsCheck: { image: bitnamiImage(settings, "os-shell") },
    },
    metrics: {
      ...exporter(context, "mongodb-exporter", EXPORTER_MEMORY.mongodb),
      ...(metrics && secured ? { username: userName(context, "metrics", "metrics") } : {}),
      ...serviceMonitor(context),
    },
  };
}

function authOf(context: StoreContext): Values {
  const accounts = accountsOfChart(context);
  return {
    enabled: true,
    rootUser: userName(context, "root", "root"),
    usernames: accounts.map(({ username }) => username),
    databases: accounts.map(({ database }) => database as string),
    existingSecret: context.secret,
  };
}

/**
 * Returns the values of `charts/store`. They set no cache size: mongod computes it from the container's limit itself (SERVER-16571;
 * SERVER-60412 for cgroup v2), half of what is above 1 GB and at least 256 MB.
 */
export function upstreamMongodb(context: StoreContext): Values {
  return {
    port: 27017,
    portName: "mongodb",
    env: {
      // Without them the image starts the server without access control.
      ...(hasSecret(context.store)
        ? {
            MONGO_INITDB_ROOT_USERNAME: userName(context, "root", "root"),
            MONGO_INITDB_ROOT_PASSWORD: { secret: context.secret, key: "mongodb-root-password" },
          }
        : {}),
      HOME: "/tmp",
    },
    dataPath: "/data/db",
    writable: { tmp: "/tmp", configdb: "/data/configdb" },
    probe: { exec: { command: ["mongosh", "--quiet", "--eval", "db.adminCommand('ping').ok || quit(1)"] } },
  };
}
