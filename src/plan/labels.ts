import { compact } from "../model/records";
import type { AppContext } from "./context";

/** Prefix of Flotilla's own labels and annotations. All objects of its releases have at least one. */
export const OWN_PREFIX = "flotilla.dev/";

/** Label of the pods of a task. It is the same for every version of a migration, unlike the name of the release. */
export const TASK_LABEL = `${OWN_PREFIX}task`;

/** Annotations of a namespace with the owning stack: its name, and the random ID in its state. */
export const OWNER = `${OWN_PREFIX}stack`;
export const OWNER_ID = `${OWN_PREFIX}stack-id`;

/** Annotation of a namespace that the stack took over without creating it. It is never deleted with the stack. */
export const ADOPTED = `${OWN_PREFIX}adopted`;

/** The stack that owns a namespace and releases. */
export interface Owner {
  /** `<project>/<stack>`. */
  stack: string;
  /** Random ID, which never changes in a state. */
  id: string;
}

/** Returns the end of the description of an owned release. Helm keeps it with each revision. */
export const ownerMark = ({ id }: Owner): string => ` stack ${id}`;

/** Returns the ID of the owner in the description of a release. */
export const ownerIdIn = (description: string): string | undefined =>
  /\bstack ([0-9a-f]{12})$/.exec(description)?.[1];

/** Returns the description of a release without its owner. */
export const withoutOwner = (description: string, owner: Owner | undefined): string =>
  owner === undefined ? description : description.replace(ownerMark(owner), "");

/** Returns the labels of all objects of an application. Helm adds its own `managed-by` to objects of releases. */
export function commonLabels({ application, settings }: AppContext): Record<string, string> {
  return {
    "app.kubernetes.io/part-of": application.name,
    [`${OWN_PREFIX}environment`]: settings.environment,
    ...compact({ [`${OWN_PREFIX}team`]: application.team }),
  };
}

/** Returns the labels of objects that Pulumi creates itself. */
export function directLabels(context: AppContext): Record<string, string> {
  return { ...commonLabels(context), "app.kubernetes.io/managed-by": "pulumi" };
}
