import { z } from "zod";
import { quantity } from "../formats";

/** The schema of requests and limits. Only memory requires a limit. */
export const resources = z.strictObject({
  requests: z.strictObject({
    cpu: quantity,
    memory: quantity,
    "ephemeral-storage": quantity.optional(),
  }),
  limits: z.strictObject({
    cpu: quantity.optional(),
    memory: quantity,
    "ephemeral-storage": quantity.optional(),
  }),
});
