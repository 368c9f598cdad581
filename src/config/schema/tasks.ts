/** The settings of tasks. */
import { z } from "zod";
import { image, resourcesKey } from "./fields";
import { key } from "./key";
import { containersKey, exceptions, variablesKey } from "./services";

export const task = z.strictObject({
  ...image,
  suspend: key(
    z.boolean().optional(),
    "Whether a cron task starts no runs. `flotilla run` still starts one.",
    "true or false",
    "the inventory's, or false",
  ),
  env: variablesKey,
  resources: resourcesKey,
  containers: containersKey,
  exceptions,
});
