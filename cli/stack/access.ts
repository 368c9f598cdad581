/** The cluster and namespace of a stack, even if its settings are invalid: live objects can be inspected anyway. */
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
  /** The namespace according to the settings; undefined if they are invalid. */
  namespace?: string;
  /** The settings, if they are valid. */
  read?: StackSettings;
}

/** @throws FlotillaError if the files cannot be read at all. */
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
 * Returns kubectl for a stack's cluster: the one recorded in its state or, with `mayMove`, one that the settings move it to.
 * @throws FlotillaError if the context does not exist, its API server does not respond, or it is a different cluster.
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
