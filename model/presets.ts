/**
 * Presets by language: what a service gets that says nothing of its own. Each part of one can be overridden by the service.
 *
 * Sources of the numbers:
 * - resources: node, python, java and nginx from the architecture document the project starts from, go and dotnet from
 *   Online Boutique's manifests v0.10.6 (checkoutservice, cartservice), php from Robot Shop's (ratings), as quoted in
 *   `facts/applications.md`; dotnet's memory is doubled: the runtime keeps a quarter of its limit from the heap.
 * - start-up: a minute; java two, as shipping's and adservice's own probes allow (`facts/apps/*.json`).
 * - probes: Kubernetes' period and threshold; its time-out of 1 s is what a full garbage collection or a busy CPU takes
 *   (issues of all four stores' charts, `facts/bitnami-stores.md`), so 3 s. Liveness waits twice as long as readiness.
 * - shutdown: 5 s for the Services' endpoints to follow, then what the language's servers take by default to end the
 *   requests under way, and 5 s to spare: gunicorn `graceful_timeout` 30 s, Spring Boot
 *   `spring.lifecycle.timeout-per-shutdown-phase` 30 s, .NET `HostOptions.ShutdownTimeout` 30 s. Node, Go and PHP have no
 *   such default: Kubernetes' 30 s. nginx and php-apache images stop gracefully by their own STOPSIGNAL.
 */
import type { Language, Resources, Shutdown, Timing, User } from "./application";

/** What a language's services start from. */
export interface Preset {
  resources: Resources;
  /** Seconds the program may take to its first successful probe. */
  startupSeconds: number;
  readiness: Timing;
  liveness: Timing;
  shutdown: Shutdown;
}

const KUBERNETES_GRACE = 30;
const SLEEP = 5;
/** The sleep, 30 s for requests under way, and 5 s to spare. */
const LONG_GRACE = SLEEP + 30 + 5;

const preset = (
  cpu: [string, string],
  memory: [string, string],
  { startupSeconds = 60, graceSeconds = KUBERNETES_GRACE } = {},
): Preset => ({
  resources: {
    requests: { cpu: cpu[0], memory: memory[0] },
    limits: { cpu: cpu[1], memory: memory[1] },
  },
  startupSeconds,
  readiness: { periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3 },
  liveness: { periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 6 },
  shutdown: { sleepSeconds: SLEEP, graceSeconds },
});

export const PRESETS: Record<Language, Preset> = {
  node: preset(["100m", "500m"], ["256Mi", "512Mi"]),
  python: preset(["100m", "500m"], ["256Mi", "512Mi"], { graceSeconds: LONG_GRACE }),
  java: preset(["250m", "1000m"], ["512Mi", "1Gi"], { startupSeconds: 120, graceSeconds: LONG_GRACE }),
  go: preset(["100m", "200m"], ["64Mi", "128Mi"]),
  php: preset(["100m", "500m"], ["128Mi", "256Mi"]),
  dotnet: preset(["200m", "300m"], ["128Mi", "256Mi"], { graceSeconds: LONG_GRACE }),
  nginx: preset(["50m", "200m"], ["128Mi", "256Mi"]),
};

/** Users and groups from here on are not a node's own (kube-score and Checkov ask for them as well). */
export const FIRST_SAFE_ID = 10000;

/** Numeric and above the host's own users, so that `runAsNonRoot` can be checked and no host user is hit. */
export const DEFAULT_USER: User = { uid: 10001, gid: 10001 };
