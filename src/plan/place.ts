/** Checks that a deployed stack keeps its namespace: a new name would delete the old namespace with its data. */
import { chosenNamespace } from "../config/namespace";
import type { Problem } from "../model/problems";
import type { AppContext, PlanContext } from "./context";
import type { DeployedPlace } from "./deployed";

/** Reports settings that would move a deployed stack. */
export function placeProblems(context: PlanContext): Problem[] {
  const { deployed, deployedPlace: there, deployedNamespace, namespace, stack, remedies } = context;
  if (there === undefined || there.namespace === namespace) return [];
  const stores = Object.keys(deployed).filter((name) => deployed[name]?.kind === "store");
  const { where, back } = causeOf(context, there);
  const volumes = stores.sort().join(", ");
  const lost =
    deployedNamespace !== undefined
      ? `the old namespace would be deleted ${stores.length === 0 ? "with everything in it" : `with the volumes of ${volumes}`}`
      : `its releases would be installed again there${stores.length === 0 ? "" : `, with empty volumes for ${volumes}`}`;
  return [
    {
      where,
      what: `stack ${stack} is deployed in namespace ${there.namespace}, and this would move it to ${namespace}: ${lost}`,
      todo: `${back} ${remedies.move}`,
    },
  ];
}

/** Returns the setting that would move the stack, and how to revert it. */
function causeOf({ settings, application }: AppContext, there: DeployedPlace) {
  if (chosenNamespace(settings.namespace).name === undefined && there.application !== undefined) {
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
