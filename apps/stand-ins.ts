/** Services that replace externals in a stack. Only for development and demos. */
import type { Service } from "../src/model/application";
import { address, password, text, username } from "../src/model/text";

/** Answers every request with 200 and an empty JSON object. */
export const answersOk: Service = {
  language: "nginx",
  image: { repository: "docker.io/nginxinc/nginx-unprivileged", tag: "1.29.1-alpine" },
  ports: { http: { container: 8080, protocol: "http" } },
  probe: { http: { path: "/", port: "http" } },
  resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "100m", memory: "64Mi" } },
  command: ["nginx", "-g", "daemon off;", "-c", "/etc/stand-in/nginx.conf"],
  files: {
    "/etc/stand-in/nginx.conf": `pid /tmp/nginx.pid;
error_log /dev/stderr;
events {}
http {
  access_log /dev/stdout;
  client_body_temp_path /tmp/client;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen 8080;
    default_type application/json;
    location / {
      return 200 "{}\\n";
    }
  }
}
`,
  },
  writable: ["/tmp"],
};

/** A PostgreSQL server with one account, and a database with the same name. Its data is lost when the pod stops. */
export const postgres = (name: string, account: string): Service => ({
  language: "go",
  image: { repository: "docker.io/library/postgres", tag: "17.6" },
  ports: { postgresql: { container: 5432, protocol: "tcp" } },
  env: {
    POSTGRES_USER: [username(name, account)],
    POSTGRES_PASSWORD: [password(name, account)],
    POSTGRES_DB: account,
    // A subfolder of the volume: initdb needs an empty folder that it owns.
    PGDATA: "/var/lib/postgresql/data/pgdata",
  },
  probe: { tcp: { port: "postgresql" } },
  startupSeconds: 120,
  resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
  user: { uid: 999, gid: 999, reason: "initdb wants a user of /etc/passwd, and postgres is this one" },
  writable: ["/var/lib/postgresql/data", "/var/run/postgresql", "/tmp"],
});

/** A Kafka cluster with one broker that is also the controller. Its data is lost when the pod stops. */
export const kafka = (name: string): Service => ({
  language: "java",
  image: { repository: "docker.io/apache/kafka", tag: "4.1.0" },
  ports: { kafka: { container: 9092, protocol: "tcp" } },
  // With one KAFKA_ variable, the image ignores its default configuration, so all of them are set.
  env: {
    KAFKA_NODE_ID: "1",
    KAFKA_PROCESS_ROLES: "broker,controller",
    KAFKA_LISTENERS: "PLAINTEXT://:9092,CONTROLLER://:9093",
    KAFKA_ADVERTISED_LISTENERS: text`PLAINTEXT://${address(name)}`,
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
    KAFKA_INTER_BROKER_LISTENER_NAME: "PLAINTEXT",
    KAFKA_CONTROLLER_QUORUM_VOTERS: "1@localhost:9093",
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1",
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: "1",
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "1",
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: "1",
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: "1",
    KAFKA_LOG_DIRS: "/var/lib/kafka/data/logs",
    KAFKA_HEAP_OPTS: "-Xms256m -Xmx512m",
    LOG_DIR: "/tmp/kafka-logs",
  },
  probe: { tcp: { port: "kafka" } },
  resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
  user: { uid: 1000, gid: 1000, reason: "the image's own user, to whom /opt/kafka belongs" },
  writable: ["/opt/kafka/config", "/opt/kafka/logs", "/var/lib/kafka/data", "/tmp"],
});
