/** Stacks of the sandbox. */
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import execa from "execa";
import { damageIn, damageText } from "../../cli/stack/damage";
import { DEFAULT_APPLICATION, LOCAL_STACK, PROJECT_NAME } from "../../cli/stack/project";
import { say } from "../../cli/terminal/progress";
import { ToolError } from "../../cli/tools/failure";
import { CREDENTIALS } from "../../src/config/credentials";
import { PREFIX } from "../../src/config/prefix";
import { OWN_PREFIX } from "../../src/plan/labels";
import { nodeKind } from "./cluster/cluster";
import type { World } from "./folders";
import { ensureStack, type OpenWorld, pulumi, stackFileFor } from "./world";

/** Returns the name of an application's stack in the sandbox. */
export const localStackOf = (application: string): string =>
  application === DEFAULT_APPLICATION ? LOCAL_STACK : `${application}-${LOCAL_STACK}`;

/** Returns an error if the state of a stack is damaged or missing, with what to do about it; undefined if it is intact. */
export function lossOf({ state }: World, stack: string): string | undefined {
  const damage = damageIn(join(state, ".pulumi"), PROJECT_NAME, stack);
  return (
    damage &&
    `${damageText(stack, damage)}\n  To restore it in the sandbox: eval "$(npx flotilla sandbox env)", then npx flotilla recover --stack ${stack}`
  );
}

/**
 * Creates the stack if it does not exist; returns the arguments with which pulumi uses it in the sandbox.
 * @throws ToolError if its state is damaged or missing: a new stack would overwrite its backups.
 */
export async function prepareStack(open: OpenWorld, stack: string): Promise<string[]> {
  const loss = lossOf(open.world, stack);
  if (loss !== undefined) throw new ToolError(loss);
  if ((await ensureStack(open, PROJECT_NAME, stack)) && stack.endsWith(LOCAL_STACK))
    await pulumi(open, ["stack", "select", stack], { stdio: "ignore" });
  const { file, encrypted, ingressClass } = stackFileFor(open.world, stack);
  if (ingressClass !== undefined) await provideIngressClass(open, ingressClass);
  const selection = ["--stack", stack, "--config-file", file];
  for (const path of encrypted) {
    const [key, ...names] = path;
    const given = key === `${PREFIX}:${CREDENTIALS}` && names.length === 1;
    say(
      `Pulumi.${stack}.yaml: ${path.join(".")} is encrypted for another backend; ${given ? "the sandbox uses a generated password instead" : "the sandbox ignores it"}`,
    );
    // Any password will do, as long as it stays the same: nothing in the sandbox logs in with it.
    if (given)
      await pulumi(
        open,
        ["config", "set", "--secret", "--path", path.join("."), "--non-interactive", ...selection],
        { input: stablePassword(open.world, path.join(".")) },
      );
  }
  return selection;
}

/**
 * Creates a missing IngressClass: the sandbox has no ingress controller, and updates are refused where it is missing. A cluster that
 * the user has is left as it is.
 */
async function provideIngressClass({ world, environment }: OpenWorld, name: string): Promise<void> {
  if (nodeKind(world) === undefined) return;
  const kubectl = (args: readonly string[], input?: string) =>
    execa("kubectl", args, { env: environment as NodeJS.ProcessEnv, input });
  const { stdout } = await kubectl(["get", "ingressclass", name, "--ignore-not-found", "-o", "name"]);
  if (stdout !== "") return;
  const ingressClass = {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: { name },
    spec: { controller: `${OWN_PREFIX}none` },
  };
  await kubectl(["create", "-f", "-"], JSON.stringify(ingressClass));
}

/** Returns a password that is the same in every run. */
const stablePassword = ({ passphrase }: World, name: string): string =>
  createHmac("sha256", readFileSync(passphrase)).update(name).digest("hex").slice(0, 32);
