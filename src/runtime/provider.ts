/** What the Kubernetes provider is told of the cluster. */
import type { ProviderArgs } from "@pulumi/kubernetes";
import type { Settings } from "../config/schema";
import { compact } from "../model/records";
import type { ClusterTarget } from "./kubeconfig";

/**
 * Arguments of the provider that never make it replace anything. `clusterIdentifier` is the same for the life of a stack: while
 * it is, each other change is an update (pulumi-kubernetes, provider.go: DiffConfig); that the cluster is the right one, we
 * verify ourselves.
 */
export function providerArgs(
  { kubeconfig }: Pick<Settings["cluster"], "kubeconfig">,
  target: Pick<ClusterTarget, "context"> | undefined,
  clusterIdentifier: string,
): ProviderArgs {
  return {
    // Not left out: the SDK would write the text of KUBECONFIG into the state, and the provider takes that for one file. An empty
    // one has client-go read KUBECONFIG, or ~/.kube/config, and merge what is listed as kubectl does.
    kubeconfig: kubeconfig ?? "",
    // By name also where the settings name none: `pulumi refresh` and `pulumi destroy`, which do not run the program, then go to
    // the context of the last update and not to the current one.
    ...compact({ context: target?.context }),
    clusterIdentifier,
    // A changed Secret is changed in place: by default the provider deletes it and creates another.
    enableSecretMutable: true,
  };
}
