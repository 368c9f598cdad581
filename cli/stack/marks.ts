/** Makes the next update update resources whose inputs are as they were. */

import { type ExportedResource, resourcesOf } from "../core/state";
import { editState } from "./edit";

/**
 * Marks resources as not initialised, which the next update tries again: the state has no other way to say so. Taking the state
 * back drops the operations that it had under way.
 */
export const mark = (stack: string, urns: readonly string[], why: string): Promise<void> =>
  edit(stack, urns, (resource) => {
    resource.initErrors = [why];
  });

/** Takes back the marks that no update has come to. */
export const unmark = (stack: string, urns: readonly string[], why: string): Promise<void> =>
  edit(stack, urns, (resource) => {
    if (resource.initErrors?.[0] === why) delete resource.initErrors;
  });

/** Changes resources of a state; those that wait to be deleted stay as they are. */
export function edit(
  stack: string,
  urns: readonly string[],
  change: (resource: ExportedResource) => void,
): Promise<void> {
  const asked = new Set(urns);
  return editState(stack, (state) => {
    for (const resource of resourcesOf(state))
      if (asked.has(resource.urn) && !resource.delete) change(resource);
  });
}
