import chalk from "chalk";
import { Command } from "commander";
import { plural } from "../../src/model/plural";
import type { Addition } from "../core/diff/managed";
import { nameOf } from "../core/diff/manifests";
import { EXIT } from "../core/exit-codes";
import { bringBack } from "../stack/drift/correction";
import { type Drift, findDrift, isDrift } from "../stack/drift/differences";
import { report } from "../stack/update-report";
import { confirmed } from "../terminal/ask";
import { showChanges } from "../terminal/comparison";
import { resultJson } from "../terminal/json";
import { jsonOption, stackOption } from "../terminal/options";
import { say } from "../terminal/progress";
import { ToolError } from "../tools/failure";

export function driftCommand(): Command {
  return new Command("drift")
    .description("Find what was changed by hand since the last update")
    .addOption(stackOption())
    .option("--correct", "restore what was deployed, then check again")
    .option("-y, --yes", "with --correct: do not ask")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Compares each object with the result of a server-side dry run of its deployed manifest. Fields that autoscalers and other
controllers own are ignored, and so are finished Jobs that were deleted. The working tree is not read: to compare with it, run
\`flotilla diff\`.

--correct runs a Helm upgrade through Pulumi with the program and settings of the last update. Fields that were added by
hand are removed first, because Helm keeps fields that its chart does not set.

Exits with 2 when there is drift that was not corrected.`,
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
        process.stdout.write(json ? resultJson(toJson(stack, drift)) : show(stack, drift, !correct));
        if (!isDrift(drift)) return;
        if (!correct) {
          process.exitCode = EXIT.reported;
          return;
        }
        if (drift.refused.length > 0)
          throw new ToolError(
            `nothing was changed: the API server refuses to restore ${drift.refused.map(({ object }) => object).join(", ")}\n  Delete these objects with kubectl delete (a StatefulSet with --cascade=orphan), then run this again.`,
          );
        if (!yes && !(await confirmed("Restore all of this?"))) return;
        await report(stack, await bringBack(stack, drift));
        say("checking again");
        const left = await findDrift(stack);
        process.stdout.write(show(stack, left, false));
        if (isDrift(left)) process.exitCode = EXIT.reported;
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

/** Describes the volume claims that a reinstalled store finds; empty for a service. */
const volumesText = (claims: string | undefined): string =>
  claims === undefined
    ? ""
    : claims === ""
      ? `; ${chalk.red("EMPTY volumes: its volume claims are gone")}`
      : `; it uses existing volume claims: ${claims}`;

function show(stack: string, drift: Drift, withNext: boolean): string {
  if (!isDrift(drift)) return `${chalk.green("No drift:")} everything in ${stack} is as deployed.\n`;
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
    ...refused.map(({ object, why }) => `${chalk.red(object)} cannot be restored as it is: ${why}`),
    "",
    chalk.bold(
      `${plural(new Set([...changes.map(({ release }) => release), ...byHelm.map(({ release }) => release), ...uninstalled]).size, "release")} of ${stack} drifted.`,
    ),
    ...(withNext ? [`  npx flotilla drift --stack ${stack} --correct    restore them`] : []),
  ];
  return `${lines.join("\n")}\n`;
}
