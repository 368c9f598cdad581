import chalk from "chalk";
import { Command } from "commander";
import { othersNamespace } from "../../src/config/namespace";
import { plural } from "../../src/model/plural";
import { nameOf } from "../core/diff/manifests";
import { refusedChanges } from "../core/diff/refused";
import type { AdoptionOptions } from "../stack/adoption/candidates";
import {
  compareTakeOver,
  isNothing,
  prepareTakeOver,
  type TakeOver,
  takeOver,
} from "../stack/adoption/taking-over";
import { RAILS } from "../stack/comparison/renderer";
import type { Comparison } from "../stack/comparison/sides";
import type { PastPasswords } from "../stack/past-passwords";
import { report } from "../stack/update-report";
import { confirmed } from "../terminal/ask";
import { showComparison } from "../terminal/comparison";
import { stackOption, yesOption } from "../terminal/options";
import { ToolError } from "../tools/failure";

interface Options extends AdoptionOptions {
  stack: string;
  yes?: boolean;
}

export function adoptCommand(): Command {
  return new Command("adopt")
    .description("Take over namespaces, Helm releases and objects that already exist")
    .addOption(stackOption())
    .addOption(yesOption("the difference is shown"))
    .option("--given-up <id>", "also take over what belongs to the stack with this ID, if its state is lost")
    .option(
      "--reset-password <store...>",
      "set new passwords in the existing data of a store with a Job, when the old ones are lost",
    )
    .addHelpText(
      "after",
      `
Shows what would change, imports the releases into the stack's state and upgrades them to what the stack plans.
An object that was created with kubectl under a planned name becomes part of its release; fields that the release does not
set are removed from it. Pods restart only where the difference says so. Existing passwords are read from their Secrets and
kept. Releases that are planned but not yet in the cluster are installed as well.

To rebuild a lost state, run pulumi stack init <stack>, then adopt with --given-up and the ID from the error message. What
belongs to another stack is taken over only with its ID, because two states of one namespace delete each other's data.
Destroying the stack later keeps the namespace, unless a stack created it. To deploy into a namespace without taking it
over, set flotilla:namespace to { name: <name>, create: false }.`,
    )
    .action(async ({ stack, yes, ...options }: Options) => {
      const adoption = await prepareTakeOver(stack, options);
      const comparison = await compareTakeOver(stack, adoption);
      if (isNothing(adoption, comparison)) {
        process.stdout.write(
          `${chalk.green("Nothing to adopt:")} everything of ${stack} in namespace ${adoption.found.namespace} is already in its state.\n  To deploy what is not in the cluster yet: npx flotilla up --stack ${stack}\n`,
        );
        return;
      }
      process.stdout.write(showComparison(comparison));
      const refused = refusedChanges(comparison.changes, RAILS);
      if (refused.length > 0)
        throw new ToolError(
          `nothing was taken over: the API server would refuse the changes listed above\n  Follow the steps listed there, then run: npx flotilla adopt --stack ${stack}`,
        );
      const { others, found } = adoption;
      if (others.length > 0)
        process.stdout.write(
          `\n${chalk.yellow("NOT PART OF THE STACK:")} ${others.join(", ")}. The quota, the default-deny policy and the Pod Security level of the namespace will apply to them too.\n  To leave them alone: ${othersNamespace(found.namespace)}\n`,
        );
      process.stdout.write(`\n${chalk.bold("To take over:")} ${partsOf(adoption, comparison).join("; ")}\n`);
      if (!yes && !(await confirmed(`Take them over into ${stack}?`))) return;
      await report(stack, await takeOver(stack, adoption, comparison));
    });
}

/** Describes what is taken over. */
function partsOf(
  { found, adoption: { leftovers }, resets, past }: TakeOver,
  { taken }: Comparison,
): string[] {
  const { releases } = found;
  const around = Object.keys(found.ids).length - releases.length;
  const passwords = Object.keys(found.passwords).length;
  return [
    ...(releases.length > 0 ? [releases.map(({ name }) => name).join(", ")] : []),
    ...(taken?.releases ?? []).map(({ manifest, release }) => `${nameOf(manifest)} into ${release}`),
    ...(around > 0 ? [`${plural(around, "other object")}`] : []),
    ...(passwords > 0 ? [`${plural(passwords, "password")}, unchanged`] : []),
    ...(past === undefined || Object.keys(past.updates).length === 0
      ? []
      : [`the passwords of ${leftovers.map(({ store }) => store).join(", ")} from ${updatesText(past)}`]),
    ...(resets.jobs.length === 0
      ? []
      : [
          `the data in ${resets.jobs.map(({ claim }) => claim).join(", ")}, in which a Job sets new passwords`,
        ]),
  ];
}

/** `update 3`, or `updates 3 and 5`. */
function updatesText({ updates }: PastPasswords): string {
  const numbers = [...new Set(Object.values(updates))].sort((a, b) => a - b);
  return `${numbers.length === 1 ? "update" : "updates"} ${numbers.join(" and ")}`;
}
