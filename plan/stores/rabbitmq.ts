/** rabbitmq, one pod: values for the Bitnami chart, and for `charts/store` on the upstream image. */
import type { Values } from "../plan";
import {
  ALLOW_MOVED_IMAGES,
  accountsOf,
  bitnamiImage,
  bitnamiNetworkPolicy,
  persistence,
  type StoreContext,
} from "./store";

export function bitnamiRabbitmq(context: StoreContext): Values {
  const { first } = accountsOf(context);
  return {
    global: ALLOW_MOVED_IMAGES,
    fullnameOverride: context.name,
    image: { ...bitnamiImage("rabbitmq"), tag: "4.1.3-debian-12-r1" },
    replicaCount: 1,
    // One node discovers no peers, so it needs neither a token nor a role.
    clustering: { enabled: false },
    automountServiceAccountToken: false,
    rbac: { create: false },
    plugins: "rabbitmq_management",
    extraPlugins: "",
    auth: {
      username: first.username,
      existingPasswordSecret: context.secret,
      existingSecretPasswordKey: "rabbitmq-password",
      existingErlangSecret: context.secret,
      existingSecretErlangKey: "rabbitmq-erlang-cookie",
    },
    usePasswordFiles: true,
    resourcesPreset: "none",
    resources: context.resources,
    persistence: persistence(context),
    pdb: { create: false },
    networkPolicy: bitnamiNetworkPolicy(context),
    volumePermissions: { enabled: false, image: bitnamiImage("os-shell") },
    metrics: { enabled: false },
  };
}

export function upstreamRabbitmq(context: StoreContext): Values {
  const { first } = accountsOf(context);
  return {
    image: { repository: "docker.io/library/rabbitmq", tag: "4.1.3-management" },
    port: 5672,
    portName: "amqp",
    user: { uid: 999, gid: 999 },
    env: {
      RABBITMQ_DEFAULT_USER: first.username,
      RABBITMQ_DEFAULT_PASS: { secret: context.secret, key: "rabbitmq-password" },
      RABBITMQ_ERLANG_COOKIE: { secret: context.secret, key: "rabbitmq-erlang-cookie" },
      // The node's name is part of its data directory: a pod's own host name never changes in a StatefulSet.
      RABBITMQ_NODENAME: "rabbit@localhost",
    },
    dataPath: "/var/lib/rabbitmq",
    writable: { tmp: "/tmp", log: "/var/log/rabbitmq" },
    probe: { exec: { command: ["rabbitmq-diagnostics", "-q", "ping"] } },
  };
}
