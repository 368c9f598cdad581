/** Checks that a deployed stack keeps its namespace: another name would delete the old namespace and its data. */
import type { Problem } from "../model/problems";
import type { AppContext, PlanContext } from "./context";
import type { DeployedPlace } from "./deployed";

/** Reports settings that would move a deployed stack. */
export function placeProblems(context: PlanContext): Problem[] {
  const { deployed, deployedPlace: there, namespace, stack, remedies } = context;
  if (there === undefined || there.namespace === namespace) return [];
  const stores = Object.keys(deployed).filter((name) => deployed[name]?.kind === "store");
  const { where, back } = causeOf(context, there);
  const lost =
    stores.length === 0 ? "with everything in it" : `with the volumes of ${stores.sort().join(", ")}`;
  return [
    {
      where,
      what: `stack ${stack} is deployed in namespace ${there.namespace}, and this moves it to ${namespace}: the old namespace would be deleted ${lost}`,
      todo: `${back} ${remedies.move}`,
    },
  ];
}

/** Returns the setting that would move the stack, and how to revert it. */
function causeOf({ settings, application }: AppContext, there: DeployedPlace) {
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
