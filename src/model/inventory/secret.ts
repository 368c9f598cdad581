/** The schema of a secret that belongs to no account. */
import { z } from "zod";
import { reason } from "../formats";
import { ALPHABETS } from "../secrets";

export const secret = z.strictObject({
  reason,
  length: z.int().optional(),
  alphabet: z.enum(ALPHABETS).optional(),
  given: z.literal(true).optional(),
});
