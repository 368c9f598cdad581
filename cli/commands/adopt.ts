import chalk from "chalk";
import { Command } from "commander";
import type { Settings } from "../../src/config/schema";
import { plural } from "../../src/model/plural";
import { FlotillaError } from "../../src/model/problems";
import { resetRefusal } from "../../src/plan/stores/reset";
import { askWithKubectl } from "../../src/runtime/ask-cluster";
import { givenUpText, ownerText, strangerOf } from "../../src/runtime/check-namespace";
import { ADOPT, CHECKED, TAKE_OVER } from "../../src/runtime/overrides";
import { recordedId } from "../../src/runtime/state";
import { readNamespace } from "../../src/runtime/verify-cluster";
import { byUrn, resourcesOf } from "../core/state";
import { reachCluster } from "../stack/access";
import { type Adoption, findAdoption, lackingProblems } from "../stack/adoption/candidates";
import { keepPasswords } from "../stack/adoption/passwords";
import { otherWays, planNewPasswords, setNewPasswords } from "../stack/adoption/reset";
import { compareWithDeployed } from "../stack/comparison/sides";
import { begun, exportState } from "../stack/engine";
import { otherNamespace, readAgain } from "../stack/other-namespace";
import { findPastPasswords, type PastPasswords, restorePastPasswords } from "../stack/past-passwords";
import { type PlannedStack, planStack } from "../stack/planning";
import { PROJECT_NAME } from "../stack/project";
import { readReleases } from "../stack/releases";
import { settingsOfStack } from "../stack/settings";
import { report } from "../stack/update-report";
import { update } from "../stack/update-with-progress";
import { confirmed } from "../terminal/ask";
import { showComparison } from "../terminal/comparison";
import { ToolError } from "../tools/failure";

interface Options {
  stack: string;
  yes?: boolean;
  /** Id of the stack whose namespace is taken over. */
  givenUp?: string;
  /** Stores. */
  resetPassword?: string[];
}

export function adoptCommand(): Command {
  return new Command("adopt")
    .description("take over releases that helm or helmfile has installed: the same names, the same namespace")
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
Pods restart only where the difference says so. Passwords are read from the Secrets they are in, and kept. What the plan has
and the cluster has not is installed with the rest.

A state that was lost is built again the same way: pulumi stack init <stack>, then adopt with the id that the refusal names.
What belongs to another stack is not taken over, unless its id is named: two states of one namespace delete each other's data.`,
    )
    .action(async ({ stack, yes, givenUp, resetPassword = [] }: Options) => {
      const { settings } = settingsOfStack(stack);
      const reading = begun(exportState(stack, { secrets: true }));
      const [kubectl, planned] = await Promise.all([
        reachCluster(settings, stack, reading.then(resourcesOf)),
        planStack(stack, reading),
      ]);
      const namespace = planned.planned.namespace.name;
      await refuseStranger(stack, planned, settings, givenUp);
      const found = await findAdoption(planned, await readReleases(kubectl, namespace), kubectl);
      const { releases, ids } = found;
      const resets = await planNewPasswords(planned, resetPassword, found, kubectl);
      const passwords = { ...found.passwords, ...resets.passwords };
      const leftovers = found.leftovers.filter(({ store }) => !resetPassword.includes(store));
      const adoption = { ...found, passwords, leftovers };
      const past = await pastPasswordsFor(planned, adoption, { givenUp, resetPassword });
      if (Object.keys(ids).length === 0 && past === undefined && resets.jobs.length === 0) {
        process.stdout.write(
          `${chalk.green("Nothing to adopt:")} namespace ${namespace} has nothing that ${stack} plans and its state does not know. What is still to be deployed: npx flotilla up --stack ${stack}\n`,
        );
        return;
      }
      const known = [
        ...Object.keys(resets.passwords),
        ...(past ? leftovers.flatMap(({ missing }) => missing) : []),
      ];
      const problems = [...found.problems, ...lackingProblems(found.lacking, known, namespace)];
      if (problems.length > 0) throw new FlotillaError(problems, "nothing was taken over");
      const comparison = await compareWithDeployed(stack, { adopting: passwords, reading });
      process.stdout.write(showComparison(comparison));
      const refused = comparison.changes.flatMap(({ immutable }) => immutable);
      if (refused.length > 0)
        throw new ToolError("nothing was taken over: the API server would refuse the changes named above");
      const parts = [
        ...(releases.length > 0 ? [releases.map(({ name }) => name).join(", ")] : []),
        ...(Object.keys(ids).length > releases.length
          ? [`${plural(Object.keys(ids).length - releases.length, "object")} around them`]
          : []),
        ...(Object.keys(found.passwords).length > 0
          ? [`${plural(Object.keys(found.passwords).length, "password")} as they are`]
          : []),
        ...(past === undefined || Object.keys(past.updates).length === 0
          ? []
          : [`the passwords of ${leftovers.map(({ store }) => store).join(", ")} from ${updatesText(past)}`]),
        ...(resets.jobs.length === 0
          ? []
          : [
              `the data in ${resets.jobs.map(({ claim }) => claim).join(", ")}, with new passwords that a Job sets in it`,
            ]),
      ];
      process.stdout.write(`\n${chalk.bold("To take over:")} ${parts.join("; ")}\n`);
      if (!yes && !(await confirmed(`Take them over into ${stack}?`))) return;
      // A refresh against another cluster leaves the UID of the namespace that is there.
      const { recreated } = await otherNamespace(settings, planned.resources);
      if (recreated) await readAgain(stack, recreated);
      await setNewPasswords(planned, resets, found, kubectl);
      // The new passwords are in Secrets now, and are taken from there as all others are.
      const settled =
        resets.jobs.length === 0
          ? adoption
          : await findAdoption(planned, await readReleases(kubectl, namespace), kubectl);
      if (past) await restorePastPasswords(stack, past);
      await keepPasswords(stack, settled);
      const result = await update(
        ["up", "--stack", stack, "--message", "flotilla adopt"],
        { stack, namespace, kubectl },
        { environment: { ...TAKE_OVER, [CHECKED]: "true", [ADOPT]: JSON.stringify(settled.ids) } },
      );
      await report(stack, result);
    });
}

/** `update 3`, or `updates 3 and 5`. */
function updatesText({ updates }: PastPasswords): string {
  const numbers = [...new Set(Object.values(updates))].sort((a, b) => a - b);
  return `${numbers.length === 1 ? "update" : "updates"} ${numbers.join(" and ")}`;
}

/**
 * Passwords of stores whose volumes are left and whose Secrets are not. An account that the history never had, of a store
 * that it had, is a new one.
 * @throws FlotillaError when no update had them.
 */
async function pastPasswordsFor(
  { context, config }: PlannedStack,
  { leftovers, namespace }: Adoption,
  given: Pick<Options, "givenUp" | "resetPassword">,
): Promise<PastPasswords | undefined> {
  if (leftovers.length === 0) return undefined;
  const { stack } = config;
  const all = await findPastPasswords(
    PROJECT_NAME,
    stack,
    leftovers.flatMap(({ credentials }) => credentials),
  );
  const isPast = (name: string) => all.updates[name] !== undefined;
  const unknown = leftovers.filter(({ credentials }) => !credentials.some(isPast));
  const missing = leftovers.flatMap((leftover) => leftover.missing).filter(isPast);
  if (unknown.length === 0)
    return {
      updates: Object.fromEntries(missing.map((name) => [name, all.updates[name] as number])),
      resources: all.resources,
    };
  const refusals = unknown.map(({ store, claims }) => resetRefusal(context, store, claims));
  const resettable = unknown.filter((_, index) => refusals[index] === undefined).map(({ store }) => store);
  const again = [
    `npx flotilla adopt --stack ${stack}`,
    ...(given.givenUp === undefined ? [] : [`--given-up ${given.givenUp}`]),
    `--reset-password ${[...(given.resetPassword ?? []), ...resettable].join(" ")}`,
  ].join(" ");
  throw new FlotillaError(
    unknown.map((leftover, index) => {
      const { store, claims, missing: lost } = leftover;
      const reset =
        refusals[index] === undefined
          ? `To set new passwords in that data, for these accounts: ${again}`
          : `It cannot get new passwords here: ${refusals[index]}.`;
      return {
        where: `store ${store}`,
        what: `its volume claims ${claims.join(", ")} are left of an earlier ${store}, and the passwords of their data are found neither in a Secret nor in the history of ${stack} (${lost.join(", ")})`,
        todo: `${reset}\n    ${otherWays(leftover, namespace)}`,
      };
    }),
    "nothing was taken over",
  );
}

/** @throws FlotillaError when the namespace belongs to another stack, which is not named as given up. */
async function refuseStranger(
  stack: string,
  { planned, resources }: PlannedStack,
  { cluster }: Settings,
  givenUp: string | undefined,
): Promise<void> {
  const name = planned.namespace.name;
  const live = await readNamespace(askWithKubectl(cluster), name);
  const id = recordedId(byUrn(resources));
  const stranger = live && strangerOf(live, { id });
  // It is this stack's own, also after an adoption that was interrupted.
  if (stranger === undefined) return;
  if (givenUp !== undefined && givenUp !== stranger.id)
    throw new ToolError(
      `namespace ${name} does not belong to a stack with the id ${givenUp}, but to ${ownerText(stranger)}: nothing was taken over`,
    );
  if (givenUp !== undefined) return;
  throw new FlotillaError(
    [
      {
        where: `namespace ${name}`,
        what: `it belongs to stack ${ownerText(stranger)}`,
        todo: givenUpText(stack, stranger),
      },
    ],
    "nothing was taken over",
  );
}
