/** Writes passwords in use into a state: the provider cannot import a password without replacing it. */
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

/** Types that must be in the state before a password can be. */
const AROUND_PASSWORDS: readonly string[] = [
  COMPONENT_TYPES.application,
  COMPONENT_TYPES.namespace,
  COMPONENT_TYPES.credentials,
  NAMESPACE,
];

/** Adds a resource for each password to the state, with the value in use. */
export async function keepPasswords(stack: string, { passwords, ids }: Adoption): Promise<void> {
  const names = Object.keys(passwords);
  if (names.length === 0) return;
  // In one uninterruptible step: interrupted in between, the state would have passwords that no store has.
  await step("taking over passwords", () =>
    delegateInterrupts(async () => {
      const resources = await readState(stack);
      const inState = new Set(
        resources.flatMap(({ type, urn }) => (type === PASSWORD ? [nameOfUrn(urn)] : [])),
      );
      const missing = names.filter((name) => !inState.has(name));
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

/** Password resources from an earlier state, or modeled on another password; undefined if the stack never had a password. */
async function resourcesFor(
  stack: string,
  resources: readonly ExportedResource[],
  names: readonly string[],
): Promise<ExportedResource[] | undefined> {
  // In an empty state they would have no parent.
  if (!resources.some(({ type }) => type === COMPONENT_TYPES.credentials)) return undefined;
  const past = await findPastPasswords(PROJECT_NAME, stack, names);
  if (names.every((name) => past.updates[name] !== undefined)) return past.resources;
  const template = resources.find(({ type, delete: isGoing }) => type === PASSWORD && !isGoing);
  if (!template) return undefined;
  const found = passwordsIn(resources, [nameOfUrn(template.urn)]) ?? [];
  return [...found.filter(({ type }) => type !== PASSWORD), ...passwordsLike(template, names)];
}

/** Lets the engine create random passwords, whose values are then replaced. */
async function letEngineCreate(stack: string, names: readonly string[], ids: Adoption["ids"]): Promise<void> {
  // The engine also imports resources that are not targets, so only the parents of passwords are listed.
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
