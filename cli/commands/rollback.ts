import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import chalk from "chalk";
import Table from "cli-table3";
import { Command, InvalidArgumentError, Option } from "commander";
import { stackFileName } from "../../src/config/stack-names";
import { plural } from "../../src/model/plural";
import { deployedStore } from "../../src/plan/deployed";
import { KEEP } from "../../src/runtime/overrides";
import { compareReleases } from "../core/diff/compare";
import type { PreviewStep } from "../core/preview-step";
import { outputsOf } from "../core/release-status";
import { type RecordedConfig, settingAt, withSetting } from "../core/restore";
import { deployedOf, type ExportedResource, RELEASE } from "../core/state";
import { fromTheFuture, isTarget, previous, type Told, told } from "../core/updates";
import { capabilities } from "../stack/capabilities";
import { claimsOf, readClaims } from "../stack/claims";
import { previewSteps } from "../stack/engine-preview";
import { provenanceOf, readCheckpoint, readHistory, type Update, updateJson } from "../stack/history";
import type { Kubectl } from "../stack/kubectl";
import { type Look, lookAt } from "../stack/look";
import { recordedConfig } from "../stack/past-config";
import { PROJECT_NAME } from "../stack/project";
import {
  keyOf,
  newStoresIn,
  refuseUnguarded,
  replacedPasswords,
  type StorePart,
  sidesOf,
  storeParts,
} from "../stack/rollback/preview-of-program";
import { type Wanted, withProgram } from "../stack/rollback/program";
import { report } from "../stack/update-report";
import { update } from "../stack/update-with-progress";
import { confirmed } from "../terminal/ask";
import { showComparison } from "../terminal/comparison";
import { ago } from "../terminal/duration";
import { jsonText } from "../terminal/json";
import { say } from "../terminal/progress";
import { PLAIN_TABLE } from "../terminal/table";
import { ToolError } from "../tools/failure";
import { inParallel } from "../tools/parallel";
import { PROJECT } from "../tools/paths";

/** Updates that are listed, and looked into for their images. */
const LISTED = 15;

interface Options {
  stack: string;
  to?: number;
  yes?: boolean;
  list?: boolean;
  configOnly?: boolean;
  includeStores?: boolean;
  only?: string;
  json?: boolean;
}

export function rollbackCommand(): Command {
  return new Command("rollback")
    .description("go back to what an earlier update deployed: its settings and its program")
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .option("-t, --to <number>", "the update; default: the newest that deployed something else", (text) => {
      if (!/^[1-9][0-9]*$/.test(text)) throw new InvalidArgumentError("It is a number of the list.");
      return Number(text);
    })
    .option("-l, --list", "only list the updates, with what each changed")
    .option("--only <service>", "go back with the settings and the version of one service")
    .option("--config-only", "go back to the settings, with the program of this working tree")
    .option("--include-stores", "go back with stores as well; by default they stay as they are")
    .option("-y, --yes", "do not ask after the difference is shown")
    .addOption(
      new Option("--json", "print the updates as a JSON array, and go back to none").implies({ list: true }),
    )
    .addHelpText(
      "after",
      `
Updates are numbered from the oldest. The program is that of the git commit that the update recorded, in a temporary
worktree, if its digest shows that it is the one that ran then. Passwords are never generated again. Your working tree is not
touched; the stack's file is what is deployed, once the update has succeeded.`,
    )
    .action(async (options: Options) => {
      const { stack } = options;
      const history = await readHistory(stack);
      if (history.length === 0) throw new ToolError(`stack ${stack} has never been updated`);
      const checkpoints = await recentCheckpoints(stack, history);
      if (options.list) {
        const updates = told(history, imagesOf(checkpoints));
        process.stdout.write(options.json ? jsonText(updates.map(updateJson)) : show(stack, updates));
        return;
      }
      const programs = new Map(
        [...checkpoints].flatMap(([number, resources]) => {
          const program = provenanceOf(resources)?.program;
          return program === undefined ? [] : [[number, program]];
        }),
      );
      process.stdout.write(show(stack, told(history, imagesOf(checkpoints))));
      const target = chosen(stack, history, options.to, previous(history, programs));
      await rollBack(
        options,
        target,
        checkpoints.get(target.number) ?? (await readCheckpoint(PROJECT_NAME, stack, target)),
      );
    });
}

function chosen(
  stack: string,
  history: readonly Update[],
  to: number | undefined,
  before: Update | undefined,
): Update {
  if (to === undefined) {
    const later = fromTheFuture(history, Date.now());
    if (later.length > 0)
      throw new ToolError(
        `${plural(later.length, "update")} of ${stack} began in the future: a machine's clock has jumped, and which update was the last is not certain.\n  Name the one to go back to: npx flotilla rollback --stack ${stack} --to <number>`,
      );
    if (before) return before;
    throw new ToolError(
      `no earlier update of ${stack} deployed something else: there is nothing to go back to`,
    );
  }
  const target = history.find(({ number }) => number === to);
  if (!target)
    throw new ToolError(`${stack} has no update ${to}: they are numbered from 1 to ${history[0]?.number}`);
  if (!isTarget(target))
    throw new ToolError(
      `update ${to} is not one to go back to: its ${target.kind} ${target.result}. Choose an update that succeeded.`,
    );
  return target;
}

/** What the newest updates left, and the one before them; those that the backend does not tell of are left out. */
async function recentCheckpoints(
  stack: string,
  history: readonly Update[],
): Promise<Map<number, ExportedResource[]>> {
  const recent = history.slice(0, LISTED + 1).filter(({ kind }) => kind === "update");
  const found = await inParallel(recent, async (update) => {
    // One that cannot be read any more must not hide the others.
    const resources = await readCheckpoint(PROJECT_NAME, stack, update).catch(() => undefined);
    return [update.number, resources] as const;
  });
  return new Map(found.flatMap(([number, resources]) => (resources ? [[number, resources] as const] : [])));
}

/** The services' images by update. */
const imagesOf = (
  checkpoints: ReadonlyMap<number, readonly ExportedResource[]>,
): Map<number, Record<string, string>> =>
  new Map(
    [...checkpoints].map(([number, resources]) => [
      number,
      Object.fromEntries(
        Object.entries(outputsOf(resources)?.services ?? {}).map(([service, { image }]) => [service, image]),
      ),
    ]),
  );

function show(stack: string, all: readonly Told[]): string {
  const updates = all.slice(0, LISTED);

  const table = new Table({ ...PLAIN_TABLE, head: ["UPDATE", "WHEN", "RESULT", "CHANGED", "MESSAGE"] });
  for (const { number, kind, result, message, endedAt, startedAt, changed } of updates) {
    const most =
      changed.slice(0, 4).join(", ") + (changed.length > 4 ? `, and ${changed.length - 4} more` : "");
    table.push([
      number,
      ago(endedAt ?? startedAt),
      kind === "update"
        ? result === "succeeded"
          ? chalk.green(result)
          : chalk.red(result)
        : chalk.dim(kind),
      most,
      message.length > 60 ? `${message.slice(0, 59)}…` : message,
    ]);
  }
  const more = all.length > LISTED ? `and ${all.length - LISTED} more (--list --json)\n` : "";
  return `Updates of ${stack}, the newest first:\n\n${table.toString()}\n${more}\n`;
}

async function rollBack(
  { stack, yes, configOnly, includeStores = false, only }: Options,
  target: Update,
  checkpoint: ExportedResource[] | undefined,
): Promise<void> {
  const look = await lookAt(stack);
  const { kubectl, namespace, resources, live } = look;
  const withSecrets = await readHistory(stack, { secrets: true });
  const config = await configFor(
    stack,
    withSecrets,
    target,
    look,
    { includeStores, ...(only === undefined ? {} : { only }) },
    checkpoint,
  );
  const wanted: Wanted = configOnly
    ? "working tree"
    : only === undefined
      ? {
          recorded: checkpoint && provenanceOf(checkpoint),
          of: `update ${target.number}`,
          else: "To go back to its settings alone, with the program of this working tree: add --config-only",
        }
      : {
          recorded: provenanceOf(resources),
          of: "what is deployed",
          else: `Deploy a program that is committed first: npx flotilla up --stack ${stack}`,
        };
  await withProgram(stack, wanted, config, async ({ folder, stackFile, environment: elsewhere }) => {
    say(`asking the engine what going back to update ${target.number} changes`);
    const [all, flags] = await Promise.all([previewSteps(stack, folder, elsewhere), capabilities(kubectl)]);
    refuseUnguarded(all, resources, `going back to update ${target.number}`);
    await refuseLeftovers(all, resources, kubectl, namespace, { stack, number: target.number });
    const anew = replacedPasswords(all);
    if (anew.length > 0)
      throw new ToolError(
        `the rollback would replace passwords that are in use: ${anew.join(", ")}. Nothing was changed.`,
      );
    const { before, after, notes } = await sidesOf(all, resources, live, folder, flags);
    const changes = compareReleases(before, after);
    // A store whose objects stay as they are comes along: its record is all that changes.
    const isTouched = (name: string) => changes.find(({ release }) => release === name)?.objects.length !== 0;
    const kept = includeStores ? [] : storeParts(all, resources).filter(({ name }) => isTouched(name));
    const environment = { ...elsewhere, [KEEP]: JSON.stringify(kept.map(({ key }) => key)) };
    if (kept.length > 0) await refuseTouched(stack, folder, environment, kept, target);
    const names = kept.map(({ name }) => name);
    process.stdout.write(
      showComparison({
        changes: changes.filter(({ release }) => !names.includes(release)),
        notes: [
          ...notes,
          ...(names.length === 0
            ? []
            : [
                `left as they are, because they are stores': ${names.join(", ")}; to take them back as well: --include-stores`,
              ]),
        ],
      }),
    );
    if (!yes && !(await confirmed(`Go back to update ${target.number}?`))) return;
    const what = only === undefined ? "" : ` of ${only}`;
    const message = `flotilla rollback${what} to ${target.number}: ${target.message.replace(/^flotilla rollback[^:]*: /, "")}`;
    const result = await update(
      ["up", "--stack", stack, "--message", message],
      { stack, namespace, kubectl },
      { cwd: folder, environment },
    );
    await report(stack, result);
    writeFileSync(join(PROJECT, stackFileName(stack)), stackFile);
    process.stdout.write(done(stack, target, wanted, only));
  });
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

/** The program leaves stores as they are when it is told, unless it is older than that, or has no such store any more. */
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

function done(stack: string, { number, commit }: Update, wanted: Wanted, only: string | undefined): string {
  const file = stackFileName(stack);
  if (only !== undefined) return `${only} is as in update ${number}, and ${file} says so: commit it.\n`;
  const program =
    wanted === "working tree" || commit === undefined
      ? ""
      : `\nThe program of this working tree may be newer: before the next update, undo there what did not work, or\ncheck out ${commit.slice(0, 7)}; npx flotilla diff --stack ${stack} shows the difference.`;
  return `${file} is what is deployed now, as in update ${number}: commit it.${program}\n`;
}

/** The settings to deploy. */
async function configFor(
  stack: string,
  history: readonly Update[],
  target: Update,
  { resources }: Look,
  { includeStores, only }: { includeStores: boolean; only?: string },
  checkpoint: readonly ExportedResource[] | undefined,
): Promise<RecordedConfig> {
  const file = join(PROJECT, stackFileName(stack));
  const entry = history.find(({ number }) => number === target.number) as Update;
  const then = await recordedConfig(stack, entry.config, file);
  const newest = history.find(
    ({ kind, result }) => kind === "update" && (only === undefined || result === "succeeded"),
  );
  const now = newest ? await recordedConfig(stack, newest.config, file) : then;
  const key = (name: string) => `${PROJECT_NAME}:${name}`;
  if (only !== undefined) return onlyService(then, now, only, checkpoint, resources);
  // Where the stack is does not go back with it: a program of then knows nothing of what keeps it there.
  const placed = ["cluster", "namespace"].reduce(
    (config, name) => withSetting(config, [key(name)], settingAt(now, [key(name)])),
    then,
  );
  const kept = includeStores ? placed : withSetting(placed, [key("stores")], settingAt(now, [key("stores")]));
  // Passwords of an older generation are gone.
  const deployed = deployedOf(resources);
  return Object.keys(deployed).reduce((config, name) => {
    const store = deployedStore(deployed, name);
    if (!store) return config;
    const path = [key("stores"), name];
    const withPasswords = withGeneration(config, [...path, "generation"], store.finished);
    return withGeneration(withPasswords, [...path, "clusterKey", "generation"], store.clusterGeneration);
  }, kept);
}

const withGeneration = (
  config: RecordedConfig,
  path: readonly string[],
  generation: number,
): RecordedConfig =>
  Number(settingAt(config, path) ?? 1) === generation
    ? config
    : withSetting(config, path, generation === 1 ? undefined : generation);

/** What is deployed now, with one service's settings and version of then. */
function onlyService(
  then: RecordedConfig,
  now: RecordedConfig,
  service: string,
  checkpoint: readonly ExportedResource[] | undefined,
  resources: readonly ExportedResource[],
): RecordedConfig {
  const services = outputsOf(resources)?.services ?? {};
  if (!Object.hasOwn(services, service))
    throw new ToolError(
      `no service ${service} is deployed; deployed are ${Object.keys(services).join(", ")}`,
    );
  const path = [`${PROJECT_NAME}:services`, service];
  const config = withSetting(now, path, settingAt(then, path));
  const [was, is] = [imageIn(checkpoint ?? [], service), imageIn(resources, service)];
  // Where the inventory has named another version since, the settings have to name that of then.
  const image = isDeepStrictEqual(was, is)
    ? { tag: settingAt(now, [...path, "tag"]), digest: settingAt(now, [...path, "digest"]) }
    : { tag: was?.tag, digest: was?.digest };
  return withSetting(withSetting(config, [...path, "tag"], image.tag), [...path, "digest"], image.digest);
}

/** A service's image as a state has it. */
function imageIn(
  resources: readonly ExportedResource[],
  service: string,
): { repository?: string; tag?: string; digest?: string } | undefined {
  const release = resources.find(({ type, inputs }) => type === RELEASE && inputs?.name === service);
  return (release?.inputs?.values as { image?: object } | undefined)?.image;
}
