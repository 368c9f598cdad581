/**
 * Presets by language: values for the fields that a service omits. A service can override each part.
 *
 * Sources of the numbers:
 * - resources: node, python, java and nginx have the values from the project's specification. They are higher than those of
 *   Robot Shop's chart (instana/robot-shop, K8s/helm/templates: 100m/200m and 50/100 Mi; 500/1000 Mi for shipping, which is
 *   java). go has the values of Online Boutique's manifests v0.10.6 (GoogleCloudPlatform/microservices-demo, checkoutservice).
 *   dotnet has the memory of its Helm chart (cartservice, 128/256 Mi) and the CPU of the manifests. php: Robot Shop's 50/100 Mi
 *   is enough for one or two requests (45 MB each, plus 70 MB: docs.platform.sh/languages/php/fpm.html); CPU as for node.
 * - start-up: one minute, more than any manifest of the three applications allows; two for java, because the JVM starts slowly
 *   with little CPU (shipping's chart allows 155 s, adservice's 20 s on idle CPUs).
 * - probes: Kubernetes' default period (10 s) and threshold (3). The default timeout of 1 s, which Bitnami's mysql chart 14.0.5
 *   also has (values.yaml, `primary.livenessProbe`), restarts busy pods, so it is 3 s. Liveness waits twice as long as
 *   readiness: a restart is the last resort.
 * - shutdown: 5 s for the Service endpoints to update, then the default time that the language's servers take to finish open
 *   requests, plus 5 s: gunicorn's `graceful_timeout` 30 s (its docs/source/settings.rst), Spring Boot's
 *   `spring.lifecycle.timeout-per-shutdown-phase` 30 s (LifecycleProperties.java), .NET's `HostOptions.ShutdownTimeout`
 *   30 s (HostOptions.cs). Node, Go and PHP have no such default: Kubernetes' 30 s in total. The images of nginx and
 *   php-apache set a STOPSIGNAL for a graceful stop. Puma's `worker_shutdown_timeout` is 30 s (lib/puma/configuration.rb),
 *   Bandit's `shutdown_timeout` 15 s (thousand_island's options).
 * - ruby is like python, rust like go, elixir in between. generic, for any other runtime, is like node with two minutes to start.
 */
import type { Language, Resources, Service, Shutdown, Timing, User } from "./application";
import { resources } from "./resources";

/** The defaults of a language's services. */
export interface Preset {
  resources: Resources;
  /** Maximum time from start to the first successful probe, in seconds. */
  startupSeconds: number;
  readiness: Timing;
  liveness: Timing;
  shutdown: Shutdown;
}

const KUBERNETES_GRACE = 30;
const SLEEP = 5;
/** The sleep, 30 s for open requests, and a margin of 5 s. */
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

/** Returns how a service's pods end. */
export const shutdownOf = ({ language, shutdown }: Pick<Service, "language" | "shutdown">): Shutdown => ({
  ...PRESETS[language].shutdown,
  ...shutdown,
});

/** Users and groups below this ID may exist on a node. kube-score and Checkov require the same minimum. */
export const FIRST_SAFE_ID = 10000;

/** The user for services without `user`: numeric, so that `runAsNonRoot` can be checked, and above the users of a node. */
export const DEFAULT_USER: User = { uid: 10001, gid: 10001 };
