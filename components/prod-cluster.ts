import * as pulumi from "@pulumi/pulumi";
import { FlotillaError } from "../src/model/problems";
import { refusalOf } from "./building";

/**
 * Refuses the default Kubernetes provider for prod unless the stack's config names its cluster, because it follows the current
 * context of the kubeconfig. `where` names the component in the message.
 * @throws pulumi.RunError with what to do.
 */
export function requireNamedCluster(component: pulumi.Resource, environment: string, where: string): void {
  const config = new pulumi.Config("kubernetes");
  const isNamed = config.get("context") !== undefined || config.get("kubeconfig") !== undefined;
  if (environment !== "prod" || isNamed || component.getProvider("kubernetes:core/v1:Secret") !== undefined)
    return;
  throw refusalOf(
    where,
    new FlotillaError([
      {
        where,
        what: "the environment is prod, but the default Kubernetes provider follows the current context of the kubeconfig",
        todo: "Set the option `provider` to one that names its cluster: new k8s.Provider(name, { context: ... }). Or set kubernetes:context in the stack's config.",
      },
    ]),
  );
}
