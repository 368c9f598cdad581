/**
 * Images built from Debian packages, for machines that cannot reach a registry. Each stands for an official image: it reads the
 * same variables and arguments as far as Flotilla uses them, and has its own entrypoint and another version of the program.
 */
import type { ImageConfig } from "../nodes/image-archive";

/** How to build an image. */
export interface Recipe {
  /** The official image that it stands for. */
  repository: string;
  /** The release of Debian that the packages come from. Default: the stable one, trixie. */
  suite?: "sid";
  packages: readonly string[];
  /** Files of the packages to leave out, as patterns of dpkg. */
  exclude?: readonly string[];
  /** Java libraries from Maven Central, as `group:artifact`. Their version is the tag of the official image. */
  jars?: { coordinate: string; folder: string };
  /** Whether it starts by its script in ./entrypoints. Otherwise the command does. */
  hasEntrypoint?: boolean;
  /** The user that a program looks up, with its numeric ID and its home. */
  user?: { name: string; id: number; home: string };
  /** Text files, by path. */
  files?: Record<string, string>;
  config?: Pick<ImageConfig, "Cmd" | "Env" | "WorkingDir">;
}

/** What scripts and probes need. */
const SHELL = ["base-files", "bash", "coreutils", "grep", "sed"];

const PATH = (folder: string): string => `PATH=${folder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin`;

const POSTGRESQL = "/usr/lib/postgresql/17/bin";

/** The recipes, by name. */
export const RECIPES: Record<string, Recipe> = {
  busybox: {
    repository: "docker.io/library/busybox",
    packages: ["base-files", "bash", "busybox"],
    config: { Cmd: ["sh"] },
  },
  redis: {
    repository: "docker.io/library/redis",
    packages: [...SHELL, "redis-server"],
    config: { Cmd: ["redis-server"], WorkingDir: "/data" },
  },
  mysql: {
    repository: "docker.io/library/mysql",
    // The stable release has MariaDB only, which lacks two passwords per user.
    suite: "sid",
    packages: [...SHELL, "findutils", "mysql-server", "mysql-client"],
    hasEntrypoint: true,
    user: { name: "mysql", id: 999, home: "/var/lib/mysql" },
    files: {
      "/etc/mysql/my.cnf": `[mysqld]
bind-address = *
datadir = /var/lib/mysql
socket = /var/run/mysqld/mysqld.sock
pid-file = /var/run/mysqld/mysqld.pid
secure-file-priv = NULL
skip-name-resolve
mysqlx = OFF

[client]
socket = /var/run/mysqld/mysqld.sock
`,
    },
  },
  rabbitmq: {
    repository: "docker.io/library/rabbitmq",
    packages: [...SHELL, "rabbitmq-server"],
    hasEntrypoint: true,
    user: { name: "rabbitmq", id: 999, home: "/var/lib/rabbitmq" },
    files: { "/etc/rabbitmq/enabled_plugins": "[rabbitmq_management].\n" },
    config: { Env: [PATH("/usr/lib/rabbitmq/bin"), "RABBITMQ_LOGS=-", "HOME=/var/lib/rabbitmq"] },
  },
  postgres: {
    repository: "docker.io/library/postgres",
    packages: [...SHELL, "postgresql-17"],
    // Compiles queries; a third of the size.
    exclude: ["/usr/lib/*/libLLVM*", "/usr/lib/*/libz3*", "/usr/lib/postgresql/17/lib/bitcode/*"],
    hasEntrypoint: true,
    user: { name: "postgres", id: 999, home: "/var/lib/postgresql" },
    config: { Env: [PATH(POSTGRESQL), "PGDATA=/var/lib/postgresql/data"] },
  },
  kafka: {
    repository: "docker.io/apache/kafka",
    packages: [...SHELL, "openjdk-21-jre-headless"],
    jars: { coordinate: "org.apache.kafka:kafka_2.13", folder: "/opt/kafka/libs" },
    hasEntrypoint: true,
    user: { name: "appuser", id: 1000, home: "/tmp" },
    config: { Env: [PATH("/usr/lib/jvm/java-21-openjdk-amd64/bin")] },
  },
  nginx: {
    repository: "docker.io/nginxinc/nginx-unprivileged",
    packages: [...SHELL, "nginx-light"],
    user: { name: "nginx", id: 101, home: "/tmp" },
    config: { Cmd: ["nginx", "-g", "daemon off;"] },
  },
};

/** Returns the name of the recipe for an official image. */
export const recipeFor = (repository: string): string | undefined =>
  Object.keys(RECIPES).find((name) => RECIPES[name]?.repository === repository);
