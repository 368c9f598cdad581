/** The Secrets with the environment variables of a service that mention a password. */
import { own } from "../../model/graph";
import type { Problem } from "../../model/problems";
import { compact } from "../../model/records";
import { mentionsPassword, referencesOf, type Text } from "../../model/text";
import type { AppContext, PlanContext } from "../context";
import { externalSource } from "../credentials/external-secrets";
import { externalCredentials } from "../credentials/externals";
import { credentialsIn } from "../credentials/secret-text";
import { shortDigest } from "../digest";
import { fillSecret } from "../hosts";
import { directLabels } from "../labels";
import type { SecretPlan, SecretText } from "../plan";

/** Name of the Secret with the variables of a service. The secret store of the cluster fills a second one. */
const secretName = (service: string, isRemote: boolean) => `${service}-env${isRemote ? "-external" : ""}`;

/** An environment variable that mentions a password. */
interface SecretVariable {
  key: string;
  text: Text;
  filled: SecretText;
  /** Whether the secret store of the cluster has its passwords: all, none, or some of them, which is a problem. */
  remote: "all" | "none" | "some";
}

/** The variables of a service that mention a password. */
function secretVariables(context: AppContext, name: string): SecretVariable[] {
  const { settings, application } = context;
  // Without a secret store every password is in the stack.
  const sources = settings.externalSecrets ? externalCredentials(context) : {};
  return Object.entries(own(application.services, name)?.env ?? {}).flatMap(([key, text]) => {
    if (!mentionsPassword(text)) return [];
    const filled = fillSecret(context, text);
    const mentioned = credentialsIn(filled);
    const remote = mentioned.filter((credential) => sources[credential]?.source === "secret store");
    return [
      {
        key,
        text,
        filled,
        remote: remote.length === 0 ? "none" : remote.length === mentioned.length ? "all" : "some",
      },
    ];
  });
}

/** Problems of variables that mention a password of the secret store and one of the stack: neither side can fill them. */
export const mixedSecretProblems = (context: AppContext): Problem[] =>
  // Without a secret store every password is in the stack.
  Object.keys(context.settings.externalSecrets ? context.application.services : {}).flatMap((name) =>
    secretVariables(context, name)
      .filter(({ remote }) => remote === "some")
      .map(({ key, filled }) => ({
        where: `apps/${context.application.name}.ts: service ${name}`,
        what: `${key} mentions ${credentialsIn(filled).join(" and ")}, which are not in one place: some are in flotilla:externalSecrets, others are not`,
        todo: "Make two variables of it, or give the stack the password: pulumi config set --secret --path flotilla:credentials.<name>",
      })),
  );

/** The Secrets of a service, by name: one that the stack fills, and one that the secret store of the cluster fills. */
export function secretsOf(context: PlanContext, name: string): Record<string, SecretPlan> {
  const { settings } = context;
  const variables = secretVariables(context, name);
  const secrets = ["none", "all"].flatMap((remote): [string, SecretPlan][] => {
    const mine = variables.filter((variable) => variable.remote === remote);
    if (mine.length === 0) return [];
    const rotated = mine
      .flatMap(({ text }) => referencesOf(text))
      .filter(({ ref }) => ref === "password")
      .flatMap(({ of }) => own(context.gates, of) ?? []);
    const source =
      remote === "all"
        ? externalSource(
            settings,
            mine.map(({ filled }) => filled),
          )
        : undefined;
    const secret: SecretPlan = {
      owner: name,
      labels: directLabels(context),
      protect: false,
      keys: Object.fromEntries(mine.map(({ key, filled }) => [key, filled])),
      ...compact({ external: source }),
      needs: [...new Set(rotated)],
    };
    return [[secretName(name, remote === "all"), secret]];
  });
  return Object.fromEntries(secrets);
}

/** Digest of the contents of Secrets, by the names of their credentials; undefined if there are none. A new one rolls the pods. */
export const checksumOf = (secrets: readonly SecretPlan[]): string | undefined =>
  secrets.length === 0 ? undefined : shortDigest(secrets.map(({ keys }) => JSON.stringify(keys)).join(""));
