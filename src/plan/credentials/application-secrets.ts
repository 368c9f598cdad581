/** The secrets of an application: values that belong to no account. They are generated, or the stack or its secret store has them. */
import type { Application } from "../../model/application";
import { variablesOfPod } from "../../model/containers";
import { own, programsOf } from "../../model/graph";
import type { Problem } from "../../model/problems";
import { compact } from "../../model/records";
import { type Secret, shapeOfSecret } from "../../model/secrets";
import type { Program } from "../../model/task";
import { isText, referencesOf } from "../../model/text";
import type { AppContext, PlanContext } from "../context";
import type { CredentialPlan, CredentialText } from "../plan";
import { givenCredential } from "./external-secrets";

/** Returns the name of a secret's value of the first generation, which is also its name in `flotilla:credentials`. */
export const secretCredential = (secret: string): string => `secret-${secret}`;

/** Returns the name of a generated value. */
const generatedName = (secret: string, generation: number): string =>
  generation === 1 ? secretCredential(secret) : `${secretCredential(secret)}-${generation}`;

/** Returns the generation of a generated value. Undefined if it is not a value of the secret. */
export function generationOfName(secret: string, credential: string): number | undefined {
  const prefix = secretCredential(secret);
  if (credential === prefix) return 1;
  const number = credential.startsWith(`${prefix}-`) ? credential.slice(prefix.length + 1) : "";
  return /^[1-9][0-9]*$/.test(number) ? Number(number) : undefined;
}

/** Whether the stack or its secret store has the value of a secret, instead of a generated one. */
export const isGivenSecret = (
  { settings }: Pick<AppContext, "settings">,
  name: string,
  secret: Secret,
): boolean =>
  secret.given === true ||
  own(settings.secrets, name)?.given === true ||
  settings.credentials.includes(secretCredential(name));

const generationOf = ({ settings }: Pick<AppContext, "settings">, name: string): number =>
  own(settings.secrets, name)?.generation ?? 1;

/** Returns a secret as part of a text. */
export function secretText(context: AppContext, name: string): CredentialText {
  const secret = own(context.declared.secrets ?? {}, name);
  const generation = generationOf(context, name);
  if (!secret) throw new Error(`secret ${name} is not declared`);
  return isGivenSecret(context, name, secret)
    ? compact({ credential: secretCredential(name), generation: generation > 1 ? generation : undefined })
    : { credential: generatedName(name, generation) };
}

const generatedValue = (secret: Secret, protect: boolean): CredentialPlan => ({
  source: "generated",
  ...shapeOfSecret(secret),
  protect,
});

/** Returns the values that texts of services and tasks use. A given secret that none of them uses needs no value. */
export function secretCredentials(context: AppContext): Record<string, CredentialPlan> {
  const used = usedSecrets(Object.values(programsOf(context.application)));
  return Object.fromEntries(
    Object.entries(context.declared.secrets ?? {}).flatMap(([name, secret]): [string, CredentialPlan][] => {
      const { credential } = secretText(context, name);
      if (isGivenSecret(context, name, secret))
        return used.has(name) ? [[credential, givenCredential(context.settings, credential)]] : [];
      return [[credential, generatedValue(secret, true)]];
    }),
  );
}

/**
 * Returns the deployed values of other generations. They stay in the state, so that a lower generation, or a rollback, has the old
 * value again. Only the current value is protected: its removal is refused until the settings allow it.
 */
export function otherGenerations(context: PlanContext): Record<string, CredentialPlan> {
  const { declared, deployedGuarded } = context;
  const current = secretCredentials(context);
  return Object.fromEntries(
    Object.entries(declared.secrets ?? {}).flatMap(([name, secret]) => {
      return (deployedGuarded.passwords ?? [])
        .filter((credential) => generationOfName(name, credential) !== undefined && !own(current, credential))
        .map((credential): [string, CredentialPlan] => [credential, generatedValue(secret, false)]);
    }),
  );
}

/** Returns the names of the secrets in the variables and files of a service or task. */
const secretsIn = (program: Program): string[] =>
  [...Object.values(variablesOfPod(program)), ...Object.values(program.files ?? {})]
    .filter(isText)
    .flatMap(referencesOf)
    .flatMap(({ ref, of }) => (ref === "secret" ? [of] : []));

/** Returns the services whose variables or files contain a secret. */
export const servicesWithSecret = ({ services }: Application, name: string): string[] =>
  Object.entries(services).flatMap(([service, described]) =>
    secretsIn(described).includes(name) ? [service] : [],
  );

const usedSecrets = (programs: readonly Program[]): Set<string> => new Set(programs.flatMap(secretsIn));

/** Reports missing values, settings that contradict each other, and values with the name of another password. */
export function secretProblems(context: AppContext, others: Record<string, CredentialPlan>): Problem[] {
  const { declared, settings } = context;
  const names = Object.keys(declared.secrets ?? {});
  const planned = secretCredentials(context);
  return [
    ...names
      .filter((name) => own(others, secretCredential(name)) !== undefined)
      .map((name) => ({
        where: `apps/${declared.name}.ts: secret ${name}`,
        what: `its value would be named ${secretCredential(name)}, as a password of an account is`,
        todo: "Rename the secret.",
      })),
    ...names
      .map(secretCredential)
      .filter((name) => own(planned, name)?.source === "stack" && !settings.credentials.includes(name))
      .map((name) => ({
        where: `flotilla:credentials.${name}`,
        what: "the value of this secret is missing, and is not generated because others create it",
        todo: `Run: pulumi config set --secret --path flotilla:credentials.${name} (it asks for the value), or set flotilla:externalSecrets to read it from a secret store.`,
      })),
  ];
}

/** Warns about secrets that no service or task of the inventory uses. */
export function unusedSecretWarnings({ declared }: AppContext): string[] {
  const standIns = Object.values(declared.externals ?? {}).flatMap(({ standIn }) => standIn ?? []);
  const used = usedSecrets([...Object.values(programsOf(declared)), ...standIns]);
  return Object.keys(declared.secrets ?? {})
    .filter((name) => !used.has(name))
    .map(
      (name) =>
        `apps/${declared.name}.ts: secret ${name} is declared, but no service or task uses it: remove it, or use secret("${name}") in env or files`,
    );
}

/** Whether a secret can have characters other than letters, digits, `-` and `_`. Only generated ones cannot. */
export function canHaveAnyCharacter(context: AppContext, name: string): boolean {
  const secret = own(context.declared.secrets ?? {}, name);
  return secret !== undefined && isGivenSecret(context, name, secret);
}
