import chalk from "chalk";
import { Command } from "commander";
import {
  begun,
  type ExportedState,
  exportState,
  nameOfUrn,
  PASSWORD,
  pulumiQuietly,
} from "../../live/engine";
import { previewSteps } from "../../live/preview";
import { readReleases } from "../../live/releases";
import { secretOf } from "../../live/revealed";
import { FlotillaError } from "../../model/problems";
import { ADOPT } from "../../runtime/overrides";
import { ToolError } from "../../tools/failure";
import { delegateInterrupts } from "../../tools/interrupts";
import { PROJECT } from "../../tools/paths";
import { step } from "../../tools/progress";
import { reachCluster } from "../access";
import { confirmed } from "../ask";
import { showComparison } from "../diff";
import { compareWithDeployed } from "../diff/sides";
import { planStack } from "../planning";
import { settingsOfStack } from "../settings";
import { report } from "../up";
import { update } from "../updating";
import { type Adoption, findAdoption } from "./find";

export function adoptCommand(): Command {
  return new Command("adopt")
    .description("take over releases that helm or helmfile has installed: the same names, the same namespace")
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .option("-y, --yes", "do not ask after the difference is shown")
    .addHelpText(
      "after",
      `
It shows what becomes otherwise, imports the releases into the stack's state and upgrades them to what the stack plans.
Pods restart only where the difference says so. Passwords of stores are read from the Secrets they are in, and kept.
What the plan has and the cluster has not is installed with the rest.`,
    )
    .action(async ({ stack, yes }: { stack: string; yes?: boolean }) => {
      const { settings } = settingsOfStack(stack);
      const reading = begun(exportState(stack, { secrets: true }));
      const [kubectl, planned] = await Promise.all([
        reachCluster(
          settings,
          stack,
          reading.then(({ deployment }) => deployment?.resources ?? []),
        ),
        planStack(stack, reading),
      ]);
      const namespace = planned.planned.namespace.name;
      const adoption = await findAdoption(planned, await readReleases(kubectl, namespace), kubectl);
      const { releases, problems, passwords } = adoption;
      if (releases.length === 0) {
        process.stdout.write(
          `${chalk.green("Nothing to adopt:")} helm has no release in namespace ${namespace} that ${stack} plans and does not know.\n`,
        );
        return;
      }
      if (problems.length > 0) throw new FlotillaError(problems, "nothing was taken over");
      const comparison = await compareWithDeployed(stack, { adopting: passwords, reading });
      process.stdout.write(showComparison(comparison));
      const refused = comparison.changes.flatMap(({ immutable }) => immutable);
      if (refused.length > 0)
        throw new ToolError("nothing was taken over: the API server would refuse the changes named above");
      process.stdout.write(
        `\n${chalk.bold("To take over:")} ${releases.map(({ name }) => name).join(", ")}${Object.keys(passwords).length > 0 ? `; with ${Object.keys(passwords).length} passwords as they are` : ""}\n`,
      );
      if (!yes && !(await confirmed(`Take them over into ${stack}?`))) return;
      await keepPasswords(stack, adoption);
      const result = await update(
        ["up", "--stack", stack, "--message", "flotilla adopt"],
        { stack, namespace, kubectl },
        { environment: { [ADOPT]: JSON.stringify(adoption.ids) } },
      );
      await report(stack, result);
    });
}

/** Types that have to be in the state before a password can be. */
const AROUND_PASSWORDS = [
  "flotilla:index:Application",
  "flotilla:index:Namespace",
  "flotilla:index:Credentials",
  "kubernetes:core/v1:Namespace",
];

/**
 * Puts passwords that are in use into the state: the engine makes random ones first, which nothing uses, and theirs take
 * their place. No provider imports a password without making another of it.
 */
async function keepPasswords(stack: string, { passwords, ids }: Adoption): Promise<void> {
  const names = Object.keys(passwords);
  if (names.length === 0) return;
  // The engine imports also what is no target: here only what a password stands in.
  const around = Object.entries(ids).filter(([key]) =>
    AROUND_PASSWORDS.some((type) => key.startsWith(`${type}::`)),
  );
  const environment = { [ADOPT]: JSON.stringify(Object.fromEntries(around)) };
  // In one go: broken off between the two, the state would hold passwords that no store has.
  await step("taking over passwords", () =>
    delegateInterrupts(async () => {
      const steps = await previewSteps(stack, PROJECT, environment);
      const urns = steps
        .filter(({ urn, newState }) => {
          const type = newState?.type ?? "";
          return AROUND_PASSWORDS.includes(type) || (type === PASSWORD && names.includes(nameOfUrn(urn)));
        })
        .map(({ urn }) => urn);
      const isMissing = steps.some(({ urn, op }) => op === "create" && names.includes(nameOfUrn(urn)));
      if (isMissing)
        await pulumiQuietly(
          [
            ...["up", "--stack", stack, "--yes", "--skip-preview", "--message", "flotilla adopt: passwords"],
            ...urns.flatMap((urn) => ["--target", urn]),
          ],
          { environment },
        );
      const state: ExportedState = await exportState(stack, { secrets: true });
      for (const resource of state.deployment?.resources ?? []) {
        const password = resource.type === PASSWORD ? passwords[nameOfUrn(resource.urn)] : undefined;
        if (password !== undefined) resource.outputs = { ...resource.outputs, result: secretOf(password) };
      }
      await pulumiQuietly(["stack", "import", "--stack", stack], { input: JSON.stringify(state) });
    }),
  );
}
