/** A stack as it is now: its state, its last update, and its objects in the cluster. */
import { chosenNamespace } from "../../src/config/namespace";
import type { StackSettings } from "../../src/config/settings";
import type { Problem } from "../../src/model/problems";
import { compact } from "../../src/model/records";
import { askWithKubectl } from "../../src/runtime/ask-cluster";
import { namespaceProblem } from "../../src/runtime/check-namespace";
import { ownerOf } from "../../src/runtime/owner";
import { isDeployed } from "../../src/runtime/state";
import { readNamespace } from "../../src/runtime/verify-cluster";
import type { Workload } from "../core/explain/facts";
import { idIn } from "../core/recovery/unrecorded";
import { namespaceIn } from "../core/release-status";
import { byUrn, deployedOf, type ExportedResource, type ExportedState, resourcesOf } from "../core/state";
import { type YoungClaim, youngClaims } from "../core/young-claims";
import { firstLine, ToolError } from "../tools/failure";
import type { Access } from "./access";
import { begun, exportState } from "./engine";
import { readWorkloads } from "./facts";
import { readRecentUpdates, type Update } from "./history";
import type { Kubectl } from "./kubectl";
import { readLostObjects } from "./lost";
import { PROJECT_NAME } from "./project";
import { type LiveRelease, readReleases } from "./releases";

export interface Look extends Access {
  kubectl: Kubectl;
  namespace: string;
  resources: ExportedResource[];
  lastUpdate?: Omit<Update, "number">;
  /** Whether an earlier update than the last one has succeeded, so that there is something to roll back to. */
  hasEarlier: boolean;
  live: Record<string, LiveRelease>;
  workloads: Workload[];
  /** Objects outside releases that are in the state and the cluster has lost. Empty unless `forLosses` is set. */
  lost: ExportedResource[];
  /** Claims that were created empty after their store was installed. Empty unless `forLosses` is set. */
  young: YoungClaim[];
  /** Why nothing can be deployed into the namespace. Undefined if something is deployed, or nothing blocks it. */
  obstacle?: Problem;
  /** Why some losses could not be checked, such as a missing permission to read the objects. */
  unseen: string[];
}

export interface LookOptions {
  /** Whether to look for objects and data that the cluster has lost. Default false. */
  forLosses?: boolean;
}

/** Whether a first update is running or was interrupted: it is in no history yet, but helm is in the middle of its releases. */
export const isFirstUpdateOpen = ({ lastUpdate, live }: Pick<Look, "lastUpdate" | "live">): boolean =>
  lastUpdate === undefined && Object.values(live).some(({ newest }) => newest.status.startsWith("pending-"));

/** Checks what the first update of a stack would find in its namespace. */
async function obstacleOf(
  stack: string,
  namespace: string,
  { settings }: StackSettings,
  state: ExportedState,
): Promise<Problem | undefined> {
  const live = await readNamespace(askWithKubectl(settings.cluster), namespace);
  const { create } = chosenNamespace(settings.namespace);
  const owner = ownerOf({ project: PROJECT_NAME, stack }, idIn(state));
  return namespaceProblem(namespace, undefined, live, { owner, stack, create });
}

/** @throws FlotillaError or ToolError if the cluster or the state cannot be reached, or the stack's place is unknown. */
export async function lookAt(stack: string, { forLosses = false }: LookOptions = {}): Promise<Look> {
  // pulumi reads the state while node loads the rest of the program and the settings.
  const reading = begun(Promise.all([exportState(stack), readRecentUpdates(stack)]));
  const { accessTo, reachCluster } = await import("./access");
  const { readClaims } = await import("./claims");
  const access = accessTo(stack);
  const inCluster = (kubectl: Kubectl, namespace: string) =>
    Promise.all([
      readReleases(kubectl, namespace),
      readWorkloads(kubectl, namespace),
      forLosses ? seenIf(readClaims(kubectl, namespace)) : [],
    ]);
  const unseen: string[] = [];
  const seenIf = <T>(work: Promise<T[]>): Promise<T[]> =>
    work.catch((error: unknown) => {
      if (!(error instanceof ToolError)) throw error;
      unseen.push(firstLine(error.message));
      return [];
    });
  const planned = access.namespace;
  const cluster = async () => {
    const readingResources = begun(reading.then(([state]) => resourcesOf(state)));
    const kubectl = await reachCluster(access, stack, readingResources);
    const [found, lost] = await Promise.all([
      planned === undefined ? undefined : inCluster(kubectl, planned),
      forLosses ? seenIf(readLostObjects(kubectl, await readingResources)) : [],
    ]);
    return { kubectl, found, lost };
  };
  const [[state, { last: lastUpdate, hasEarlier }], { kubectl, found, lost }] = await Promise.all([
    reading,
    cluster(),
  ]);
  const resources = resourcesOf(state);
  // The settings may name a namespace other than the deployed one, or none.
  const namespace = namespaceIn(resources) ?? planned;
  // Neither deployed nor valid: reading the settings throws their problems.
  if (namespace === undefined) {
    (await import("./settings")).settingsOfStack(stack);
    throw new ToolError(`nothing of stack ${stack} is deployed`);
  }
  const [live, workloads, claims] =
    namespace === planned && found ? found : await inCluster(kubectl, namespace);
  const deployed = deployedOf(resources);
  const { read } = access;
  const obstacle =
    isDeployed(byUrn(resources)) || read === undefined
      ? undefined
      : await obstacleOf(stack, namespace, read, state);
  return compact({
    ...access,
    kubectl,
    namespace,
    resources,
    lastUpdate,
    hasEarlier,
    live,
    workloads,
    lost,
    unseen,
    obstacle,
    young: youngClaims(claims, workloads).filter(({ release }) => Object.hasOwn(deployed, release)),
  });
}
