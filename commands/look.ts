/** A stack as it runs: its state, its last update, and what the cluster has of it. */
import type { StackSettings } from "../config/settings";
import type { Workload } from "../explain/facts";
import { type ExportedResource, exportState } from "../live/engine";
import { readWorkloads } from "../live/facts";
import { readLastUpdate, type Update } from "../live/history";
import { connect, type Kubectl } from "../live/kubectl";
import { type LiveRelease, readReleases } from "../live/releases";
import { outputsOf } from "../live/status";
import { namespaceOf } from "../plan/stores/profile";
import { checkCluster } from "../runtime/preflight";
import { settingsOfStack } from "./settings";
import { PROJECT_NAME } from "./stack";

export interface Look extends StackSettings {
  kubectl: Kubectl;
  namespace: string;
  resources: ExportedResource[];
  lastUpdate?: Omit<Update, "number">;
  live: Record<string, LiveRelease>;
  workloads: Workload[];
}

/** @throws FlotillaError or ToolError when the settings are wrong, or the cluster or the state cannot be reached. */
export async function lookAt(stack: string): Promise<Look> {
  const read = settingsOfStack(stack);
  const { settings, application } = read;
  const planned = namespaceOf(application, settings);
  const inCluster = (kubectl: Kubectl, namespace: string) =>
    Promise.all([readReleases(kubectl, namespace), readWorkloads(kubectl, namespace)]);
  const cluster = async () => {
    await checkCluster(settings, PROJECT_NAME, stack);
    const kubectl = await connect(settings);
    return { kubectl, found: await inCluster(kubectl, planned) };
  };
  const [state, lastUpdate, { kubectl, found }] = await Promise.all([
    exportState(stack),
    readLastUpdate(stack),
    cluster(),
  ]);
  const resources = state.deployment?.resources ?? [];
  // The settings may name another namespace than the one that was deployed.
  const namespace = outputsOf(resources)?.namespace ?? planned;
  const [live, workloads] = namespace === planned ? found : await inCluster(kubectl, namespace);
  return {
    ...read,
    kubectl,
    namespace,
    resources,
    ...(lastUpdate === undefined ? {} : { lastUpdate }),
    live,
    workloads,
  };
}
