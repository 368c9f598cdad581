/** The arguments of the Kubernetes provider. */
import type { ProviderArgs } from "@pulumi/kubernetes";
import type { Settings } from "../config/schema";
import { compact } from "../model/records";
import type { ClusterTarget } from "./kubeconfig";

/**
 * Returns arguments that never make the provider replace resources. `clusterIdentifier` never changes in a stack, so every other
 * change of the provider is an update (pulumi-kubernetes, provider.go: DiffConfig). Flotilla itself verifies the cluster.
 */
export function providerArgs(
  { kubeconfig }: Pick<Settings["cluster"], "kubeconfig">,
  target: Pick<ClusterTarget, "context"> | undefined,
  clusterIdentifier: string,
): ProviderArgs {
  return {
    // Never undefined: the SDK would then write the text of KUBECONFIG into the state, and the provider would read it as the path of
    // one file. With an empty text, client-go reads KUBECONFIG or ~/.kube/config and merges several files as kubectl does.
    kubeconfig: kubeconfig ?? "",
    // Always by name: `pulumi refresh` and `pulumi destroy` do not run the program, and must use the context of the last update
    // instead of the current one.
    ...compact({ context: target?.context }),
    clusterIdentifier,
    // A changed Secret is changed in place: by default the provider deletes it and creates another.
    enableSecretMutable: true,
  };
}
