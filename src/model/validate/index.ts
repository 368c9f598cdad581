/** Checks an inventory before it is planned. */
import type { Application } from "../application";
import { MAX_STORE_NAME } from "../names";
import type { Problem } from "../problems";
import { checkCallers, checkRoutes } from "./access";
import { checkClaims } from "./claims";
import { checkApplication, checkHeadless, checkHosts } from "./names";
import { checkAccountKeys, checkCycle, checkName } from "./report";
import { checkSecrets } from "./secrets";
import { checkService } from "./services";
import { checkStore } from "./stores";
import { checkTask } from "./tasks";

/** Returns all problems of an inventory, in the order of the inventory. */
export function validateApplication(application: Application): Problem[] {
  const problems: Problem[] = [];
  const file = `apps/${application.name}.ts`;
  const report = (where: string, what: string, todo: string) =>
    problems.push({ where: `${file}: ${where}`, what, todo });

  checkApplication(application, report);
  checkHosts(application, report);
  checkHeadless(application, report);
  checkRoutes(application, report);
  checkClaims(application, report);
  for (const name of Object.keys(application.services)) checkName(`service ${name}`, name, report);
  for (const name of Object.keys(application.stores))
    checkName(`store ${name}`, name, report, MAX_STORE_NAME);
  for (const [name, service] of Object.entries(application.services))
    checkService(application, name, service, report);
  for (const [name, store] of Object.entries(application.stores))
    checkStore(application, name, store, report);
  for (const [name, task] of Object.entries(application.tasks ?? {}))
    checkTask(application, name, task, report);
  for (const [name, external] of Object.entries(application.externals ?? {})) {
    checkName(`external ${name}`, name, report);
    checkAccountKeys(`external ${name}`, Object.keys(external.accounts ?? {}), report);
    if (external.pods && external.cidr !== undefined)
      report(
        `external ${name}`,
        "has both `pods` and `cidr`",
        "Keep one of them: a network policy uses either pods or addresses.",
      );
    if (external.standIn) checkService(application, name, external.standIn, report, "stand-in of external");
  }
  checkCallers(application, report);
  checkSecrets(application, report);
  checkCycle("stores", application.stores, (name) => `store ${name}`, report);
  return problems;
}
