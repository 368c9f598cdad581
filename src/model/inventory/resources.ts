import { z } from "zod";
import { bytes, quantity } from "../formats";

/** The schema of requests and limits. Only memory requires a limit. */
export const resources = z.strictObject({
  requests: z.strictObject({
    cpu: quantity,
    memory: bytes,
    "ephemeral-storage": bytes.optional(),
  }),
  limits: z.strictObject({
    cpu: quantity.optional(),
    memory: bytes,
    "ephemeral-storage": bytes.optional(),
  }),
});
