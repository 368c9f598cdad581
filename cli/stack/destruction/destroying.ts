/** Destroys what a stack has deployed, once it is certain that nothing else is destroyed. */
import { isDeepStrictEqual } from "node:util";
import { FlotillaError } from "../../../src/model/problems";
import { ADOPTED, OWNER, OWNER_ID } from "../../../src/plan/labels";
import { ownerText } from "../../../src/runtime/check-namespace";
import { checkCluster } from "../../../src/runtime/preflight";
import { type Destruction, decide, namespacesOf } from "../../core/destroy/decide";
import { refusalOf, strangeNamespace } from "../../core/destroy/refusals";
import { outputsOf } from "../../core/release-status";
import {
  type ExportedResource,
  type ExportedState,
  NAMESPACE,
  nameOfUrn,
  operationsOf,
  resourcesOf,
} from "../../core/state";
import { say, step } from "../../terminal/progress";
import { firstLine, ToolError } from "../../tools/failure";
import { INTERRUPTED, interrupted } from "../../tools/interrupts";
import { type Access, accessTo, reachCluster } from "../access";
import { editState } from "../edit";
import { exportState } from "../engine";
import { readHoldings } from "../holdings";
import type { Kubectl } from "../kubectl";
import { readLocks } from "../locks";
import { otherNamespace } from "../other-namespace";
import { PROJECT_NAME } from "../project";
import type { UpdateResult } from "../update";
import { remove, terminationOf } from "./removal";
import { clusterOfState, pointed, unprotected } from "./unprotect";

/** A destruction that may begin. */
export interface Prepared {
  access: Access;
  kubectl: Kubectl;
  destruction: Destruction;
  /** Names of the namespaces in the state. */
  owned: readonly string[];
}

/** Looks at what goes and what stays. @throws ToolError or FlotillaError when nothing of the stack may be deleted. */
export async function prepareDestruction(stack: string, state: ExportedState): Promise<Prepared> {
  const resources = resourcesOf(state);
  const access = accessOf(stack, resources);
  refuseProd(stack, access, state);
  await refuseWhileUpdating(stack, state);
  const kubectl = await reach(access, stack, resources);
  const destruction = await look(kubectl, state);
  const strange = strangeNamespace(stack, destruction);
  if (strange !== undefined) throw new ToolError(strange);
  await refuseStranger(stack, access, resources);
  const owned = resources.flatMap(({ type, outputs }) =>
    type === NAMESPACE ? String((outputs?.metadata as { name?: string } | undefined)?.name) : [],
  );
  return { access, kubectl, destruction, owned };
}

/** Deletes what was shown. @throws ToolError when it is no longer the same, or the user stops. */
export async function destroy(stack: string, prepared: Prepared): Promise<UpdateResult> {
  await assertSame(stack, prepared);
  stopIfInterrupted();
  await unprotect(stack, prepared);
  stopIfInterrupted();
  const result = await remove(stack, prepared.kubectl);
  if (result.exitCode === 0) await giveBack(prepared);
  return result;
}

/** Takes the stack's name off namespaces that stay: it would refuse them to every other stack, and to this one. */
async function giveBack({ kubectl, destruction: { namespaces }, owned }: Prepared): Promise<void> {
  const own = namespaces.filter(({ name, fate }) => fate === "stays" && owned.includes(name));
  for (const { name } of own)
    await kubectl
      .run(["annotate", "namespace", name, ...[OWNER, OWNER_ID, ADOPTED].map((key) => `${key}-`)])
      .catch((error: Error) =>
        say(
          `namespace ${name} still has the annotations ${OWNER} and ${OWNER_ID}: ${firstLine(error.message)}`,
        ),
      );
}

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

async function refuseWhileUpdating(stack: string, state: ExportedState): Promise<void> {
  const [lock] = (await readLocks(PROJECT_NAME, stack)) ?? [];
  const pending = operationsOf(state);
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
async function assertSame(stack: string, { kubectl, destruction: shown }: Prepared): Promise<void> {
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

async function unprotect(
  stack: string,
  { access: { cluster }, destruction: { gone } }: Prepared,
): Promise<void> {
  if (gone.length > 0)
    say(`taking out of the state what the cluster no longer has: ${gone.map(nameOfUrn).join(", ")}`);
  const target = await checkCluster({ cluster }, stack);
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

/** What a destruction that did not finish has left. */
export async function leftover(stack: string, kubectl: Kubectl): Promise<string> {
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
