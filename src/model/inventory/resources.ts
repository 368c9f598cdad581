import { z } from "zod";
import { quantity } from "../formats";

/** Requests and limits; only memory needs a limit. */
export const resources = z.strictObject({
  requests: z.strictObject({ cpu: quantity, memory: quantity }),
  limits: z.strictObject({ cpu: quantity.optional(), memory: quantity }),
});
