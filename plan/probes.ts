/** Readiness, liveness and start-up, all from the one probe the inventory names. */

import type { Probe, Service } from "../model/application";
import { DEFAULT_STARTUP_SECONDS } from "../model/presets";
import type { Values } from "./plan";

/** Seconds between two tries while a pod starts. */
const STARTUP_PERIOD = 5;

export const startupSecondsOf = (service: Service): number =>
  service.startupSeconds ?? DEFAULT_STARTUP_SECONDS;

/** The chart's `probes` value; empty for a service without a probe. */
export function probesOf(service: Service): Values {
  const { probe } = service;
  if (!probe) return {};
  const alive = livenessOf(probe);
  return {
    // Start-up and liveness ask the same: a pod is restarted only for what a restart can mend.
    startup: {
      ...alive,
      periodSeconds: STARTUP_PERIOD,
      timeoutSeconds: 3,
      failureThreshold: Math.ceil(startupSecondsOf(service) / STARTUP_PERIOD),
    },
    readiness: { ...toValues(probe), periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3 },
    liveness: { ...alive, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 6 },
  };
}

/** A probe that fails for reasons a restart does not mend would restart every pod: then only the port is asked. */
function livenessOf(probe: Probe): Values {
  return "http" in probe && probe.http.notLiveness !== undefined
    ? { tcp: { port: probe.http.port } }
    : toValues(probe);
}

function toValues(probe: Probe): Values {
  if ("http" in probe) return { http: { path: probe.http.path, port: probe.http.port } };
  if ("grpc" in probe) return { grpc: { port: probe.grpc.port } };
  if ("tcp" in probe) return { tcp: { port: probe.tcp.port } };
  return { exec: { command: [...probe.exec.command] } };
}
