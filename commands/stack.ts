/** Stacks of the embedded world. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PROJECT } from "../tools/paths";
import { ensureStack, type OpenWorld, pulumi, stackFileFor } from "../tools/world";

/** The stack that is made for the embedded cluster. */
export const LOCAL_STACK = "local";

/** Pulumi's project, from Pulumi.yaml. */
export const PROJECT_NAME: string = parse(readFileSync(join(PROJECT, "Pulumi.yaml"), "utf8")).name;

/** Creates the stack where it is missing; returns the arguments that make pulumi use it on the embedded cluster. */
export async function prepareStack(open: OpenWorld, stack: string): Promise<string[]> {
  if ((await ensureStack(open, PROJECT_NAME, stack)) && stack === LOCAL_STACK)
    await pulumi(open, ["stack", "select", stack], { stdio: "ignore" });
  return ["--stack", stack, "--config-file", stackFileFor(open.world, stack, PROJECT_NAME)];
}
