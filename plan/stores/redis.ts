/** redis, one pod: values for the Bitnami chart, and for `charts/store` on the upstream image. */
import type { Values } from "../plan";
import {
  ALLOW_MOVED_IMAGES,
  bitnamiImage,
  bitnamiNetworkPolicy,
  persistence,
  type StoreContext,
} from "./store";

export function bitnamiRedis(context: StoreContext): Values {
  const secured = context.store.noPassword === undefined;
  return {
    global: ALLOW_MOVED_IMAGES,
    fullnameOverride: context.name,
    image: { ...bitnamiImage("redis"), tag: "8.2.1-debian-12-r0" },
    architecture: "standalone",
    auth: secured
      ? {
          enabled: true,
          existingSecret: context.secret,
          existingSecretPasswordKey: "redis-password",
          usePasswordFiles: true,
        }
      : { enabled: false },
    master: {
      resourcesPreset: "none",
      resources: context.resources,
      persistence: persistence(context),
      pdb: { create: false },
    },
    networkPolicy: { ...bitnamiNetworkPolicy(context), metrics: { allowExternal: false } },
    sentinel: { image: bitnamiImage("redis-sentinel") },
    kubectl: { image: bitnamiImage("kubectl") },
    sysctl: { enabled: false, image: bitnamiImage("os-shell") },
    volumePermissions: { enabled: false, image: bitnamiImage("os-shell") },
    metrics: { enabled: false, image: bitnamiImage("redis-exporter") },
  };
}

export function upstreamRedis(context: StoreContext): Values {
  const secured = context.store.noPassword === undefined;
  return {
    image: { repository: "docker.io/library/redis", tag: "8.2.1" },
    // The host name of the Bitnami chart, so that a service does not notice the difference.
    host: `${context.name}-master`,
    port: 6379,
    portName: "redis",
    user: { uid: 999, gid: 999 },
    // redis-cli takes its password from REDISCLI_AUTH. The server gets it through a file descriptor: not as an argument.
    env: secured ? { REDISCLI_AUTH: { secret: context.secret, key: "redis-password" } } : {},
    args: secured
      ? ["sh", "-c", "exec redis-server --appendonly yes - <<END\nrequirepass $REDISCLI_AUTH\nEND\n"]
      : ["redis-server", "--appendonly", "yes", "--protected-mode", "no"],
    dataPath: "/data",
    writable: { tmp: "/tmp" },
    probe: {
      exec: {
        // Without the pipe an answer such as LOADING would pass for readiness.
        command: ["sh", "-c", "redis-cli ping | grep -q PONG"],
      },
    },
  };
}
