import { isDeepStrictEqual } from "node:util";
import chalk from "chalk";
import { Command } from "commander";
import { bareName } from "../../src/config/stack-names";
import { FlotillaError } from "../../src/model/problems";
import { ownerText } from "../../src/runtime/check-namespace";
import { checkCluster } from "../../src/runtime/preflight";
import { type Destruction, decide, isEmpty, namespacesOf } from "../core/destroy/decide";
import { refusalOf, strangeNamespace } from "../core/destroy/refusals";
import { outputsOf } from "../core/release-status";
import { type ExportedResource, type ExportedState, nameOfUrn, resourcesOf } from "../core/state";
import { type Access, accessTo, reachCluster } from "../stack/access";
import { remove, terminationOf } from "../stack/destruction/removal";
import { clusterOfState, pointed, unprotected } from "../stack/destruction/unprotect";
import { editState } from "../stack/edit";
import { exportState } from "../stack/engine";
import { readHoldings } from "../stack/holdings";
import type { Kubectl } from "../stack/kubectl";
import { readLocks } from "../stack/locks";
import { otherNamespace } from "../stack/other-namespace";
import { PROJECT_NAME } from "../stack/project";
import type { UpdateResult } from "../stack/update";
import { changesText } from "../stack/update-with-progress";
import { typed } from "../terminal/ask";
import { showDestruction, staying } from "../terminal/destruction";
import { say, step } from "../terminal/progress";
import { ToolError } from "../tools/failure";
import { INTERRUPTED, interrupted } from "../tools/interrupts";

export function destroyCommand(): Command {
  return new Command("destroy")
    .description("delete all that a stack has deployed, its data included")
    .requiredOption("-s, --stack <name>", "the stack: local, dev, staging ...; none of environment prod")
    .option("--confirm <stack>", "the stack's name again, in place of the question")
    .addHelpText(
      "after",
      `
It lists what goes and what stays, each volume by name and size, and asks for the stack's name. Then it takes the protection
off in the state and runs \`pulumi destroy\`. Anything but the stack's name deletes nothing. There is no --yes: a flag that
fits every stack would also destroy the wrong one. The stack itself stays, with its config and its history.`,
    )
    .action(async ({ stack, confirm }: { stack: string; confirm?: string }) => {
      const name = bareName(stack);
      if (confirm !== undefined && confirm !== name)
        throw new ToolError(
          `--confirm ${confirm} is not the name of the stack, which is ${name}. Nothing was deleted.`,
        );
      const state = await exportState(stack);
      if (isEmpty(resourcesOf(state))) {
        process.stdout.write(`Nothing of stack ${stack} is deployed.\n${removal(stack)}`);
        return;
      }
      const access = accessOf(stack, resourcesOf(state));
      refuseProd(stack, access, state);
      await refuseWhileUpdating(stack, state);
      const kubectl = await reach(access, stack, resourcesOf(state));
      const destruction = await look(kubectl, state);
      const strange = strangeNamespace(stack, destruction);
      if (strange !== undefined) throw new ToolError(strange);
      await refuseStranger(stack, access, resourcesOf(state));
      const { application } = outputsOf(resourcesOf(state)) ?? {};
      const { context } = access.cluster;
      process.stdout.write(`${showDestruction({ stack: name, application, context }, destruction)}\n`);
      if (
        confirm === undefined &&
        !(await typed(`Type the stack's name to delete all this (${name}): `, name))
      ) {
        process.stdout.write("That is not the stack's name. Nothing was deleted.\n");
        process.exitCode ??= 1;
        return;
      }
      await assertSame(stack, kubectl, destruction);
      stopIfInterrupted();
      await unprotect(stack, access, destruction);
      stopIfInterrupted();
      await report(stack, kubectl, destruction, await remove(stack, kubectl));
    });
}

const removal = (stack: string): string =>
  `  pulumi stack rm ${stack}    removes the stack itself, with its config and its history\n`;

/** Also of a stack whose files are gone: its state names the cluster of the last update. */
function accessOf(stack: string, resources: readonly ExportedResource[]): Access {
  try {
    return accessTo(stack);
  } catch (error) {
    if (error instanceof FlotillaError) return { cluster: clusterOfState(resources) ?? {} };
    throw error;
  }
}

function refuseProd(stack: string, { read }: Access, state: ExportedState): void {
  const refusal = refusalOf(stack, {
    ofSettings: read?.settings.environment,
    ofState: outputsOf(resourcesOf(state))?.environment,
  });
  if (refusal !== undefined) throw new ToolError(refusal);
}

async function refuseWhileUpdating(stack: string, { deployment }: ExportedState): Promise<void> {
  const [lock] = (await readLocks(PROJECT_NAME, stack)) ?? [];
  const pending = deployment?.pending_operations ?? [];
  if (lock === undefined && pending.length === 0) return;
  const what =
    lock === undefined
      ? `an update of ${stack} was interrupted: Pulumi was ${pending.map(({ type, resource }) => `${type} ${nameOfUrn(resource.urn)}`).join(", ")}`
      : `the stack ${stack} is locked by ${lock.by}`;
  throw new ToolError(
    `${what}. Nothing was deleted.\n  Wait until a running update has ended. If it was interrupted: npx flotilla recover --stack ${stack}`,
  );
}

/** @throws ToolError when another stack has taken the namespace over since. */
async function refuseStranger(
  stack: string,
  access: Access,
  resources: readonly ExportedResource[],
): Promise<void> {
  const { stranger } = await otherNamespace(access, resources);
  if (stranger !== undefined)
    throw new ToolError(
      `the namespace belongs to stack ${ownerText(stranger)} now, not to ${stack}. Nothing was deleted.\n  To forget the state of ${stack} and delete nothing in the cluster: pulumi stack rm ${stack} --force`,
    );
}

async function reach(
  access: Access,
  stack: string,
  resources: readonly ExportedResource[],
): Promise<Kubectl> {
  try {
    return await reachCluster(access, stack, resources);
  } catch (error) {
    if (!(error instanceof FlotillaError) || !/cannot be reached|does not answer/.test(error.message))
      throw error;
    throw new ToolError(
      `${error.message.replace("nothing was deployed", "nothing was deleted")}\n  If this cluster is gone for good, its stack can only be forgotten: pulumi stack rm ${stack} --force`,
    );
  }
}

async function look(kubectl: Kubectl, state: ExportedState): Promise<Destruction> {
  const resources = resourcesOf(state);
  const holdings = [...namespacesOf(resources)].map(([namespace, releases]) =>
    readHoldings(kubectl, namespace, releases),
  );
  return decide(resources, await Promise.all(holdings));
}

/** A question may have stood for an hour: what is deleted is what was shown. */
async function assertSame(stack: string, kubectl: Kubectl, shown: Destruction): Promise<void> {
  const state = await exportState(stack);
  await refuseWhileUpdating(stack, state);
  if (isDeepStrictEqual(steady(await look(kubectl, state)), steady(shown))) return;
  throw new ToolError(
    `something has changed since the list was shown. Nothing was deleted.\n  Look again: npx flotilla destroy --stack ${stack}`,
  );
}

/** Without the pods, which come and go. */
const steady = (destruction: Destruction) => ({
  ...destruction,
  releases: destruction.releases.map(({ pods: _, ...rest }) => rest),
  strangers: destruction.strangers.filter((name) => !name.startsWith("Pod ")),
});

async function unprotect(stack: string, { cluster }: Access, { gone }: Destruction): Promise<void> {
  if (gone.length > 0)
    say(`taking out of the state what the cluster no longer has: ${gone.map(nameOfUrn).join(", ")}`);
  const target = await checkCluster({ cluster }, PROJECT_NAME, stack);
  await step("taking the protection off", () =>
    editState(stack, ({ deployment }) => {
      if (deployment?.resources)
        deployment.resources = pointed(unprotected(deployment.resources, gone), {
          // As the program does: without a kubeconfig of the settings that of the environment.
          kubeconfig: cluster.kubeconfig ?? "",
          context: target?.context,
        });
    }),
  );
}

/** Ctrl-C while pulumi reads or writes the state is pulumi's, which may still succeed: nothing is begun after it. */
function stopIfInterrupted(): void {
  if (interrupted) throw new ToolError(INTERRUPTED);
}

/** @throws ToolError when something is left. */
async function report(
  stack: string,
  kubectl: Kubectl,
  destruction: Destruction,
  { exitCode, signal, changes, seconds, errors, output }: UpdateResult,
): Promise<void> {
  const took = `${Math.round(seconds)} s`;
  if (exitCode === 0) {
    const left = staying(destruction).map((line) => `  - ${line}\n`);
    process.stdout.write(
      `${chalk.green(`${stack} is destroyed`)}: ${changesText(changes) || "nothing was left to delete"}, in ${took}.\nWhat stays:\n${left.join("")}${removal(stack)}`,
    );
    return;
  }
  const again = `  Go on: npx flotilla destroy --stack ${stack}`;
  if (signal !== undefined)
    throw new ToolError(
      `pulumi was ended by ${signal} after ${took}: what it had started is unfinished, and its lock may still be there\n  First: npx flotilla recover --stack ${stack}\n${again}`,
    );
  process.stdout.write(await leftover(stack, kubectl));
  const words = Object.entries(errors).map(([name, message]) =>
    name === "" ? message : `${name}: ${message}`,
  );
  throw new ToolError(
    `the destruction of ${stack} did not finish (${changesText(changes) || "nothing was deleted"}, in ${took})\n${words.join("\n") || output.trim()}\n${again}`,
  );
}

/** What a destruction that did not finish has left. */
async function leftover(stack: string, kubectl: Kubectl): Promise<string> {
  const resources = resourcesOf(await exportState(stack));
  const { releases, namespaces, secrets, passwords, rest } = decide(
    resources,
    [...namespacesOf(resources)].map(([namespace, missing]) => ({
      namespace,
      uid: "",
      live: {},
      missing,
      workloads: [],
      objects: [],
      claims: [],
    })),
  );
  const waits = await Promise.all(namespaces.map(({ name }) => terminationOf(kubectl, name)));
  const named = [
    ...releases.map(({ name }) => `release ${name}`),
    ...secrets.map((name) => `Secret ${name}`),
    ...passwords.map((name) => `password ${name}`),
    ...rest,
    ...namespaces.filter(({ fate }) => fate !== "stays").map(({ name }) => `namespace ${name}`),
  ];
  const why = waits.flat().map((message) => `  ${message}\n`);
  return `\nLeft of ${stack}: ${named.join(", ") || "only entries of the state"}\n${why.join("")}What is left is not protected until the next \`pulumi up\`.\n`;
}
