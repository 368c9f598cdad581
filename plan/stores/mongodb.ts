/** mongodb, one pod: values for the Bitnami chart, and for `charts/store` on the upstream image. */
import type { Values } from "../plan";
import {
  ALLOW_MOVED_IMAGES,
  accountsOf,
  bitnamiImage,
  bitnamiNetworkPolicy,
  persistence,
  type StoreContext,
} from "./store";

export function bitnamiMongodb(context: StoreContext): Values {
  const { accounts } = accountsOf(context);
  return {
    global: ALLOW_MOVED_IMAGES,
    fullnameOverride: context.name,
    image: { ...bitnamiImage("mongodb"), tag: "8.0.13-debian-12-r0" },
    architecture: "standalone",
    // The chart's default is a Deployment, which rolls while the old pod still holds the volume.
    useStatefulSet: true,
    auth: {
      enabled: true,
      rootUser: "root",
      usernames: accounts.map(({ username }) => username),
      databases: accounts.map(({ database }) => database as string),
      existingSecret: context.secret,
    },
    usePasswordFiles: true,
    resourcesPreset: "none",
    resources: context.resources,
    persistence: persistence(context),
    pdb: { create: false },
    networkPolicy: bitnamiNetworkPolicy(context),
    tls: { enabled: false, image: bitnamiImage("nginx") },
    externalAccess: {
      autoDiscovery: { image: bitnamiImage("kubectl") },
      dnsCheck: { image: bitnamiImage("os-shell") },
    },
    volumePermissions: { enabled: false, image: bitnamiImage("os-shell") },
    metrics: { enabled: false, image: bitnamiImage("mongodb-exporter") },
  };
}

export function upstreamMongodb(context: StoreContext): Values {
  const { accounts } = accountsOf(context);
  const users = accounts.map(({ username, database }) => ({ username, database: database as string }));
  return {
    image: { repository: "docker.io/library/mongo", tag: "8.0.13" },
    port: 27017,
    portName: "mongodb",
    user: { uid: 999, gid: 999 },
    env: {
      MONGO_INITDB_ROOT_USERNAME: "root",
      MONGO_INITDB_ROOT_PASSWORD: { secret: context.secret, key: "mongodb-root-password" },
      MONGODB_PASSWORDS: { secret: context.secret, key: "mongodb-passwords" },
      HOME: "/tmp",
    },
    dataPath: "/data/db",
    writable: { tmp: "/tmp", configdb: "/data/configdb" },
    // Runs once, when the volume is empty. Passwords come from the environment in the order of the accounts.
    initScripts: {
      "10-accounts.js": `const passwords = process.env.MONGODB_PASSWORDS.split(",");
${JSON.stringify(users)}.forEach(({ username, database }, index) =>
  db.getSiblingDB(database).createUser({
    user: username,
    pwd: passwords[index],
    roles: [{ role: "readWrite", db: database }],
  }),
);
`,
    },
    probe: { exec: { command: ["mongosh", "--quiet", "--eval", "db.adminCommand('ping').ok || quit(1)"] } },
  };
}
