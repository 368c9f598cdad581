import { join } from "node:path";
import chalk from "chalk";
import { Command } from "commander";
import { stackFileName } from "../../src/config/stack-names";
import { plural } from "../../src/model/plural";
import { CHECKED } from "../../src/runtime/overrides";
import type { Addition } from "../core/diff/managed";
import { nameOf } from "../core/diff/manifests";
import { type Drift, findDrift, isDrift } from "../stack/drift/differences";
import { remove } from "../stack/drift/dry-run";
import { failsForLost, previewSteps } from "../stack/engine-preview";
import { provenanceOf, readHistory, type Update } from "../stack/history";
import { markLost } from "../stack/lost";
import { mark, unmark } from "../stack/marks";
import { recordedConfig } from "../stack/past-config";
import { refuseUnguarded } from "../stack/rollback/preview-of-program";
import { withProgram } from "../stack/rollback/program";
import { report } from "../stack/update-report";
import { update } from "../stack/update-with-progress";
import { confirmed } from "../terminal/ask";
import { showChanges } from "../terminal/comparison";
import { jsonText } from "../terminal/json";
import { say, step } from "../terminal/progress";
import { ToolError } from "../tools/failure";
import { delegateInterrupts } from "../tools/interrupts";
import { PROJECT } from "../tools/paths";

export function driftCommand(): Command {
  return new Command("drift")
    .description("find what was changed by hand since the last update: objects, and releases")
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .option("--correct", "bring it back to what was deployed, then look again")
    .option("-y, --yes", "with --correct: do not ask")
    .option("--json", "print it as a JSON object")
    .addHelpText(
      "after",
      `
Each object is compared with what the API server would make of its manifest (a dry run: nothing is changed). What
autoscalers and other controllers own does not count, nor does a Job that is gone after it was done. It is compared with
what was deployed last, not with your working tree: \`flotilla diff\` does that.

--correct is a Helm upgrade through Pulumi with the program and the settings of the last update. Fields that were added by
hand are removed first, because Helm leaves what its chart does not name.

Exit codes: 0 nothing has drifted, or all of it was corrected; 2 there is drift; 1 failed.`,
    )
    .action(
      async ({
        stack,
        correct,
        yes,
        json,
      }: {
        stack: string;
        correct?: boolean;
        yes?: boolean;
        json?: boolean;
      }) => {
        const drift = await findDrift(stack);
        process.stdout.write(json ? jsonText(toJson(stack, drift)) : show(stack, drift, !correct));
        if (!isDrift(drift)) return;
        if (!correct) {
          process.exitCode = 2;
          return;
        }
        if (drift.refused.length > 0)
          throw new ToolError(
            `nothing was changed: the API server refuses ${drift.refused.map(({ object }) => object).join(", ")} as deployed. Delete what stands in the way (kubectl delete, for a StatefulSet with --cascade=orphan), then run this again`,
          );
        if (!yes && !(await confirmed("Bring all of this back?"))) return;
        await bringBack(stack, drift);
        say("looking again");
        const left = await findDrift(stack);
        process.stdout.write(show(stack, left, false));
        if (isDrift(left)) process.exitCode = 2;
      },
    );
}

const toJson = (stack: string, { changes, byHelm, uninstalled, additions, refused }: Drift) => ({
  stack,
  releases: changes.length + uninstalled.length,
  changes,
  changedWithHelm: byHelm,
  uninstalled,
  addedByHand: additions.map(({ object, added }) => ({
    object: nameOf(object),
    fields: added.map(({ pointer }) => `/${pointer.join("/")}`),
    managers: managersOf(added),
  })),
  refused,
});

const managersOf = (added: readonly Addition[]): string[] => [
  ...new Set(added.map(({ manager }) => manager)),
];

/** What a store that comes back finds; nothing to say of what is no store. */
const volumesText = (claims: string | undefined): string =>
  claims === undefined
    ? ""
    : claims === ""
      ? `; ${chalk.red("EMPTY volumes: its claims are gone")}`
      : `; it uses existing claims: ${claims}`;

function show(stack: string, drift: Drift, withNext: boolean): string {
  if (!isDrift(drift)) return `${chalk.green("No drift:")} everything of ${stack} is as it was deployed.\n`;
  const { changes, byHelm, uninstalled, left, additions, refused } = drift;
  const lines = [
    showChanges(changes),
    ...byHelm.flatMap(({ release, revision, description, values }) => [
      `${chalk.yellow(release)} was changed with helm: revision ${revision}${description === "" ? "" : `, "${description}"`}`,
      ...(values.length === 0 ? [] : [`    values: ${values.join(", ")}`]),
    ]),
    ...uninstalled.map((release) => `${chalk.red(release)} was uninstalled${volumesText(left[release])}`),
    ...additions.map(
      ({ object, added }) =>
        `${chalk.yellow(nameOf(object))}: added by hand with ${managersOf(added).join(", ")}: ${added.map(({ pointer }) => pointer.join(".")).join(", ")}`,
    ),
    ...refused.map(({ object, why }) => `${chalk.red(object)} cannot be brought back as it is: ${why}`),
    "",
    chalk.bold(
      `${plural(new Set([...changes.map(({ release }) => release), ...byHelm.map(({ release }) => release), ...uninstalled]).size, "release")} of ${stack} not as deployed.`,
    ),
    ...(withNext ? [`  npx flotilla drift --stack ${stack} --correct    bring them back`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** @throws ToolError when the update fails, or cannot be made. */
async function bringBack(stack: string, drift: Drift): Promise<void> {
  const { kubectl, namespace, resources, additions, urns } = drift;
  const last = await lastUpdate(stack);
  const config = await recordedConfig(stack, last.config, join(PROJECT, stackFileName(stack)));
  const wanted = {
    recorded: provenanceOf(resources),
    of: "the last update",
    else: `Deploy this working tree's first: npx flotilla up --stack ${stack}. Then look for drift again.`,
  };
  await withProgram(stack, wanted, config, async ({ folder, environment }) => {
    const apart = new Set(urns.gone);
    const steps = await previewSteps(stack, folder, environment).catch((error: unknown) => {
      if (error instanceof ToolError && failsForLost(error.message, urns.gone)) return [];
      throw error;
    });
    refuseUnguarded(
      steps.filter(({ urn }) => !apart.has(urn)),
      resources,
      "bringing it back",
    );
    for (const { object, added } of additions)
      await step(`removing what was added to ${nameOf(object)}`, async () => {
        try {
          await remove(kubectl, namespace, object, added);
        } catch (error) {
          throw new ToolError(
            `${(error as Error).message}\n  Is somebody changing ${nameOf(object)} just now? Look again: npx flotilla drift --stack ${stack}`,
          );
        }
      });
    // Helm upgrades no release that it does not know: what is gone is created beside its entry in the state.
    if (urns.gone.length > 0) await markLost(stack, urns.gone);
    // In one go: a mark that outlives an interruption would pass for an update that failed.
    const result = await delegateInterrupts(async () => {
      await mark(stack, urns.changed, MARK);
      // Of all resources: with the program and the settings of the last update nothing else has a reason to change, and
      // an update of some alone fails in the engine ("Duplicate resource URN") where what they depend on has changed since.
      const updated = await update(
        ["up", "--stack", stack, "--message", "flotilla drift --correct"],
        { stack, namespace, kubectl },
        {
          cwd: folder,
          environment: { ...environment, ...(urns.gone.length > 0 ? { [CHECKED]: "true" } : {}) },
        },
      );
      if (updated.exitCode !== 0) await unmark(stack, urns.changed, MARK);
      return updated;
    });
    await report(stack, result);
  });
}

async function lastUpdate(stack: string): Promise<Update> {
  const history = await readHistory(stack, { secrets: true });
  const last = history.find(({ kind }) => kind === "update");
  if (!last) throw new ToolError(`stack ${stack} has never been updated`);
  if (last.result !== "succeeded")
    throw new ToolError(
      `the last update of ${stack} did not succeed: first finish it (npx flotilla up --stack ${stack}) or go back (npx flotilla rollback --stack ${stack})`,
    );
  return last;
}

const MARK = "it was changed by hand: flotilla drift --correct";
