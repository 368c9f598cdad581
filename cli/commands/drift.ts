import chalk from "chalk";
import { Command } from "commander";
import { plural } from "../../src/model/plural";
import type { Addition } from "../core/diff/managed";
import { nameOf } from "../core/diff/manifests";
import { bringBack } from "../stack/drift/correction";
import { type Drift, findDrift, isDrift } from "../stack/drift/differences";
import { report } from "../stack/update-report";
import { confirmed } from "../terminal/ask";
import { showChanges } from "../terminal/comparison";
import { jsonText } from "../terminal/json";
import { say } from "../terminal/progress";
import { ToolError } from "../tools/failure";

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
        await report(stack, await bringBack(stack, drift));
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
