/** What the engine would do with a program, as two comparable sides. */
import { isRecord } from "../../../src/model/records";
import { readCharts } from "../../../src/plan/chart";
import type { ReleaseInputs } from "../../../src/plan/release-inputs";
import { COMPONENT_TYPES } from "../../../src/runtime/resource-types";
import type { Sides } from "../../core/diff/compare";
import { engineSteps } from "../../core/diff/engine-view";
import { unguarded, unguardedText } from "../../core/diff/guard";
import type { ManifestObject } from "../../core/diff/manifests";
import { type PreviewStep, typeOfStep } from "../../core/preview-step";
import { outputsOf } from "../../core/release-status";
import { deployedOf, type ExportedResource, nameOfUrn, PASSWORD, RELEASE, SECRET } from "../../core/state";
import { ToolError } from "../../tools/failure";
import { inParallel } from "../../tools/parallel";
import { bothSides, deployedSide, Renderer, railsSide } from "../comparison/renderer";
import type { LiveRelease } from "../releases";

/** A resource of a store, and its key in the variable `KEEP`. */
export interface StorePart {
  key: string;
  name: string;
}

export const keyOf = (step: PreviewStep): string => `${typeOfStep(step)}::${nameOfUrn(step.urn)}`;

/** Returns the stores' resources that the steps would change or delete: releases, Jobs, passwords, Secrets. */
export function storeParts(
  steps: readonly PreviewStep[],
  resources: readonly ExportedResource[],
): StorePart[] {
  const deployed = deployedOf(resources);
  const secrets = Object.values(outputsOf(resources)?.stores ?? {}).map(({ secret }) => secret);
  const inState = new Set(resources.map(({ urn }) => urn));
  return steps
    .filter((step) => {
      const name = nameOfUrn(step.urn);
      if (!inState.has(step.urn)) return false;
      if (typeOfStep(step) === RELEASE) return ["store", "job"].includes(deployed[name]?.kind ?? "");
      if (typeOfStep(step) === SECRET) return secrets.includes(name);
      return typeOfStep(step) === PASSWORD;
    })
    .map((step) => ({ key: keyOf(step), name: nameOfUrn(step.urn) }));
}

/** @throws ToolError if a program, perhaps an old one, would replace or delete what no update may. `what` starts the message. */
export function refuseUnguarded(
  steps: readonly PreviewStep[],
  resources: readonly ExportedResource[],
  what: string,
): void {
  const lost = unguarded(engineSteps(steps, deployedOf(resources)));
  if (lost.length > 0)
    throw new ToolError(`${what} would ${unguardedText(lost)}, which would lose data. Nothing was changed.`);
}

/** Returns the stores that the steps would install with passwords that the state does not have. */
export function newStoresIn(steps: readonly PreviewStep[], resources: readonly ExportedResource[]): string[] {
  const known = new Set(resources.flatMap(({ type, urn }) => (type === PASSWORD ? [nameOfUrn(urn)] : [])));
  const created = steps.filter(({ op }) => op === "create");
  const passwords = created.filter((step) => typeOfStep(step) === PASSWORD).map(({ urn }) => nameOfUrn(urn));
  return created
    .filter((step) => typeOfStep(step) === RELEASE && step.urn.includes(`${COMPONENT_TYPES.store}$`))
    .map(({ urn }) => nameOfUrn(urn))
    .filter((store) => passwords.some((name) => name.startsWith(`${store}-`) && !known.has(name)));
}

/** Returns the passwords in use that would be regenerated. */
export const replacedPasswords = (steps: readonly PreviewStep[]): string[] =>
  steps
    .filter((step) => typeOfStep(step) === PASSWORD && /replace/.test(step.op))
    .map(({ urn }) => nameOfUrn(urn));

/** Returns what is deployed and what would be. */
export async function sidesOf(
  steps: readonly PreviewStep[],
  resources: readonly ExportedResource[],
  live: Readonly<Record<string, LiveRelease>>,
  folder: string,
  capabilities: readonly string[],
): Promise<{ before: Sides; after: Sides; notes: string[] }> {
  const renderer = new Renderer(readCharts(folder), capabilities, folder);
  const deployed = deployedOf(resources);
  const states = new Map(resources.map((resource) => [resource.urn, resource]));
  const before: Record<string, Sides[string]> = {};
  const after: Record<string, Sides[string]> = {};
  const releases = steps.filter((step) => typeOfStep(step) === RELEASE);
  await inParallel(releases, async ({ op, urn, oldState, newState }) => {
    const inputs = (newState ?? oldState)?.inputs as unknown as ReleaseInputs;
    const { name } = inputs;
    const kind = deployed[name]?.kind ?? "release";
    const state = states.get(urn);
    if (op === "delete") {
      if (state) before[name] = await deployedSide(kind, state, live[name], renderer);
      return;
    }
    const release = { inputs, state, live: live[name] };
    const sides = await bothSides(kind, release, { old: renderer, now: renderer });
    after[name] = sides.after;
    if (sides.before) before[name] = sides.before;
  });
  const objects = steps.filter((step) => {
    const type = typeOfStep(step);
    return type.startsWith("kubernetes:") && type !== RELEASE;
  });
  const rails = {
    before: railsSide(objects.flatMap(({ oldState }) => objectOf(oldState?.inputs))),
    after: railsSide(
      objects.flatMap(({ op, newState, detailedDiff }) =>
        op === "delete" ? [] : objectOf(newState?.inputs, Object.keys(detailedDiff ?? {})),
      ),
    ),
  };
  return {
    before: { ...rails.before, ...before },
    after: { ...rails.after, ...after },
    notes: renderer.notes,
  };
}

/** The object in a preview. The engine hides all values of a Secret, so changed ones get a different placeholder. */
function objectOf(
  inputs: Record<string, unknown> | undefined,
  changed: readonly string[] = [],
): ManifestObject[] {
  if (!inputs) return [];
  const { data } = inputs;
  if (inputs.kind !== "Secret") return [inputs as ManifestObject];
  const isChanged = (key: string) =>
    changed.some((path) => path === "data" || path.startsWith(`data.${key}`));
  const values = isRecord(data)
    ? Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, isChanged(key) ? "changed" : value]),
      )
    : { values: changed.some((path) => path.startsWith("data")) ? "changed" : "" };
  return [{ ...inputs, data: values } as ManifestObject];
}
