/** Takes over what helm or a lost state left in the cluster, after checking that it does not belong to another stack. */
import type { Settings } from "../../../src/config/schema";
import { FlotillaError } from "../../../src/model/problems";
import { askWithKubectl } from "../../../src/runtime/ask-cluster";
import { givenUpText, ownerText, strangerOf } from "../../../src/runtime/check-namespace";
import { ADOPT, CHECKED, TAKE_OVER } from "../../../src/runtime/overrides";
import { recordedId } from "../../../src/runtime/state";
import { readNamespace } from "../../../src/runtime/verify-cluster";
import { byUrn, type ExportedState, resourcesOf } from "../../core/state";
import { ToolError } from "../../tools/failure";
import { reachCluster } from "../access";
import { type Comparison, compareWithDeployed } from "../comparison/sides";
import { begun, exportState } from "../engine";
import type { Kubectl } from "../kubectl";
import { otherNamespace, refreshResource } from "../other-namespace";
import { type PastPasswords, restorePastPasswords } from "../past-passwords";
import { type PlannedStack, planStack } from "../planning";
import { readReleases } from "../releases";
import { settingsOfStack } from "../settings";
import { type Updated, update } from "../update-with-progress";
import { type Adoption, type AdoptionOptions, findAdoption, lackingProblems } from "./candidates";
import { pastPasswordsFor } from "./leftover-passwords";
import { othersReleases, othersWorkloads } from "./namespace";
import { refusedObjects, takeObjects } from "./objects";
import { keepPasswords } from "./passwords";
import { planNewPasswords, type Resets, setNewPasswords } from "./reset";

/** A prepared adoption, which can start unless a part of it is refused. */
export interface TakeOver {
  settings: Settings;
  /** The state, while it is being read. */
  reading: Promise<ExportedState>;
  kubectl: Kubectl;
  planned: PlannedStack;
  /** What the cluster has to take over. */
  found: Adoption;
  /** The same with the new passwords, and without the stores that get them. */
  adoption: Adoption;
  resets: Resets;
  /** Passwords from the history; undefined if none are needed. */
  past: PastPasswords | undefined;
  /** Workloads of others in the namespace to take over. */
  others: readonly string[];
}

/** Finds what there is to take over. @throws FlotillaError or ToolError if it must not be taken over. */
export async function prepareTakeOver(stack: string, options: AdoptionOptions): Promise<TakeOver> {
  const { givenUp, resetPassword = [] } = options;
  const { settings } = settingsOfStack(stack);
  const reading = begun(exportState(stack, { secrets: true }));
  const [kubectl, planned] = await Promise.all([
    reachCluster(settings, stack, begun(reading.then(resourcesOf))),
    planStack(stack, reading),
  ]);
  await refuseStranger(stack, planned, settings, givenUp);
  const live = await readReleases(kubectl, planned.planned.namespace.name);
  const found = await findAdoption(planned, live, kubectl);
  const ids = [recordedId(byUrn(planned.resources)), givenUp];
  if (planned.planned.namespace.create === false)
    found.problems.push(...othersReleases(found.releases, live, ids));
  const resets = await planNewPasswords(planned, resetPassword, found, kubectl);
  const adoption = {
    ...found,
    passwords: { ...found.passwords, ...resets.passwords },
    leftovers: found.leftovers.filter(({ store }) => !resetPassword.includes(store)),
  };
  const past = await pastPasswordsFor(planned, adoption, options);
  const { namespace, releases } = planned.planned;
  const others = await othersWorkloads(namespace, releases, found.ids, kubectl);
  return { settings, reading, kubectl, planned, found, adoption, resets, past, others };
}

/** Whether there is nothing to take over. */
export const isNothing = ({ adoption, past, resets }: TakeOver, { taken }: Comparison): boolean =>
  Object.keys(adoption.ids).length === 0 &&
  past === undefined &&
  resets.jobs.length === 0 &&
  (taken?.releases ?? []).length === 0;

/** Returns what the adoption changes. @throws FlotillaError if a part of it cannot be taken over. */
export async function compareTakeOver(
  stack: string,
  { reading, kubectl, found, adoption: { passwords, leftovers, namespace }, resets, past }: TakeOver,
): Promise<Comparison> {
  const known = [
    ...Object.keys(resets.passwords),
    ...(past ? leftovers.flatMap(({ missing }) => missing) : []),
  ];
  const problems = [...found.problems, ...lackingProblems(found.lacking, known, namespace)];
  if (problems.length > 0) throw new FlotillaError(problems, "nothing was taken over");
  const comparison = await compareWithDeployed(stack, { adopting: passwords, reading });
  const refusals = await refusedObjects(kubectl, namespace, comparison.taken?.releases ?? []);
  const blocked = [...(comparison.blocked ?? []), ...refusals];
  if (blocked.length > 0) throw new FlotillaError(blocked, "nothing was taken over");
  return comparison;
}

export async function takeOver(
  stack: string,
  { settings, kubectl, planned, found, adoption, resets, past }: TakeOver,
  { taken = { releases: [], others: [] } }: Comparison,
): Promise<Updated> {
  const { namespace } = adoption;
  // After a refresh against another cluster, the state has the UID of the namespace there.
  const { recreated } = await otherNamespace(settings, planned.resources);
  if (recreated) await refreshResource(stack, recreated);
  await setNewPasswords(planned, resets, found, kubectl);
  // The new passwords are in Secrets now and are taken from there like all others.
  const settled =
    resets.jobs.length === 0
      ? adoption
      : await findAdoption(planned, await readReleases(kubectl, namespace), kubectl);
  if (past) await restorePastPasswords(stack, past);
  await keepPasswords(stack, settled);
  await takeObjects(kubectl, namespace, taken);
  return update(
    ["up", "--stack", stack, "--message", "flotilla adopt"],
    { stack, namespace, kubectl },
    { environment: { ...TAKE_OVER, [CHECKED]: "true", [ADOPT]: JSON.stringify(settled.ids) } },
  );
}

/** @throws FlotillaError if the namespace belongs to another stack that is not named by --given-up. */
async function refuseStranger(
  stack: string,
  { planned, resources }: PlannedStack,
  { cluster }: Settings,
  givenUp: string | undefined,
): Promise<void> {
  const { name, create } = planned.namespace;
  // In a shared namespace, each release is checked instead.
  if (create === false) return;
  const live = await readNamespace(askWithKubectl(cluster), name);
  const id = recordedId(byUrn(resources));
  const stranger = live && strangerOf(live, { id });
  // It is this stack's own, perhaps after an interrupted adoption.
  if (stranger === undefined) return;
  if (givenUp !== undefined && givenUp !== stranger.id)
    throw new ToolError(
      `namespace ${name} belongs to ${ownerText(stranger)}, not to a stack with the id ${givenUp}; nothing was taken over`,
    );
  if (givenUp !== undefined) return;
  throw new FlotillaError(
    [
      {
        where: `namespace ${name}`,
        what: `it belongs to stack ${ownerText(stranger)}`,
        todo: givenUpText(stack, name, stranger),
      },
    ],
    "nothing was taken over",
  );
}
