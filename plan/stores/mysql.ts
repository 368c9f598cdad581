/** mysql, one pod: values for the Bitnami chart, and for `charts/store` on the upstream image. */
import type { Account } from "../../model/application";
import type { Values } from "../plan";
import {
  ALLOW_MOVED_IMAGES,
  accountsOf,
  bitnamiImage,
  bitnamiNetworkPolicy,
  persistence,
  type StoreContext,
} from "./store";

type KeyedAccount = Account & { key: string };

export function bitnamiMysql(context: StoreContext): Values {
  const { first, further } = accountsOf(context);
  return {
    global: ALLOW_MOVED_IMAGES,
    fullnameOverride: context.name,
    image: { ...bitnamiImage("mysql"), tag: "9.4.0-debian-12-r1" },
    architecture: "standalone",
    auth: {
      existingSecret: context.secret,
      createDatabase: true,
      username: first.username,
      database: first.database as string,
      usePasswordFiles: true,
    },
    ...(further.length === 0
      ? {}
      : {
          // Bitnami's entrypoint has read the password file into this variable by then, and taken the file's away.
          initdbScripts: {
            "10-accounts.sh": accountsScript(
              further,
              'MYSQL_PWD="${MYSQL_ROOT_PASSWORD:-}" mysql -uroot --default-character-set=utf8mb4',
            ),
          },
        }),
    primary: {
      resourcesPreset: "none",
      resources: context.resources,
      persistence: persistence(context),
      pdb: { create: false },
      terminationGracePeriodSeconds: 60,
      // The chart's probes give up after 1 s, and a first start after 115 s: too soon on a slow volume.
      startupProbe: { timeoutSeconds: 10, failureThreshold: 30 },
      readinessProbe: { timeoutSeconds: 10 },
      livenessProbe: { timeoutSeconds: 10, failureThreshold: 6 },
      ...(further.length === 0
        ? {}
        : {
            extraEnvVars: further.map(({ key }) => ({
              name: passwordVariable(key),
              valueFrom: { secretKeyRef: { name: context.secret, key: `${key}-password` } },
            })),
          }),
    },
    networkPolicy: bitnamiNetworkPolicy(context),
    volumePermissions: { enabled: false, image: bitnamiImage("os-shell") },
    metrics: { enabled: false, image: bitnamiImage("mysqld-exporter") },
  };
}

export function upstreamMysql(context: StoreContext): Values {
  const { first, further } = accountsOf(context);
  const secret = (key: string) => ({ secret: context.secret, key });
  return {
    image: { repository: "docker.io/library/mysql", tag: "9.4.0" },
    port: 3306,
    portName: "mysql",
    user: { uid: 999, gid: 999 },
    env: {
      MYSQL_ROOT_PASSWORD: secret("mysql-root-password"),
      MYSQL_DATABASE: first.database as string,
      MYSQL_USER: first.username,
      MYSQL_PASSWORD: secret("mysql-password"),
      ...Object.fromEntries(further.map(({ key }) => [passwordVariable(key), secret(`${key}-password`)])),
    },
    dataPath: "/var/lib/mysql",
    // mysqld refuses a data directory that is not empty, as the root of a fresh ext4 volume (lost+found) is not.
    dataSubPath: "data",
    writable: { tmp: "/tmp", run: "/var/run/mysqld" },
    // Sourced by the image's entrypoint, whose function runs SQL as root.
    initScripts:
      further.length === 0 ? {} : { "10-accounts.sh": accountsScript(further, "docker_process_sql") },
    probe: { exec: { command: ["mysqladmin", "ping", "-h", "127.0.0.1", "--silent"] } },
  };
}

const passwordVariable = (key: string) => `${key.replace(/[^A-Za-z0-9]/g, "_").toUpperCase()}_PASSWORD`;

/** Creates the accounts that the chart or image has no setting for; passwords come from the environment. */
function accountsScript(accounts: readonly KeyedAccount[], client: string): string {
  const statements = accounts.flatMap(({ key, username, database }) => [
    `CREATE DATABASE IF NOT EXISTS \`${database}\`;`,
    `CREATE USER IF NOT EXISTS '${username}'@'%' IDENTIFIED BY '$${passwordVariable(key)}';`,
    `GRANT ALL ON \`${database}\`.* TO '${username}'@'%';`,
  ]);
  // Backquotes would be command substitution in a here-document.
  return `${client} <<SQL\n${statements.join("\n").replaceAll("`", "\\`")}\nSQL\n`;
}
