/** What the running stack's state holds, as the plan wants it. */
import * as pulumi from "@pulumi/pulumi";
import { type DeployedState, type Resources, stateIn } from "./state";

/** What the running stack has deployed. */
export const readDeployed = async (): Promise<DeployedState> => stateIn(await readResources());

/** The resources of the running stack's state, through the engine, in any backend. */
export async function readResources(): Promise<Resources> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName,
  })) as { outputs: Resources };
  return outputs;
}
