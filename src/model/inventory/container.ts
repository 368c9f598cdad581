/** The schemas of sidecars, init containers and their sources of variables. */
import { z } from "zod";
import { absolutePath, dnsLabel, filePath, objectName, port, portName, variableName } from "../formats";
import { PORT_PROTOCOLS } from "../ports";
import { image } from "./image";
import { writable } from "./pod";
import { probe, probeWithName, refuseIn } from "./probe";
import { resources } from "./resources";
import { text } from "./text";

const sourceOptions = { prefix: variableName.optional(), optional: z.literal(true).optional() };

const envSource = z.union(
  [
    z.strictObject({ secret: objectName, ...sourceOptions }),
    z.strictObject({ configMap: objectName, ...sourceOptions }),
  ],
  {
    error:
      'must be { secret: "<name>" } or { configMap: "<name>" }, and optionally prefix and optional: true',
  },
);

/** Existing Secrets and ConfigMaps whose keys become variables. */
export const envFrom = z.record(dnsLabel.max(53), envSource);

const container = z.strictObject({
  image,
  command: z.array(text).optional(),
  args: z.array(text).optional(),
  env: z.record(variableName, text).optional(),
  envFrom: envFrom.optional(),
  workingDirectory: absolutePath.or(z.literal("/")).optional(),
  resources,
  writable: z.array(writable).optional(),
  mounts: z.record(absolutePath, absolutePath.or(filePath)).optional(),
});

const sidecar = container
  .extend({
    ports: z
      .record(portName, z.strictObject({ container: port, protocol: z.enum(PORT_PROTOCOLS) }))
      .optional(),
    probe: probe.optional(),
    startupSeconds: z.int().min(1).max(86_400).optional(),
  })
  .transform(({ probe: written, ...others }, context) => {
    const refuse = refuseIn("sidecar", others.ports, context);
    return { ...others, ...(written && { probe: probeWithName(written, others.ports, ["probe"], refuse) }) };
  });

export const initContainers = z.record(
  z.string(),
  container.extend({ seconds: z.int().min(1).max(86_400).optional() }),
);
export const sidecars = z.record(z.string(), sidecar);
