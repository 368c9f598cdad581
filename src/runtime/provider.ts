/** The arguments of the Kubernetes provider. */
import type { ProviderArgs } from "@pulumi/kubernetes";
import type { Settings } from "../config/schema";
import { compact } from "../model/records";
import type { ClusterTarget } from "./kubeconfig";

/**
 * Returns arguments that never make the provider replace resources. `clusterIdentifier` never changes in a stack, so every other
 * change of the provider is an update (pulumi-kubernetes, provider.go: DiffConfig). Flotilla verifies the cluster itself.
 */
export function providerArgs(
  { kubeconfig }: Pick<Settings["cluster"], "kubeconfig">,
  target: Pick<ClusterTarget, "context"> | undefined,
  clusterIdentifier: string,
): ProviderArgs {
  return {
    // Never undefined: the SDK would write the value of KUBECONFIG into the state, and the provider would read it as the path of one
    // file. With an empty value, client-go reads KUBECONFIG or ~/.kube/config and merges several files like kubectl.
    kubeconfig: kubeconfig ?? "",
    // Always named: `pulumi refresh` and `pulumi destroy` do not run the program, and must use the context of the last update
    // instead of the current one.
    ...compact({ context: target?.context }),
    clusterIdentifier,
    // Change Secrets in place. By default, the provider deletes a changed Secret and creates a new one.
    enableSecretMutable: true,
  };
}
