/** The schema of an inventory. It checks at run time what types cannot: without it, a misspelled key would be silently dropped. */
import { z } from "zod";
import { labelValue } from "../formats";
import { secret } from "./secret";
import { service } from "./service";
import { caller, external, store } from "./store";
import { task } from "./task";

/** A map by name. `validate/` checks the names. */
const byName = <T extends z.ZodType>(schema: T) => z.record(z.string(), schema);

export const applicationSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  team: labelValue.optional(),
  services: byName(service),
  stores: byName(store).optional(),
  tasks: byName(task).optional(),
  externals: byName(external).optional(),
  callers: byName(caller).optional(),
  secrets: byName(secret).optional(),
});

/** An inventory as authors write it. */
export type ApplicationInput = z.input<typeof applicationSchema>;
/** A parsed inventory: images are split into parts, and values are text. */
export type ApplicationRead = z.output<typeof applicationSchema>;
