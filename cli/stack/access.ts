/** The cluster and the namespace of a stack, also while its settings are not sound: what runs can be looked at all the same. */
import { merge } from "../../src/config/merge";
import type { Settings } from "../../src/config/schema";
import type { StackSettings } from "../../src/config/settings";
import { bareName } from "../../src/config/stack-names";
import { FlotillaError } from "../../src/model/problems";
import { compact, isRecord } from "../../src/model/records";
import { namespaceOf } from "../../src/plan/stores/profile";
import { askWithKubectl } from "../../src/runtime/ask-cluster";
import { checkCluster } from "../../src/runtime/preflight";
import { knownCluster } from "../../src/runtime/state";
import { verifyCluster } from "../../src/runtime/verify-cluster";
import { byUrn, type ExportedResource } from "../core/state";
import { say } from "../terminal/progress";
import { begun } from "./engine";
import { connect, type Kubectl } from "./kubectl";
import { configOfStack, settingsOfStack } from "./settings";

export interface Access {
  cluster: Settings["cluster"];
  /** The namespace that the settings lead to; none while they are not sound. */
  namespace?: string;
  /** The settings, if they are sound. */
  read?: StackSettings;
}

/** @throws FlotillaError when not even the files can be read. */
export function accessTo(stack: string): Access {
  try {
    const read = settingsOfStack(stack);
    return { cluster: read.settings.cluster, namespace: namespaceOf(read.application, read.settings), read };
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    const { files, problems } = configOfStack(stack);
    if (files.some(({ problems: ofFile }) => ofFile.length > 0) || (problems ?? []).length > 0) throw error;
    const { cluster } = merge(files).values;
    const text = (key: string) => {
      const value = isRecord(cluster) ? cluster[key] : undefined;
      return typeof value === "string" ? value : undefined;
    };
    return {
      cluster: compact({
        context: text("context"),
        kubeconfig: text("kubeconfig"),
        identity: text("identity"),
      }),
    };
  }
}

/**
 * kubectl for a stack's cluster, which is the one that its state records; with `mayMove` also one that the settings move it to.
 * @throws FlotillaError when the context does not exist, its API server does not answer, or it is another cluster.
 */
export async function reachCluster(
  access: Pick<Settings, "cluster">,
  stack: string,
  reading: readonly ExportedResource[] | Promise<readonly ExportedResource[]>,
  { mayMove = false } = {},
): Promise<Kubectl> {
  const target = await checkCluster(access, stack);
  const kubectl = await connect(access);
  const known = Promise.resolve(reading).then((resources) => knownCluster(byUrn(resources)));
  const of = { stack: bareName(stack), mayMove };
  const { warnings } = await verifyCluster(askWithKubectl(access.cluster), target, access, begun(known), of);
  for (const warning of warnings) say(warning);
  return kubectl;
}
