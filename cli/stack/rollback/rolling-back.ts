/** Goes back to what an earlier update deployed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stackFileName } from "../../../src/config/stack-names";
import { KEEP } from "../../../src/runtime/overrides";
import { compareReleases, type ReleaseChange } from "../../core/diff/compare";
import { settingsOfThen, withServiceOfThen } from "../../core/past-settings";
import type { PreviewStep } from "../../core/preview-step";
import { outputsOf } from "../../core/release-status";
import type { RecordedConfig } from "../../core/restore";
import type { ExportedResource } from "../../core/state";
import { say } from "../../terminal/progress";
import { ToolError } from "../../tools/failure";
import { PROJECT } from "../../tools/paths";
import { capabilities } from "../capabilities";
import { claimsOf, readClaims } from "../claims";
import { previewSteps } from "../engine-preview";
import { provenanceOf, readHistory, type Update } from "../history";
import type { Kubectl } from "../kubectl";
import { lookAt } from "../look";
import { recordedConfig } from "../past-config";
import { type Updated, update } from "../update-with-progress";
import {
  keyOf,
  newStoresIn,
  refuseUnguarded,
  replacedPasswords,
  type StorePart,
  sidesOf,
  storeParts,
} from "./preview-of-program";
import { type Wanted, withProgram } from "./program";

export interface Target {
  update: Update;
  /** What it left; undefined where the backend does not tell. */
  checkpoint: ExportedResource[] | undefined;
}

export interface RollbackOptions {
  /** The settings of then with the program of this working tree. Default: with the program of then. */
  configOnly?: boolean;
  /** Whether stores go back as well. Default false. */
  includeStores?: boolean;
  /** The only service that goes back. Default: all of the stack. */
  only?: string;
}

/** A rollback that may begin. */
export interface Rollback {
  /** What it changes. */
  changes: ReleaseChange[];
  notes: string[];
  run(): Promise<Updated>;
  /** Makes the stack's file what is deployed. */
  keepSettings(): void;
}

/** Prepares a rollback and hands it to the work. @throws ToolError when it must not begin. */
export async function withRollback(
  stack: string,
  target: Target,
  options: RollbackOptions,
  work: (rollback: Rollback) => Promise<void>,
): Promise<void> {
  const { number, message } = target.update;
  const { includeStores = false, only } = options;
  const { kubectl, namespace, resources, live } = await lookAt(stack);
  const config = await configFor(stack, target, resources, options);
  const wanted = wantedProgram(stack, target, resources, options);
  await withProgram(stack, wanted, config, async ({ folder, stackFile, environment: elsewhere }) => {
    say(`asking the engine what going back to update ${number} changes`);
    const [all, flags] = await Promise.all([previewSteps(stack, folder, elsewhere), capabilities(kubectl)]);
    refuseUnguarded(all, resources, `going back to update ${number}`);
    await refuseLeftovers(all, resources, kubectl, namespace, { stack, number });
    refuseNewPasswords(all);
    const { before, after, notes } = await sidesOf(all, resources, live, folder, flags);
    const changes = compareReleases(before, after);
    // A store whose objects stay as they are comes along: its record is all that changes.
    const isTouched = (name: string) => changes.find(({ release }) => release === name)?.objects.length !== 0;
    const kept = includeStores ? [] : storeParts(all, resources).filter(({ name }) => isTouched(name));
    const environment = { ...elsewhere, [KEEP]: JSON.stringify(kept.map(({ key }) => key)) };
    if (kept.length > 0) await refuseTouched(stack, folder, environment, kept, target.update);
    const names = kept.map(({ name }) => name);
    const what = only === undefined ? "" : ` of ${only}`;
    const said = `flotilla rollback${what} to ${number}: ${message.replace(/^flotilla rollback[^:]*: /, "")}`;
    await work({
      changes: changes.filter(({ release }) => !names.includes(release)),
      notes: [
        ...notes,
        ...(names.length === 0
          ? []
          : [
              `left as they are, because they are stores': ${names.join(", ")}; to take them back as well: --include-stores`,
            ]),
      ],
      run: () =>
        update(
          ["up", "--stack", stack, "--message", said],
          { stack, namespace, kubectl },
          { cwd: folder, environment },
        ),
      keepSettings: () => writeFileSync(join(PROJECT, stackFileName(stack)), stackFile),
    });
  });
}

/** The program to run. */
function wantedProgram(
  stack: string,
  { update: { number }, checkpoint }: Target,
  resources: readonly ExportedResource[],
  { configOnly, only }: RollbackOptions,
): Wanted {
  if (configOnly) return "working tree";
  return only === undefined
    ? {
        recorded: checkpoint && provenanceOf(checkpoint),
        of: `update ${number}`,
        else: "To go back to its settings alone, with the program of this working tree: add --config-only",
      }
    : {
        recorded: provenanceOf(resources),
        of: "what is deployed",
        else: `Deploy a program that is committed first: npx flotilla up --stack ${stack}`,
      };
}

/** The settings to deploy. */
async function configFor(
  stack: string,
  { update: { number }, checkpoint = [] }: Target,
  resources: readonly ExportedResource[],
  { includeStores = false, only }: RollbackOptions,
): Promise<RecordedConfig> {
  const history = await readHistory(stack, { secrets: true });
  const file = join(PROJECT, stackFileName(stack));
  const entry = history.find((update) => update.number === number) as Update;
  const then = await recordedConfig(stack, entry.config, file);
  const newest = history.find(
    ({ kind, result }) => kind === "update" && (only === undefined || result === "succeeded"),
  );
  const now = newest ? await recordedConfig(stack, newest.config, file) : then;
  const settings = { then, now };
  if (only === undefined) return settingsOfThen(settings, resources, { includeStores });
  const services = outputsOf(resources)?.services ?? {};
  if (!Object.hasOwn(services, only))
    throw new ToolError(`no service ${only} is deployed; deployed are ${Object.keys(services).join(", ")}`);
  return withServiceOfThen(settings, only, checkpoint, resources);
}

/** A store that comes back would take up what is left of it, with new passwords. */
async function refuseLeftovers(
  steps: readonly PreviewStep[],
  resources: readonly ExportedResource[],
  kubectl: Kubectl,
  namespace: string,
  { stack, number }: { stack: string; number: number },
): Promise<void> {
  const back = newStoresIn(steps, resources);
  if (back.length === 0) return;
  const claims = await readClaims(kubectl, namespace);
  const taken = back.flatMap((store) =>
    claimsOf(claims, store).map(({ name, size }) => `${name} (${size}) of ${store}`),
  );
  if (taken.length > 0)
    throw new ToolError(
      `update ${number} would install stores on existing volume claims, with new passwords that their data does not know: ${taken.join(", ")}.\n  Add the store to the inventory again instead; then npx flotilla adopt --stack ${stack} gives it the passwords of its data.`,
    );
}

function refuseNewPasswords(steps: readonly PreviewStep[]): void {
  const replaced = replacedPasswords(steps);
  if (replaced.length > 0)
    throw new ToolError(
      `the rollback would replace passwords that are in use: ${replaced.join(", ")}. Nothing was changed.`,
    );
}

/** Refuses a program that would change stores that must stay: an older one ignores the request, or no longer has the store. */
async function refuseTouched(
  stack: string,
  folder: string,
  environment: Record<string, string>,
  kept: readonly StorePart[],
  { number }: Update,
): Promise<void> {
  const changed = new Set((await previewSteps(stack, folder, environment)).map(keyOf));
  const touched = kept.filter(({ key }) => changed.has(key)).map(({ name }) => name);
  if (touched.length > 0)
    throw new ToolError(
      `the program of update ${number} cannot leave these as they are: ${touched.join(", ")}.\n  To take them back as well: --include-stores. To go back to the settings alone: --config-only`,
    );
}
