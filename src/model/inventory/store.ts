/** The schemas of stores and externals. */
import { z } from "zod";
import { bytes, cidrs, dnsLabel, host, labels, port, reason, variableName } from "../formats";
import { image } from "./image";
import { resources } from "./resources";
import { service } from "./service";
import { text } from "./text";

const words = z.array(z.string());

const loader = z.strictObject({
  does: z.string(),
  needs: words.optional(),
  image,
  script: z.string().min(1),
  env: z.record(variableName, text),
  seconds: z.int().min(1).max(86_400).optional(),
  resources: resources.optional(),
});

const credential = z.union(
  [z.strictObject({ generated: z.literal(true) }), z.strictObject({ fixed: z.string().min(1), reason })],
  { error: "must be { generated: true }, or { fixed, reason }" },
);

export const store = z.strictObject({
  // `read.ts` checks the kind, because projects can register their own.
  kind: z.string(),
  accounts: z
    .record(z.string(), z.strictObject({ username: z.string(), database: z.string().optional(), credential }))
    .optional(),
  noPassword: reason.optional(),
  needs: words.optional(),
  loaders: z.record(z.string(), loader).optional(),
  resources: resources.optional(),
  storage: bytes,
});

const peer = { namespace: dnsLabel, labels };

export const external = z.strictObject({
  reason,
  host,
  port,
  protocol: z.enum(["https", "http", "tcp", "udp", "sctp"]),
  pods: z.strictObject({ ...peer, port: port.optional() }).optional(),
  cidr: cidrs.optional(),
  accounts: z
    .record(z.string(), z.strictObject({ username: z.string(), database: z.string().optional() }))
    .optional(),
  standIn: service.optional(),
});

export const caller = z.strictObject({ ...peer, calls: words, reason });
