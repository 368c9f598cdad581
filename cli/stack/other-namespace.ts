/** A namespace that is no longer the one a state has deployed: created again, or another stack's. */
import type { Settings } from "../../src/config/schema";
import { compact } from "../../src/model/records";
import type { Owner } from "../../src/plan/labels";
import { askWithKubectl } from "../../src/runtime/ask-cluster";
import { strangerOf } from "../../src/runtime/check-namespace";
import { deployedNamespace, recordedId } from "../../src/runtime/state";
import { readNamespace } from "../../src/runtime/verify-cluster";
import { byUrn, type ExportedResource, isShared, NAMESPACE } from "../core/state";
import { pulumiQuietly } from "./engine";

/** The namespace of a state, where the cluster has another one of that name, and whose that is. */
export async function otherNamespace(
  { cluster }: Pick<Settings, "cluster">,
  resources: readonly ExportedResource[],
): Promise<{ recreated?: ExportedResource; stranger?: Owner }> {
  const known = deployedNamespace(byUrn(resources));
  const live = known && (await readNamespace(askWithKubectl(cluster), known.name));
  if (!live) return {};
  const id = recordedId(byUrn(resources));
  // A state without an id is of an older version: whatever has an owner by now is another stack's.
  const stranger = strangerOf(live, { id });
  // It is no concern of a stack that only uses the namespace.
  if (stranger !== undefined) return isShared(resources) ? {} : { stranger };
  if (known.uid === undefined || live.uid === known.uid) return {};
  const recreated = resources.find(({ type, delete: isGoing }) => type === NAMESPACE && !isGoing);
  return compact({ recreated });
}

/** Lets the engine read one resource again: its state then has what the cluster has of it. */
export const readAgain = (stack: string, { urn }: ExportedResource): Promise<string> =>
  pulumiQuietly(["refresh", "--stack", stack, "--yes", "--skip-preview", "--target", urn]);
