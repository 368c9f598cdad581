/** Reads the state of the running stack. */
import * as pulumi from "@pulumi/pulumi";
import { type DeployedState, type Resources, stateIn } from "./state";

/** Returns what the running stack has deployed. */
export const readDeployed = async (): Promise<DeployedState> => stateIn(await readResources());

/** Returns the resources in the running stack's state. The engine reads them, from any backend. */
export async function readResources(): Promise<Resources> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName,
  })) as { outputs?: Resources };
  // Mocks in a user's unit tests have no state.
  return outputs ?? {};
}
