/** Checks one task of an inventory. */
import type { Application } from "../application";
import { own } from "../graph";
import { suggest } from "../nearest";
import { asService, isImageOf, MAX_CRON_NAME, MAX_MIGRATION_NAME, type Task } from "../task";
import { checkName, type Report } from "./report";
import { checkService } from "./services";

/** Checks a task: its program like that of a service, its name, and the services that it names. */
export function checkTask(application: Application, name: string, task: Task, report: Report): void {
  const where = `task ${name}`;
  const { services } = application;
  const known = Object.keys(services);
  const { before = [], image, uses = [] } = task;
  checkName(where, name, report, task.before ? MAX_MIGRATION_NAME : MAX_CRON_NAME);
  checkService(application, name, asService(task), report, "task");
  for (const service of before)
    if (!own(services, service))
      report(
        where,
        `runs before "${service}", which is not a service of ${application.name}`,
        suggest(service, known),
      );
    else if (uses.includes(service))
      report(
        where,
        `runs before ${service} and uses it, but a new ${service} only starts after the task`,
        `Remove "${service}" from \`before\` or from \`uses\`.`,
      );
  if (isImageOf(image) && !own(services, image.of))
    report(
      where,
      `has the image of "${image.of}", which is not a service of ${application.name}`,
      suggest(image.of, known),
    );
}
