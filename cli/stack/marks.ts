/** Marks that make the next update update resources although their inputs have not changed. */

import { type ExportedResource, resourcesOf } from "../core/state";
import { editState } from "./edit";

/**
 * Marks resources as failed to initialize, so that the next update tries them again: the state has no other way to say so.
 * Importing the state drops its pending operations.
 */
export const mark = (stack: string, urns: readonly string[], why: string): Promise<void> =>
  edit(stack, urns, (resource) => {
    resource.initErrors = [why];
  });

/** Removes marks that no update has processed. */
export const unmark = (stack: string, urns: readonly string[], why: string): Promise<void> =>
  edit(stack, urns, (resource) => {
    if (resource.initErrors?.[0] === why) delete resource.initErrors;
  });

/** Changes resources of a state, except those pending deletion. */
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
