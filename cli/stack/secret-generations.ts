/** Generations of an application's secrets, in settings and states. */
import { PREFIX } from "../../src/config/prefix";
import type { StackSettings } from "../../src/config/settings";
import { own } from "../../src/model/graph";
import type { Secret } from "../../src/model/secrets";
import { createAppContext } from "../../src/plan/context";
import {
  generationOfName,
  isGivenSecret,
  secretText,
  servicesWithSecret,
} from "../../src/plan/credentials/application-secrets";
import { stateIn } from "../../src/runtime/state";
import { byUrn, failedOf } from "../core/state";
import { say } from "../terminal/progress";
import { ToolError } from "../tools/failure";
import { reachCluster } from "./access";
import { readState } from "./engine";
import { refuseWhatPlanRefuses } from "./generations";

/** The path of a secret's generation in a stack file, in the syntax of `pulumi config`. */
export const secretGenerationKey = (secret: string): string => `${PREFIX}:secrets.${secret}.generation`;

/**
 * Returns the generation to rotate a secret to: the one whose update has not finished, or a new one, if the plan accepts it.
 * `previous` is the one in use; it is not known when a rotation is resumed.
 */
export async function nextSecretGeneration(
  read: StackSettings,
  name: string,
  secret: Secret,
  stack: string,
): Promise<{ generation: number; isNew: boolean; previous?: number }> {
  const { settings } = read;
  const context = createAppContext(read.application, settings);
  const { generation = 1, ...rest } = own(settings.secrets, name) ?? {};
  if (isGivenSecret(context, name, secret)) throw new ToolError(notGenerated(name, generation, stack));
  const resources = await readState(stack);
  // Before the stack file is written: with the wrong cluster, the rotation would stay in it for the next update.
  await reachCluster(settings, stack, resources);
  const { passwords = [] } = stateIn(byUrn(resources)).deployedGuarded;
  const deployed = passwords.flatMap((credential) => generationOfName(name, credential) ?? []);
  if (deployed.length === 0)
    throw new ToolError(
      `secret ${name} is not deployed in stack ${stack}: deploy it first with npx flotilla up --stack ${stack}`,
    );
  const users = servicesWithSecret(context.application, name);
  const failed = failedOf(resources);
  if (
    !passwords.includes(secretText(context, name).credential) ||
    users.some((release) => failed.includes(release))
  ) {
    say(`resuming the rotation of ${name} to generation ${generation}`);
    return { generation, isNew: false };
  }
  // Generations above the current one exist after a return to an earlier value.
  const next = Math.max(generation, ...deployed) + 1;
  const secrets = { ...settings.secrets, [name]: { ...rest, generation: next } };
  refuseWhatPlanRefuses(read, resources, { ...settings, secrets }, stack);
  say(
    `generation ${next} of ${name}: a new value${users.length > 0 ? `, and a restart of ${users.join(", ")}` : ""}`,
  );
  return { generation: next, isNew: true, previous: generation };
}

const notGenerated = (name: string, generation: number, stack: string): string =>
  `secret ${name} is not generated: change its value where it comes from (flotilla:credentials or flotilla:externalSecrets)
  Then restart its services: pulumi config set --path ${secretGenerationKey(name)} ${generation + 1} --stack ${stack} && npx flotilla up --stack ${stack}`;
