/** Stacks of the embedded world. */
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { damageIn, damageText } from "../../cli/stack/damage";
import { DEFAULT_APPLICATION, LOCAL_STACK, PROJECT_NAME } from "../../cli/stack/project";
import { say } from "../../cli/terminal/progress";
import { ToolError } from "../../cli/tools/failure";
import { CREDENTIALS } from "../../src/config/credentials";
import { PREFIX } from "../../src/config/prefix";
import type { World } from "./folders";
import { ensureStack, type OpenWorld, pulumi, stackFileFor } from "./world";

/** The stack of an application on the embedded cluster. */
export const localStackOf = (application: string): string =>
  application === DEFAULT_APPLICATION ? LOCAL_STACK : `${application}-${LOCAL_STACK}`;

/** That the state of a stack is damaged or gone, and what to do about it. Undefined where there is nothing wrong. */
export function lossOf({ state }: World, stack: string): string | undefined {
  const damage = damageIn(join(state, ".pulumi"), PROJECT_NAME, stack);
  return (
    damage &&
    `${damageText(stack, damage)}\n  To bring it back on the embedded cluster: eval "$(npx flotilla env)", then npx flotilla recover --stack ${stack}`
  );
}

/**
 * Creates the stack where it is missing; returns the arguments that make pulumi use it on the embedded cluster.
 * @throws ToolError where its state is damaged or gone: a new one in its place would be the end of its backups.
 */
export async function prepareStack(open: OpenWorld, stack: string): Promise<string[]> {
  const loss = lossOf(open.world, stack);
  if (loss !== undefined) throw new ToolError(loss);
  if ((await ensureStack(open, PROJECT_NAME, stack)) && stack.endsWith(LOCAL_STACK))
    await pulumi(open, ["stack", "select", stack], { stdio: "ignore" });
  const { file, encrypted } = stackFileFor(open.world, stack);
  const selection = ["--stack", stack, "--config-file", file];
  for (const path of encrypted) {
    const [key, ...names] = path;
    const given = key === `${PREFIX}:${CREDENTIALS}` && names.length === 1;
    say(
      `Pulumi.${stack}.yaml: ${path.join(".")} is encrypted for another backend; ${given ? "another password stands for it here" : "it is left out"}`,
    );
    // What it is does not matter here, only that it stays: nothing on the embedded cluster logs in with it.
    if (given)
      await pulumi(
        open,
        ["config", "set", "--secret", "--path", path.join("."), "--non-interactive", ...selection],
        { input: passwordOfWorld(open.world, path.join(".")) },
      );
  }
  return selection;
}

/** A password that is the same at every run. */
const passwordOfWorld = ({ passphrase }: World, name: string): string =>
  createHmac("sha256", readFileSync(passphrase)).update(name).digest("hex").slice(0, 32);
