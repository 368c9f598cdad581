/** Readiness, liveness and start-up, all from the one probe the inventory names. */

import type { Probe, Service } from "../../model/application";
import { PRESETS } from "../../model/presets";
import type { Probe as ChartProbe, Probes } from "./microservice-values";

/** Seconds between two tries while a pod starts. */
const STARTUP_PERIOD = 5;

export const startupSecondsOf = ({ startupSeconds, language }: Service): number =>
  startupSeconds ?? PRESETS[language].startupSeconds;

/** The chart's `probes` value; empty for a service without a probe. */
export function probesOf(service: Service): Probes {
  const { probe, timing = {} } = service;
  const first = service.liveness ?? probe;
  if (!first) return {};
  const { readiness, liveness } = PRESETS[service.language];
  const alive = service.liveness ? toValues(service.liveness) : portOnly(first);
  const { timeoutSeconds } = { ...readiness, ...timing.readiness };
  return {
    // A pod that never starts is restarted: only for what a restart can mend.
    startup: {
      ...startup(service, first),
      periodSeconds: STARTUP_PERIOD,
      timeoutSeconds,
      failureThreshold: Math.ceil(startupSecondsOf(service) / STARTUP_PERIOD),
    },
    ...(probe ? { readiness: { ...toValues(probe), ...readiness, ...timing.readiness } } : {}),
    ...(alive ? { liveness: { ...alive, ...liveness, ...timing.liveness } } : {}),
  };
}

function startup({ liveness }: Service, probe: Probe): ChartProbe {
  if (liveness) return toValues(liveness);
  return "http" in probe && probe.http.notStartup !== undefined
    ? { tcp: { port: probe.http.port } }
    : toValues(probe);
}

/**
 * Where nothing of the service says that it lives, liveness asks the port, not what readiness asks: a path that fails
 * with a store or under load would restart every pod at once. A pod that hangs is taken out of the Service by its
 * readiness. A command has no port: then there is none.
 */
function portOnly(probe: Probe): ChartProbe | undefined {
  if ("http" in probe) return { tcp: { port: probe.http.port } };
  if ("grpc" in probe) return { tcp: { port: probe.grpc.port } };
  return "tcp" in probe ? toValues(probe) : undefined;
}

function toValues(probe: Probe): ChartProbe {
  if ("http" in probe) {
    const { path, port, headers } = probe.http;
    return { http: { path, port, ...(headers ? { headers: { ...headers } } : {}) } };
  }
  if ("grpc" in probe) return { grpc: { port: probe.grpc.port } };
  if ("tcp" in probe) return { tcp: { port: probe.tcp.port } };
  return { exec: { command: [...probe.exec.command] } };
}
