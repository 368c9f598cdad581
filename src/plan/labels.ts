import { compact } from "../model/records";
import type { AppContext } from "./context";

/** What Flotilla's own labels and annotations begin with; the objects of each of its releases have one. */
export const OWN_PREFIX = "flotilla.dev/";

/** Annotations of a namespace that say which stack it belongs to: its name, and the random id that its state keeps. */
export const OWNER = `${OWN_PREFIX}stack`;
export const OWNER_ID = `${OWN_PREFIX}stack-id`;

/** A stack as the owner of what it deploys. */
export interface Owner {
  /** `<project>/<stack>`. */
  stack: string;
  /** Random, and the same for the life of its state. */
  id: string;
}

/** Labels that everything of an application carries. Helm adds its own `managed-by` to what a release makes. */
export function commonLabels({ application, settings }: AppContext): Record<string, string> {
  return {
    "app.kubernetes.io/part-of": application.name,
    [`${OWN_PREFIX}environment`]: settings.environment,
    ...compact({ [`${OWN_PREFIX}team`]: application.team }),
  };
}

/** Labels of what Pulumi applies itself. */
export function directLabels(context: AppContext): Record<string, string> {
  return { ...commonLabels(context), "app.kubernetes.io/managed-by": "pulumi" };
}
