/** The engine's preview of an update, as steps that can be merged into a diff of objects. */

import { compact } from "../../../src/model/records";
import type { Deployed } from "../../../src/plan/deployed";
import { type PreviewStep, typeOfStep } from "../preview-step";
import { kindOfType, nameOfUrn, PASSWORD, RELEASE } from "../state";
import { type EngineStep, type Operation, RELEASE_KIND } from "./engine-steps";

const OPERATIONS: Record<string, Operation> = {
  create: "create",
  import: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "delete-before-replace": "replace",
};

/** Returns what the engine would do to objects of the cluster and to passwords; components and outputs are left out. */
export function engineSteps(steps: readonly PreviewStep[], deployed: Deployed): EngineStep[] {
  const found = new Map<string, EngineStep>();
  for (const step of steps) {
    const operation = OPERATIONS[step.op];
    const kind = kindOf(step);
    if (operation === undefined || kind === undefined) continue;
    // New passwords belong to new stores, which the diff shows anyway.
    if (kind === "Password" && operation === "create") continue;
    // A replacement has two steps: create and delete.
    const known = found.get(step.urn);
    const differs = known && known.differs.length > 0 ? known.differs : differencesOf(step);
    const name = objectNameOf(step);
    const role = kind === RELEASE_KIND ? (deployed[name]?.kind ?? "release") : undefined;
    found.set(
      step.urn,
      compact({
        urn: step.urn,
        operation: known?.operation === "replace" ? "replace" : operation,
        kind,
        name,
        differs,
        role,
      }),
    );
  }
  return [...found.values()];
}

function kindOf(step: PreviewStep): string | undefined {
  const type = typeOfStep(step);
  if (type === RELEASE) return RELEASE_KIND;
  if (type === PASSWORD) return "Password";
  if (type === "pulumi:providers:kubernetes") return "Connection";
  return type.startsWith("kubernetes:") ? kindOfType(type) : undefined;
}

/** The name in the cluster, or in the state for resources without an object, such as passwords. */
function objectNameOf({ urn, newState, oldState }: PreviewStep): string {
  const { metadata, name } = ((newState ?? oldState)?.inputs ?? {}) as {
    metadata?: { name?: string };
    name?: string;
  };
  return metadata?.name ?? name ?? nameOfUrn(urn);
}

/** Top-level inputs that differ. */
const differencesOf = ({ detailedDiff, diffReasons }: PreviewStep): string[] => [
  ...new Set(
    [...(diffReasons ?? []), ...Object.keys(detailedDiff ?? {})].map(
      (path) => path.split(/[.[]/)[0] as string,
    ),
  ),
];
