/** Derives the readiness, liveness and start-up probes from the inventory's probe. */
import type { Probe, Service } from "../../model/application";
import { PRESETS } from "../../model/presets";
import type { AppContext } from "../context";
import { wordsOf } from "../variable-values";
import type { Probe as ChartProbe, Probes } from "./microservice-values";

/** Period of the start-up probe, in seconds. */
const STARTUP_PERIOD = 5;

/** Returns the maximum time from start to the first successful probe, in seconds. */
export const startupSecondsOf = ({
  startupSeconds,
  language,
}: Pick<Service, "startupSeconds" | "language">): number =>
  startupSeconds ?? PRESETS[language].startupSeconds;

/** What the probes of a service or sidecar follow from. */
type Probed = Pick<
  Service,
  "language" | "probe" | "liveness" | "timing" | "startupSeconds" | "env" | "envFrom"
>;

/** Returns the chart's `probes`. Empty for a service or sidecar without a probe. */
export function probesOf(context: AppContext, service: Probed): Probes {
  const { probe, timing = {} } = service;
  const toValues = (probe: Probe) => probeValues(context, service, probe);
  const first = service.liveness ?? probe;
  if (!first) return {};
  const { readiness, liveness } = PRESETS[service.language];
  const alive = service.liveness ? toValues(service.liveness) : portOnly(first);
  const start = startup(service, first);
  const { timeoutSeconds } = { ...readiness, ...timing.readiness };
  return {
    // A failure restarts the pod, so it must only check what a restart can fix.
    startup: {
      ...toValues(start),
      periodSeconds: STARTUP_PERIOD,
      timeoutSeconds,
      failureThreshold: Math.max(1, Math.ceil(startupSecondsOf(service) / STARTUP_PERIOD)),
    },
    ...(probe ? { readiness: { ...toValues(probe), ...readiness, ...timing.readiness } } : {}),
    ...(alive ? { liveness: { ...alive, ...liveness, ...timing.liveness } } : {}),
  };
}

function startup({ liveness }: Probed, probe: Probe): Probe {
  if (liveness) return liveness;
  return "http" in probe && probe.http.notStartup !== undefined ? { tcp: { port: probe.http.port } } : probe;
}

/**
 * Returns the default liveness probe of a service: its port. It does not use the readiness path, because a path that fails with a
 * store or under load would restart all pods at once; readiness already removes a hanging pod from the Service. A command has no
 * port, so there is no liveness probe then.
 */
function portOnly(probe: Probe): ChartProbe | undefined {
  if ("http" in probe) return { tcp: { port: probe.http.port } };
  if ("grpc" in probe) return { tcp: { port: probe.grpc.port } };
  return "tcp" in probe ? { tcp: { port: probe.tcp.port } } : undefined;
}

function probeValues(
  context: AppContext,
  container: Pick<Service, "env" | "envFrom">,
  probe: Probe,
): ChartProbe {
  if ("http" in probe) {
    const { path, port, scheme, headers } = probe.http;
    return {
      http: {
        path,
        port,
        ...(scheme === "https" ? { scheme: "HTTPS" as const } : {}),
        ...(headers ? { headers: { ...headers } } : {}),
      },
    };
  }
  if ("grpc" in probe) return { grpc: { ...probe.grpc } };
  if ("tcp" in probe) return { tcp: { port: probe.tcp.port } };
  return { exec: { command: wordsOf(context, container, probe.exec.command) } };
}
