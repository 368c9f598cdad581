/** Destroys what a stack has deployed, after checking that nothing else would be destroyed. */
import { isDeepStrictEqual } from "node:util";
import { FlotillaError } from "../../../src/model/problems";
import { ADOPTED, OWNER, OWNER_ID } from "../../../src/plan/labels";
import { ownerText } from "../../../src/runtime/check-namespace";
import { checkCluster } from "../../../src/runtime/preflight";
import { type Destruction, decide, namespacesOf } from "../../core/destroy/decide";
import { recreatedNamespace, refusalOf } from "../../core/destroy/refusals";
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

/** A prepared destroy. */
export interface Prepared {
  access: Access;
  kubectl: Kubectl;
  destruction: Destruction;
  /** Names of the namespaces in the state. */
  owned: readonly string[];
}

/** Finds out what is deleted and what stays. @throws ToolError or FlotillaError if the stack must not be destroyed. */
export async function prepareDestruction(stack: string, state: ExportedState): Promise<Prepared> {
  const resources = resourcesOf(state);
  const access = accessOf(stack, resources);
  refuseProd(stack, access, state);
  await refuseWhileUpdating(stack, state);
  const kubectl = await reach(access, stack, resources);
  const destruction = await look(kubectl, state);
  const refusal = recreatedNamespace(stack, destruction);
  if (refusal !== undefined) throw new ToolError(refusal);
  await refuseStranger(stack, access, resources);
  const owned = resources.flatMap(({ type, outputs }) =>
    type === NAMESPACE ? String((outputs?.metadata as { name?: string } | undefined)?.name) : [],
  );
  return { access, kubectl, destruction, owned };
}

/** Deletes what was shown. @throws ToolError if it has changed since, or the user interrupts. */
export async function destroy(stack: string, prepared: Prepared): Promise<UpdateResult> {
  await assertSame(stack, prepared);
  stopIfInterrupted();
  await unprotect(stack, prepared);
  stopIfInterrupted();
  const result = await remove(stack, prepared.kubectl);
  if (result.exitCode === 0) await removeOwnerAnnotations(prepared);
  return result;
}

/** Removes the owner annotations from namespaces that stay: with them, no stack could use the namespace, not even this one. */
async function removeOwnerAnnotations({
  kubectl,
  destruction: { namespaces },
  owned,
}: Prepared): Promise<void> {
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

/** The access to a stack's cluster; if its files are gone, to the cluster that its state names. */
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
      ? `an update of ${stack} was interrupted while ${pending.map(({ type, resource }) => `${type} ${nameOfUrn(resource.urn)}`).join(", ")}`
      : `stack ${stack} is locked by ${lock.by}`;
  throw new ToolError(
    `${what}. Nothing was deleted.\n  Wait until a running update finishes. If it was interrupted: npx flotilla recover --stack ${stack}`,
  );
}

/** @throws ToolError if another stack has taken over the namespace. */
async function refuseStranger(
  stack: string,
  access: Access,
  resources: readonly ExportedResource[],
): Promise<void> {
  const { stranger } = await otherNamespace(access, resources);
  if (stranger !== undefined)
    throw new ToolError(
      `the namespace now belongs to stack ${ownerText(stranger)}, not to ${stack}. Nothing was deleted.\n  To remove the state of ${stack} without deleting anything in the cluster: pulumi stack rm ${stack} --force`,
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
    if (
      !(error instanceof FlotillaError) ||
      !/cannot be reached|cannot reach|does not (answer|respond)/.test(error.message)
    )
      throw error;
    throw new ToolError(
      `${error.message.replace("nothing was deployed", "nothing was deleted")}\n  If this cluster is gone for good, remove only the stack's state: pulumi stack rm ${stack} --force`,
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

/** The user may have taken an hour to confirm: only what was shown may be deleted. */
async function assertSame(stack: string, { kubectl, destruction: shown }: Prepared): Promise<void> {
  const state = await exportState(stack);
  await refuseWhileUpdating(stack, state);
  if (isDeepStrictEqual(steady(await look(kubectl, state)), steady(shown))) return;
  throw new ToolError(
    `something has changed since the list was shown. Nothing was deleted.\n  Start again: npx flotilla destroy --stack ${stack}`,
  );
}

/** Without the pods, which come and go. */
const steady = (destruction: Destruction) => ({
  ...destruction,
  releases: destruction.releases.map(({ pods: _, ...rest }) => rest),
  foreign: destruction.foreign.filter((name) => !name.startsWith("Pod ")),
});

async function unprotect(
  stack: string,
  { access: { cluster }, destruction: { gone } }: Prepared,
): Promise<void> {
  if (gone.length > 0)
    say(`removing from the state what the cluster no longer has: ${gone.map(nameOfUrn).join(", ")}`);
  const target = await checkCluster({ cluster }, stack);
  await step("unprotecting the resources", () =>
    editState(stack, ({ deployment }) => {
      if (deployment?.resources)
        deployment.resources = pointed(unprotected(deployment.resources, gone), {
          // Like the program: without a kubeconfig in the settings, the environment's is used.
          kubeconfig: cluster.kubeconfig ?? "",
          context: target?.context,
        });
    }),
  );
}

/** Ctrl-C while pulumi reads or writes the state goes to pulumi, which may still succeed: nothing may start after it. */
function stopIfInterrupted(): void {
  if (interrupted) throw new ToolError(INTERRUPTED);
}

/** The message about what an unfinished destroy has left. */
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
  return `\nStack ${stack} still has: ${named.join(", ") || "only entries in the state"}\n${why.join("")}These resources stay unprotected until the next \`pulumi up\`.\n`;
}
