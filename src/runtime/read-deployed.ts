/** What the running stack's state holds, as the plan wants it. */
import * as pulumi from "@pulumi/pulumi";
import { type DeployedState, type StateResource, stateIn } from "./state";

/** Reads the state of the running stack through the engine, in any backend. */
export async function readDeployed(): Promise<DeployedState> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName,
  })) as { outputs: Record<string, StateResource> };
  return stateIn(outputs);
}
