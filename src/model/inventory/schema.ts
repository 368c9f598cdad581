/** An inventory as it may be written: types are gone when it is read, and a misspelled key would be dropped without a word. */
import { z } from "zod";
import { service } from "./service";
import { caller, external, store } from "./store";

/** Names of services, stores and others are checked where it is said what they are for. */
const byName = <T extends z.ZodType>(schema: T) => z.record(z.string(), schema);

export const applicationSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  team: z.string().optional(),
  services: byName(service),
  stores: byName(store).optional(),
  externals: byName(external).optional(),
  callers: byName(caller).optional(),
});

/** What may be written. */
export type ApplicationInput = z.input<typeof applicationSchema>;
/** The same read: references of images in parts, values as text. */
export type ApplicationRead = z.output<typeof applicationSchema>;
