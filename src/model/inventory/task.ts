/** The schema of a task. */
import { z } from "zod";
import { isTimeZone, scheduleProblem, timeZones } from "../cron";
import { nearest } from "../nearest";
import { CONCURRENCY } from "../task";
import { image } from "./image";
import { resources } from "./resources";
import { programShape } from "./service";
import { mountedVolumes } from "./volume";

const day = z.int().min(1).max(86_400);

const schedule = z.string().superRefine((text, context) => {
  const problem = scheduleProblem(text);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

const timeZone = z.string().superRefine((zone, context) => {
  if (isTimeZone(zone)) return;
  const near = nearest(zone, timeZones());
  context.addIssue({
    code: "custom",
    message: `must be a time zone, such as Europe/Berlin, not ${JSON.stringify(zone)}${near === undefined ? "" : `; did you mean ${near}?`}`,
  });
});

const history = z.int().min(0).max(100).optional();

const cron = z.strictObject({
  schedule,
  timeZone: timeZone.optional(),
  concurrency: z.enum(CONCURRENCY).optional(),
  // The CronJob controller looks every 10 seconds.
  startingDeadlineSeconds: day.min(10).optional(),
  history: z.strictObject({ successful: history, failed: history }).optional(),
  suspend: z.boolean().optional(),
});

export const task = programShape
  .extend({
    image: z.union([z.strictObject({ of: z.string() }), image], {
      error: 'must be an image, or { of: "<service>" } for the image of a service',
    }),
    seconds: day,
    retries: z.int().min(0).max(100).optional(),
    resources: resources.optional(),
    volumes: mountedVolumes.optional(),
    before: z.array(z.string()).min(1).optional(),
    cron: cron.optional(),
  })
  .refine(({ before, cron }) => (before === undefined) !== (cron === undefined), {
    message: "must have either `before`, for a migration, or `cron`",
  });
