/**
 * Presets by language: the values of a service's fields that the inventory leaves out. A service can override each part.
 *
 * Sources of the numbers:
 * - resources: node, python, java and nginx have the values that this project was specified with. They are above those of
 *   Robot Shop's chart (instana/robot-shop, K8s/helm/templates: 100m/200m and 50/100 Mi; 500/1000 Mi for shipping, which is
 *   java). go has those of Online Boutique's manifests v0.10.6 (GoogleCloudPlatform/microservices-demo, checkoutservice).
 *   dotnet has the memory of its Helm chart (cartservice, 128/256 Mi) and the CPU of the manifests. php: Robot Shop's 50/100 Mi
 *   hold one request or two (45 MB each, and 70 MB for the rest: docs.platform.sh/languages/php/fpm.html); CPU as node.
 * - start-up: a minute, more than any manifest of the three applications allows; java two, as its virtual machine starts
 *   slowly on little CPU (shipping's chart allows 155 s, adservice's 20 s on idle CPUs).
 * - probes: Kubernetes' period (10 s) and threshold (3). Its timeout of 1 s, which Bitnami's mysql chart 14.0.5 has as well
 *   (values.yaml, `primary.livenessProbe`), restarts pods that are only busy: so 3 s. Liveness waits twice as long as
 *   readiness: a restart is the last resort.
 * - shutdown: 5 s for the Services' endpoints to follow, then the time that the language's servers take by default to finish
 *   open requests, and 5 s to spare: gunicorn's `graceful_timeout` 30 s (its docs/source/settings.rst), Spring Boot's
 *   `spring.lifecycle.timeout-per-shutdown-phase` 30 s (LifecycleProperties.java), .NET's `HostOptions.ShutdownTimeout`
 *   30 s (HostOptions.cs). Node, Go and PHP have no such default: Kubernetes' 30 s in all. The images of nginx and
 *   php-apache stop gracefully by their own STOPSIGNAL. Puma's `worker_shutdown_timeout` is 30 s (lib/puma/configuration.rb),
 *   Bandit's `shutdown_timeout` 15 s (thousand_island's options).
 * - ruby as python, rust as go, elixir between them; generic, for any other runtime, as node with two minutes to start.
 */
import type { Language, Resources, Shutdown, Timing, User } from "./application";
import { resources } from "./resources";

/** The defaults of a language's services. */
export interface Preset {
  resources: Resources;
  /** Time from start to the first successful probe, at most, in seconds. */
  startupSeconds: number;
  readiness: Timing;
  liveness: Timing;
  shutdown: Shutdown;
}

const KUBERNETES_GRACE = 30;
const SLEEP = 5;
/** The sleep, 30 s for open requests, and 5 s to spare. */
const LONG_GRACE = SLEEP + 30 + 5;

const preset = (
  cpu: [string, string],
  memory: [string, string],
  { startupSeconds = 60, graceSeconds = KUBERNETES_GRACE } = {},
): Preset => ({
  resources: resources(cpu, memory),
  startupSeconds,
  readiness: { periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3 },
  liveness: { periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 6 },
  shutdown: { sleepSeconds: SLEEP, graceSeconds },
});

/** The presets, by language. */
export const PRESETS: Record<Language, Preset> = {
  node: preset(["100m", "500m"], ["256Mi", "512Mi"]),
  python: preset(["100m", "500m"], ["256Mi", "512Mi"], { graceSeconds: LONG_GRACE }),
  java: preset(["250m", "1000m"], ["512Mi", "1Gi"], { startupSeconds: 120, graceSeconds: LONG_GRACE }),
  go: preset(["100m", "200m"], ["64Mi", "128Mi"]),
  php: preset(["100m", "500m"], ["128Mi", "256Mi"]),
  dotnet: preset(["200m", "300m"], ["128Mi", "256Mi"], { graceSeconds: LONG_GRACE }),
  nginx: preset(["50m", "200m"], ["128Mi", "256Mi"]),
  ruby: preset(["100m", "500m"], ["256Mi", "512Mi"], { graceSeconds: LONG_GRACE }),
  rust: preset(["100m", "200m"], ["64Mi", "128Mi"]),
  elixir: preset(["100m", "500m"], ["128Mi", "256Mi"]),
  generic: preset(["100m", "500m"], ["256Mi", "512Mi"], { startupSeconds: 120 }),
};

/** The first id of users and groups that no node has itself. kube-score and Checkov require it as well. */
export const FIRST_SAFE_ID = 10000;

/** The user of images that name none: numeric, so that `runAsNonRoot` can be checked, and above the users of a node. */
export const DEFAULT_USER: User = { uid: 10001, gid: 10001 };
