/** Rolls a stack back to what an earlier update deployed. */
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
  /** The state at its end; undefined if the backend does not have it. */
  checkpoint: ExportedResource[] | undefined;
}

export interface RollbackOptions {
  /** Whether to use the program of this working tree with the past settings. Default: the past program. */
  configOnly?: boolean;
  /** Whether to roll back stores too. Default false. */
  includeStores?: boolean;
  /** The only service to roll back. Default: the whole stack. */
  only?: string;
}

/** A prepared rollback. */
export interface Rollback {
  /** What it changes. */
  changes: ReleaseChange[];
  notes: string[];
  run(): Promise<Updated>;
  /** Writes the deployed settings to the stack file. */
  keepSettings(): void;
}

/** Prepares a rollback and calls `work` with it. @throws ToolError if it must not start. */
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
    say(`previewing the rollback to update ${number}`);
    const [all, flags] = await Promise.all([previewSteps(stack, folder, elsewhere), capabilities(kubectl)]);
    refuseUnguarded(all, resources, `the rollback to update ${number}`);
    await refuseLeftovers(all, resources, kubectl, namespace, { stack, number });
    refuseNewPasswords(all);
    const { before, after, notes } = await sidesOf(all, resources, live, folder, flags);
    const changes = compareReleases(before, after);
    // A store whose objects do not change is rolled back too: only its record changes.
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
          : [`stores are not rolled back: ${names.join(", ")}; to include them: --include-stores`]),
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
        else: "To roll back only the settings and use the program of this working tree: add --config-only",
      }
    : {
        recorded: provenanceOf(resources),
        of: "the last update",
        else: `Deploy a committed program first: npx flotilla up --stack ${stack}`,
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
    throw new ToolError(
      `no service ${only} is deployed; deployed services: ${Object.keys(services).join(", ")}`,
    );
  return withServiceOfThen(settings, only, checkpoint, resources);
}

/** Refuses to bring back a store that would reuse leftover data with new passwords. */
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
      `the rollback to update ${number} would install stores on existing volume claims with new passwords, which do not match their data: ${taken.join(", ")}.\n  Add the store to the inventory again instead, then adopt its data with its passwords: npx flotilla adopt --stack ${stack}`,
    );
}

function refuseNewPasswords(steps: readonly PreviewStep[]): void {
  const replaced = replacedPasswords(steps);
  if (replaced.length > 0)
    throw new ToolError(
      `the rollback would replace passwords that are in use: ${replaced.join(", ")}. Nothing was changed.`,
    );
}

/** Refuses a program that would change stores that must stay: an older one may ignore the request, or not have the store. */
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
      `the program of update ${number} would change these stores: ${touched.join(", ")}.\n  To roll them back too: --include-stores. To roll back only the settings: --config-only`,
    );
}
