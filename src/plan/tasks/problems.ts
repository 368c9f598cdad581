/** Reports problems of tasks that depend on the stack or on the order of the update. */
import { findCycle, own, usedBy } from "../../model/graph";
import type { Problem } from "../../model/problems";
import { mapValues } from "../../model/records";
import { isImageOf } from "../../model/task";
import type { AppContext } from "../context";
import { servicesBefore } from "../services/service-order";

/** Reports cycles of migrations and services, and settings that do not fit their task. */
export const taskProblems = (context: AppContext): Problem[] => [
  ...cycleProblems(context),
  ...settingProblems(context),
];

/** Reports migrations that wait for services that wait for them. */
function cycleProblems({ application }: AppContext): Problem[] {
  const { name: file, services, tasks = {} } = application;
  const migrations = Object.entries(tasks).filter(([, { before }]) => before);
  if (migrations.length === 0) return [];
  const cycle = findCycle({
    ...mapValues(services, (_, service) => [
      ...servicesBefore(application, service),
      ...migrations.flatMap(([task, { before }]) => (before?.includes(service) ? [task] : [])),
    ]),
    ...Object.fromEntries(migrations.map(([name, task]) => [name, usedBy(application, task, "services")])),
  });
  if (!cycle) return [];
  const task = cycle.find((name) => own(tasks, name)) as string;
  return [
    {
      where: `apps/${file}.ts: task ${task}`,
      what: `the order of the update is a cycle, where each one waits for the next: ${cycle.join(" -> ")}`,
      todo: "Remove a service from `before` or `uses` of a task in it.",
    },
  ];
}

function settingProblems({ declared, settings }: AppContext): Problem[] {
  return Object.entries(declared.tasks ?? {}).flatMap(([name, { image, cron }]): Problem[] => {
    const overrides = own(settings.tasks, name);
    if (!overrides) return [];
    const key = isImageOf(image)
      ? (["repository", "tag", "digest"] as const).find((part) => overrides[part] !== undefined)
      : undefined;
    return [
      ...(overrides.suspend !== undefined && !cron
        ? [
            {
              where: `flotilla:tasks.${name}.suspend`,
              what: `${name} is a migration, and only a cron task can be suspended`,
              todo: "Remove the setting.",
            },
          ]
        : []),
      ...(key !== undefined && isImageOf(image)
        ? [
            {
              where: `flotilla:tasks.${name}.${key}`,
              what: `${name} has the image of ${image.of}`,
              todo: `Set flotilla:services.${image.of}.${key} instead: both get it.`,
            },
          ]
        : []),
    ];
  });
}
