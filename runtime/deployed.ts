/** What the running stack's state holds, as the plan wants it. */
import * as pulumi from "@pulumi/pulumi";
import type { Deployed } from "../plan/deployed";
import { deployedQuota, deployedReleases, type StateResource } from "./state";

/** Reads the state of the running stack through the engine, in any backend. */
export async function readDeployed(): Promise<{
  deployed: Deployed;
  deployedQuota?: Record<string, string>;
}> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName,
  })) as { outputs: Record<string, StateResource> };
  return { deployed: deployedReleases(outputs), deployedQuota: deployedQuota(outputs) };
}
