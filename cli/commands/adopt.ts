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
import { ToolError } from "../tools/failure";

interface Options extends AdoptionOptions {
  stack: string;
  yes?: boolean;
}

export function adoptCommand(): Command {
  return new Command("adopt")
    .description("take over a namespace, releases of helm, and objects of planned names that others created")
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .option("-y, --yes", "do not ask after the difference is shown")
    .option(
      "--given-up <id>",
      "take over what belongs to the stack with this id, whose state is lost or given up",
    )
    .option(
      "--reset-password <store...>",
      "set new passwords in the leftover data of a store, with a Job; for when the old ones are lost",
    )
    .addHelpText(
      "after",
      `
It shows what becomes otherwise, imports the releases into the stack's state and upgrades them to what the stack plans.
An object created with kubectl under a planned name becomes part of the release; fields that the release does not set are removed
from it. Pods restart only where the difference says so. Passwords are read from the Secrets they are in, and kept. What the plan has
and the cluster has not is installed with the rest.

A state that was lost is built again the same way: pulumi stack init <stack>, then adopt with the id that the refusal names.
What belongs to another stack is not taken over, unless its id is named: two states of one namespace delete each other's data.
A namespace that no stack created stays when the stack is destroyed. To use one and leave it to its owner, set
flotilla:namespace to { name: <name>, create: false } instead.`,
    )
    .action(async ({ stack, yes, ...options }: Options) => {
      const adoption = await prepareTakeOver(stack, options);
      const comparison = await compareTakeOver(stack, adoption);
      if (isNothing(adoption, comparison)) {
        process.stdout.write(
          `${chalk.green("Nothing to adopt:")} namespace ${adoption.found.namespace} has nothing that ${stack} plans and its state does not know. What is still to be deployed: npx flotilla up --stack ${stack}\n`,
        );
        return;
      }
      process.stdout.write(showComparison(comparison));
      const refused = refusedChanges(comparison.changes, RAILS);
      if (refused.length > 0)
        throw new ToolError(
          `nothing was taken over: the API server would refuse the changes named above\n  Do what is said there, then again: npx flotilla adopt --stack ${stack}`,
        );
      const { others, found } = adoption;
      if (others.length > 0)
        process.stdout.write(
          `\n${chalk.yellow("NOT OF THE STACK:")} ${others.join(", ")}. The quota, the default deny and the Pod Security level of the namespace hold for them as well.\n  To leave them alone: ${othersNamespace(found.namespace)}\n`,
        );
      process.stdout.write(`\n${chalk.bold("To take over:")} ${partsOf(adoption, comparison).join("; ")}\n`);
      if (!yes && !(await confirmed(`Take them over into ${stack}?`))) return;
      await report(stack, await takeOver(stack, adoption, comparison));
    });
}

/** What is taken over, in words. */
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
    ...(around > 0 ? [`${plural(around, "object")} around them`] : []),
    ...(passwords > 0 ? [`${plural(passwords, "password")} as they are`] : []),
    ...(past === undefined || Object.keys(past.updates).length === 0
      ? []
      : [`the passwords of ${leftovers.map(({ store }) => store).join(", ")} from ${updatesText(past)}`]),
    ...(resets.jobs.length === 0
      ? []
      : [
          `the data in ${resets.jobs.map(({ claim }) => claim).join(", ")}, with new passwords that a Job sets in it`,
        ]),
  ];
}

/** `update 3`, or `updates 3 and 5`. */
function updatesText({ updates }: PastPasswords): string {
  const numbers = [...new Set(Object.values(updates))].sort((a, b) => a - b);
  return `${numbers.length === 1 ? "update" : "updates"} ${numbers.join(" and ")}`;
}
