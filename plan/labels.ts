import type { Settings } from "../config/schema";
import type { Application } from "../model/application";

/** What Flotilla's own labels and annotations begin with; the objects of each of its releases have one. */
export const OWN_PREFIX = "flotilla.dev/";

/** Labels that everything of an application carries. Helm adds its own `managed-by` to what a release makes. */
export function commonLabels(application: Application, settings: Settings): Record<string, string> {
  return {
    "app.kubernetes.io/part-of": application.name,
    [`${OWN_PREFIX}environment`]: settings.environment,
    ...(application.team === undefined ? {} : { [`${OWN_PREFIX}team`]: application.team }),
  };
}

/** Labels of what Pulumi applies itself. */
export function directLabels(application: Application, settings: Settings): Record<string, string> {
  return { ...commonLabels(application, settings), "app.kubernetes.io/managed-by": "pulumi" };
}
