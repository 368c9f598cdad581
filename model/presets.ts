/**
 * Defaults by language: what a service gets that says nothing of its own.
 * Requests and limits for node, python, java and nginx are the ones of the architecture document the project starts from
 * (quoted in `facts/applications.md`); php and go, which it leaves out, take robot-shop's own manifests as their floor.
 */
import type { Language, Resources, User } from "./application";

const resources = (cpu: [string, string], memory: [string, string]): Resources => ({
  requests: { cpu: cpu[0], memory: memory[0] },
  limits: { cpu: cpu[1], memory: memory[1] },
});

export const RESOURCES_BY_LANGUAGE: Record<Language, Resources> = {
  node: resources(["100m", "500m"], ["256Mi", "512Mi"]),
  python: resources(["100m", "500m"], ["256Mi", "512Mi"]),
  java: resources(["250m", "1000m"], ["512Mi", "1Gi"]),
  nginx: resources(["50m", "200m"], ["128Mi", "256Mi"]),
  php: resources(["100m", "500m"], ["128Mi", "256Mi"]),
  go: resources(["50m", "200m"], ["64Mi", "128Mi"]),
};

/** Users and groups from here on are not a node's own (kube-score and Checkov ask for them as well). */
export const FIRST_SAFE_ID = 10000;

/** Numeric and above the host's own users, so that `runAsNonRoot` can be checked and no host user is hit. */
export const DEFAULT_USER: User = { uid: 10001, gid: 10001 };

/** Seconds a program may take to its first successful probe when the inventory says nothing. */
export const DEFAULT_STARTUP_SECONDS = 60;
