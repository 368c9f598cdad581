/** Readiness, liveness and start-up, all from the one probe the inventory names. */

import type { Probe, Service } from "../model/application";
import { DEFAULT_STARTUP_SECONDS } from "../model/presets";
import type { Probe as ChartProbe, Probes } from "./microservice-values";

/** Seconds between two tries while a pod starts. */
const STARTUP_PERIOD = 5;

export const startupSecondsOf = (service: Service): number =>
  service.startupSeconds ?? DEFAULT_STARTUP_SECONDS;

/** The chart's `probes` value; empty for a service without a probe. */
export function probesOf(service: Service): Probes {
  const { probe } = service;
  if (!probe) return {};
  return {
    // A pod that never starts is restarted: only for what a restart can mend.
    startup: {
      ...("http" in probe && probe.http.notStartup !== undefined ? portOnly(probe) : toValues(probe)),
      periodSeconds: STARTUP_PERIOD,
      timeoutSeconds: 3,
      failureThreshold: Math.ceil(startupSecondsOf(service) / STARTUP_PERIOD),
    },
    readiness: { ...toValues(probe), periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3 },
    ...("exec" in probe
      ? {}
      : { liveness: { ...portOnly(probe), periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 6 } }),
  };
}

/**
 * Liveness asks the port, not what readiness asks: a path that fails with a store or under load would restart every pod
 * at once. A pod that hangs is taken out of the Service by its readiness. A command has no port: then there is none.
 */
function portOnly(probe: Probe): ChartProbe {
  if ("http" in probe) return { tcp: { port: probe.http.port } };
  return "grpc" in probe ? { tcp: { port: probe.grpc.port } } : toValues(probe);
}

function toValues(probe: Probe): ChartProbe {
  if ("http" in probe) return { http: { path: probe.http.path, port: probe.http.port } };
  if ("grpc" in probe) return { grpc: { port: probe.grpc.port } };
  if ("tcp" in probe) return { tcp: { port: probe.tcp.port } };
  return { exec: { command: [...probe.exec.command] } };
}
