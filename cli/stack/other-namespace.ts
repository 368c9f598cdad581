/** Finds out whether a namespace is no longer the one in the state: recreated, or taken over by another stack. */
import type { Settings } from "../../src/config/schema";
import { compact } from "../../src/model/records";
import type { Owner } from "../../src/plan/labels";
import { askWithKubectl } from "../../src/runtime/ask-cluster";
import { strangerOf } from "../../src/runtime/check-namespace";
import { deployedNamespace, recordedId } from "../../src/runtime/state";
import { readNamespace } from "../../src/runtime/verify-cluster";
import { byUrn, type ExportedResource, isShared, NAMESPACE } from "../core/state";
import { pulumiQuietly } from "./engine";

/** Returns the state's namespace if the cluster has a different one of that name, or the other stack that owns it. */
export async function otherNamespace(
  { cluster }: Pick<Settings, "cluster">,
  resources: readonly ExportedResource[],
): Promise<{ recreated?: ExportedResource; stranger?: Owner }> {
  const known = deployedNamespace(byUrn(resources));
  const live = known && (await readNamespace(askWithKubectl(cluster), known.name));
  if (!live) return {};
  const id = recordedId(byUrn(resources));
  // A state without an id is from an older version: any owner is then another stack.
  const stranger = strangerOf(live, { id });
  // A stack that only uses a shared namespace can ignore its owner.
  if (stranger !== undefined) return isShared(resources) ? {} : { stranger };
  if (known.uid === undefined || live.uid === known.uid) return {};
  const recreated = resources.find(({ type, delete: isGoing }) => type === NAMESPACE && !isGoing);
  return compact({ recreated });
}

/** Refreshes one resource in the state. */
export const refreshResource = (stack: string, { urn }: ExportedResource): Promise<string> =>
  pulumiQuietly(["refresh", "--stack", stack, "--yes", "--skip-preview", "--target", urn]);
