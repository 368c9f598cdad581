/** Puts passwords that are in use into a state: no provider imports a password without making another of it. */
import { ADOPT, CHECKED, TAKE_OVER } from "../../../src/runtime/overrides";
import { COMPONENT_TYPES } from "../../../src/runtime/resource-types";
import { secretOf } from "../../core/revealed";
import { type ExportedResource, NAMESPACE, nameOfUrn, PASSWORD } from "../../core/state";
import { step } from "../../terminal/progress";
import { delegateInterrupts } from "../../tools/interrupts";
import { PROJECT } from "../../tools/paths";
import { editState } from "../edit";
import { pulumiQuietly, readState } from "../engine";
import { previewSteps } from "../engine-preview";
import { findPastPasswords, passwordsIn, passwordsLike, withPast } from "../past-passwords";
import { PROJECT_NAME } from "../project";
import type { Adoption } from "./candidates";

/** Types that have to be in the state before a password can be. */
const AROUND_PASSWORDS: readonly string[] = [
  COMPONENT_TYPES.application,
  COMPONENT_TYPES.namespace,
  COMPONENT_TYPES.credentials,
  NAMESPACE,
];

/** Gives the state a resource for each password, with the value that is in use. */
export async function keepPasswords(stack: string, { passwords, ids }: Adoption): Promise<void> {
  const names = Object.keys(passwords);
  if (names.length === 0) return;
  // In one go: broken off between the two, the state would hold passwords that no store has.
  await step("taking over passwords", () =>
    delegateInterrupts(async () => {
      const resources = await readState(stack);
      const there = new Set(
        resources.flatMap(({ type, urn }) => (type === PASSWORD ? [nameOfUrn(urn)] : [])),
      );
      const missing = names.filter((name) => !there.has(name));
      const past = missing.length === 0 ? [] : await resourcesFor(stack, resources, missing);
      if (past === undefined) await letEngineCreate(stack, names, ids);
      await editState(
        stack,
        ({ deployment }) => {
          if (!deployment) return;
          deployment.resources = withPast(deployment.resources ?? [], past ?? []);
          for (const resource of deployment.resources) {
            const password = resource.type === PASSWORD ? passwords[nameOfUrn(resource.urn)] : undefined;
            if (password !== undefined)
              resource.outputs = { ...resource.outputs, result: secretOf(password) };
          }
        },
        { secrets: true },
      );
    }),
  );
}

/** Resources for passwords as an earlier state had them, or after another password; undefined where the stack never had one. */
async function resourcesFor(
  stack: string,
  resources: readonly ExportedResource[],
  names: readonly string[],
): Promise<ExportedResource[] | undefined> {
  // In a state that is empty there is nothing to hang them on.
  if (!resources.some(({ type }) => type === COMPONENT_TYPES.credentials)) return undefined;
  const past = await findPastPasswords(PROJECT_NAME, stack, names);
  if (names.every((name) => past.updates[name] !== undefined)) return past.resources;
  const template = resources.find(({ type, delete: isGoing }) => type === PASSWORD && !isGoing);
  if (!template) return undefined;
  const found = passwordsIn(resources, [nameOfUrn(template.urn)]) ?? [];
  return [...found.filter(({ type }) => type !== PASSWORD), ...passwordsLike(template, names)];
}

/** The engine makes random ones, which nothing uses. */
async function letEngineCreate(stack: string, names: readonly string[], ids: Adoption["ids"]): Promise<void> {
  // The engine imports also what is no target: here only what a password stands in.
  const around = Object.entries(ids).filter(([key]) =>
    AROUND_PASSWORDS.some((type) => key.startsWith(`${type}::`)),
  );
  const environment = {
    ...TAKE_OVER,
    [CHECKED]: "true",
    [ADOPT]: JSON.stringify(Object.fromEntries(around)),
  };
  const steps = await previewSteps(stack, PROJECT, environment);
  const urns = steps
    .filter(({ urn, newState }) => {
      const type = newState?.type ?? "";
      return AROUND_PASSWORDS.includes(type) || (type === PASSWORD && names.includes(nameOfUrn(urn)));
    })
    .map(({ urn }) => urn);
  await pulumiQuietly(
    [
      ...["up", "--stack", stack, "--yes", "--skip-preview", "--message", "flotilla adopt: passwords"],
      ...urns.flatMap((urn) => ["--target", urn]),
    ],
    { environment },
  );
}
