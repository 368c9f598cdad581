/** Where a stack is deployed does not change: a namespace that is renamed is another one, and the old one goes with its data. */
import type { Settings } from "../config/schema";
import type { Application } from "../model/application";
import type { Problem } from "../model/problems";
import type { Deployed, DeployedPlace } from "./deployed";
import { namespaceOf } from "./stores/profile";

/** Why the settings would move a deployed stack; none where they do not. */
export function placeProblems(
  application: Application,
  settings: Settings,
  deployed: Deployed,
  there: DeployedPlace | undefined,
  stack: string,
): Problem[] {
  const namespace = namespaceOf(application, settings);
  if (there === undefined || there.namespace === namespace) return [];
  const stores = Object.keys(deployed).filter((name) => deployed[name]?.kind === "store");
  const { where, back } = causeOf(application, settings, there);
  const lost =
    stores.length === 0 ? "with everything in it" : `with the volumes of ${stores.sort().join(", ")}`;
  return [
    {
      where,
      what: `stack ${stack} is deployed in namespace ${there.namespace}, and this moves it to ${namespace}: the old namespace would be deleted ${lost}`,
      todo: `${back} To move it: create a second stack (npx flotilla init <stack>), back up and restore the data, then npx flotilla destroy --stack ${stack}; docs/operations.md, "Moving an application".`,
    },
  ];
}

/** The setting that moves it, and how to take that back. */
function causeOf(application: Application, settings: Settings, there: DeployedPlace) {
  if (settings.namespace === undefined && there.application !== undefined) {
    if (there.application !== application.name)
      return {
        where: "flotilla:application",
        back: `Set it back to ${there.application}, or set flotilla:namespace to ${there.namespace} if the application was only renamed.`,
      };
    if (there.environment !== undefined && there.environment !== settings.environment)
      return {
        where: "flotilla:environment",
        back: `Set it back to ${there.environment}, or set flotilla:namespace to ${there.namespace}.`,
      };
  }
  return { where: "flotilla:namespace", back: `Set it to ${there.namespace}.` };
}
