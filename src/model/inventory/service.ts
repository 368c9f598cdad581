/** The schema of a service. */
import { z } from "zod";
import { LANGUAGES } from "../application";
import {
  absolutePath,
  annotations,
  appProtocol,
  count,
  dnsLabel,
  filePath,
  labels,
  labelValue,
  metricName,
  port,
  portName,
  quantity,
  reason,
  sentence,
  sysctlName,
  urlPath,
  userId,
  variableName,
} from "../formats";
import { PORT_PROTOCOLS } from "../ports";
import { mapValues } from "../records";
import { WORKLOADS } from "../volumes";
import { envFrom, initContainers, sidecars } from "./container";
import { fileContent } from "./file";
import { image } from "./image";
import { podNeeds, writable } from "./pod";
import { nameOfPort, portOf, probe, probeWithName, refuseIn } from "./probe";
import { routeOf } from "./public";
import { resources } from "./resources";
import { text } from "./text";
import { volumes } from "./volume";

const seconds = z.int().min(0).max(86_400);
const words = z.array(z.string());

const route = routeOf(portOf);

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
  envFrom: envFrom.optional(),
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
  sidecars: sidecars.optional(),
  initContainers: initContainers.optional(),
  sysctls: z.record(sysctlName, z.string().min(1)).optional(),
  public: route.optional(),
  routes: z.record(dnsLabel.max(20), route).optional(),
  metrics: z.strictObject({ port: portOf, path: urlPath }).optional(),
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
  envFrom: true,
  user: true,
  writable: true,
  workingDirectory: true,
  files: true,
  command: true,
  args: true,
  pod: true,
  serviceAccountAnnotations: true,
  sidecars: true,
  initContainers: true,
  permissions: true,
});

/** The schema of a service. It replaces the numbers of ports with their names. */
export const service = shape.transform((written, context) => {
  const { ports } = written;
  const refuse = refuseIn("service", ports, context);
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
