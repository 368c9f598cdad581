/** The schema of a service. */
import { z } from "zod";
import { LANGUAGES, type Probe } from "../application";
import {
  absolutePath,
  annotations,
  appProtocol,
  count,
  dnsLabel,
  filePath,
  headerName,
  headerValue,
  labels,
  labelValue,
  metricName,
  port,
  portName,
  quantity,
  reason,
  sentence,
  sysctlName,
  userId,
  variableName,
} from "../formats";
import { isTcp, PORT_PROTOCOLS } from "../ports";
import { mapValues } from "../records";
import { WORKLOADS } from "../volumes";
import { fileContent } from "./file";
import { image } from "./image";
import { podNeeds, writable } from "./pod";
import { routeOf } from "./public";
import { resources } from "./resources";
import { text } from "./text";
import { volumes } from "./volume";

const seconds = z.int().min(0).max(86_400);
const path = z.string().regex(/^\//, "must start with /");
const words = z.array(z.string());

/** A port, by its name or its number. */
const portOf = z.union([portName, port], { error: "must be the name or number of a port" });

const route = routeOf(portOf);

const probe = z.union(
  [
    z.strictObject({
      http: z.strictObject({
        path,
        port: portOf,
        scheme: z.enum(["http", "https"]).optional(),
        headers: z.record(headerName, headerValue).optional(),
        notStartup: reason.optional(),
      }),
    }),
    z.strictObject({ grpc: z.strictObject({ port: portOf, service: z.string().min(1).optional() }) }),
    z.strictObject({ tcp: z.strictObject({ port: portOf }) }),
    z.strictObject({ exec: z.strictObject({ command: words.min(1) }) }),
  ],
  {
    error:
      "must be one of { http: { path, port } }, { grpc: { port } }, { tcp: { port } }, { exec: { command } }",
  },
);

const timing = z.strictObject({
  periodSeconds: count.optional(),
  timeoutSeconds: count.optional(),
  failureThreshold: count.optional(),
});

const scalingRule = z.strictObject({
  percent: count.optional(),
  pods: count.optional(),
  periodSeconds: count.max(1800).optional(),
  stabilizationWindowSeconds: z.int().min(0).max(3600).optional(),
});

const percentage = z.int().min(1).max(1000);

const shape = z.strictObject({
  language: z.enum(LANGUAGES),
  team: labelValue.optional(),
  image,
  ports: z
    .record(
      portName,
      z.strictObject({
        container: port,
        service: port.optional(),
        protocol: z.enum(PORT_PROTOCOLS),
        appProtocol: appProtocol.optional(),
      }),
    )
    .optional(),
  headless: z.boolean().optional(),
  sessionAffinity: z.strictObject({ seconds: z.int().min(1).max(86_400).optional() }).optional(),
  optional: reason.optional(),
  uses: words.optional(),
  env: z.record(variableName, text).optional(),
  probe: probe.optional(),
  liveness: probe.optional(),
  timing: z.strictObject({ readiness: timing.optional(), liveness: timing.optional() }).optional(),
  noProbe: sentence.optional(),
  needsNames: z.boolean().optional(),
  waitsFor: words.optional(),
  waitSeconds: seconds.min(1).optional(),
  startupSeconds: seconds.optional(),
  shutdown: z
    .strictObject({ sleepSeconds: seconds.optional(), graceSeconds: seconds.optional(), reason })
    .optional(),
  resources: resources.optional(),
  user: z.strictObject({ uid: userId, gid: userId, reason: sentence.optional() }).optional(),
  writable: z.array(writable).optional(),
  workingDirectory: absolutePath.or(z.literal("/")).optional(),
  netBindService: sentence.optional(),
  pod: podNeeds.optional(),
  serviceLabels: labels.optional(),
  serviceAnnotations: annotations.optional(),
  serviceAccountAnnotations: annotations.optional(),
  workload: z.enum(WORKLOADS).optional(),
  podManagementPolicy: z.enum(["OrderedReady", "Parallel"]).optional(),
  volumes: volumes.optional(),
  files: z.record(filePath, fileContent).optional(),
  command: z.array(text).optional(),
  args: z.array(text).optional(),
  sysctls: z.record(sysctlName, z.string().min(1)).optional(),
  public: route.optional(),
  routes: z.record(dnsLabel.max(20), route).optional(),
  metrics: z.strictObject({ port: portOf, path }).optional(),
  autoscaling: z
    .strictObject({
      minReplicas: count.optional(),
      maxReplicas: count.optional(),
      cpu: percentage.optional(),
      memory: percentage.optional(),
      podMetrics: z.record(metricName, quantity).optional(),
      behavior: z
        .strictObject({ scaleUp: scalingRule.optional(), scaleDown: scalingRule.optional() })
        .optional(),
    })
    .optional(),
  minAvailable: count.optional(),
  permissions: z
    .record(
      dnsLabel.max(53),
      z.strictObject({
        apiGroup: z.string().optional(),
        resources: words.min(1),
        names: words,
        verbs: words.min(1),
        reason: sentence,
      }),
    )
    .optional(),
});

/** The keys that services and tasks have in common. */
export const programShape = shape.pick({
  team: true,
  uses: true,
  env: true,
  user: true,
  writable: true,
  workingDirectory: true,
  files: true,
  command: true,
  args: true,
  pod: true,
  serviceAccountAnnotations: true,
  permissions: true,
});

type Shape = z.output<typeof shape>;
type Ports = Shape["ports"];
type Refuse = (path: readonly string[], port: number) => never;

/** The schema of a service. It replaces the numbers of ports with their names. */
export const service = shape.transform((written, context) => {
  const { ports } = written;
  const refuse: Refuse = (path, number) => {
    const known = Object.values(ports ?? {}).map(({ container }) => container);
    const has =
      known.length === 0 ? "the service has no ports" : `the service's ports are ${known.join(", ")}`;
    context.addIssue({ code: "custom", path: [...path], message: `is ${number}, but ${has}` });
    return z.NEVER;
  };
  const { probe, liveness, public: open, routes, metrics, ...others } = written;
  return {
    ...others,
    ...(probe && { probe: probeWithName(probe, ports, ["probe"], refuse) }),
    ...(liveness && { liveness: probeWithName(liveness, ports, ["liveness"], refuse) }),
    ...(open && { public: { ...open, port: nameOfPort(open.port, ports, ["public", "port"], refuse) } }),
    ...(routes && {
      routes: mapValues(routes, (one, name) => ({
        ...one,
        port: nameOfPort(one.port, ports, ["routes", name, "port"], refuse),
      })),
    }),
    ...(metrics && {
      metrics: { ...metrics, port: nameOfPort(metrics.port, ports, ["metrics", "port"], refuse) },
    }),
  };
});

function nameOfPort(port: string | number, ports: Ports, path: readonly string[], refuse: Refuse): string {
  if (typeof port === "string") return port;
  const found = Object.entries(ports ?? {}).filter(([, { container }]) => container === port);
  // Probes, routes and metrics use TCP; a UDP port can have the same number.
  const [name] = found.find(([, candidate]) => isTcp(candidate)) ?? found[0] ?? [];
  return name ?? refuse(path, port);
}

function probeWithName(
  probe: NonNullable<Shape["probe"]>,
  ports: Ports,
  path: readonly string[],
  refuse: Refuse,
): Probe {
  const name = (port: string | number, kind: string) =>
    nameOfPort(port, ports, [...path, kind, "port"], refuse);
  if ("http" in probe) return { http: { ...probe.http, port: name(probe.http.port, "http") } };
  if ("grpc" in probe) return { grpc: { ...probe.grpc, port: name(probe.grpc.port, "grpc") } };
  if ("tcp" in probe) return { tcp: { port: name(probe.tcp.port, "tcp") } };
  return probe;
}
