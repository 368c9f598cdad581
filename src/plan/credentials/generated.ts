/** The generated passwords of a planned store. */
import { accountsRelease } from "../../model/names";
import type { Plan, SecretPlan } from "../plan";
import { credentialsIn } from "./secret-text";

/** Returns the Secrets with a store's passwords: its own, and the one of the Job that creates its accounts. */
export const secretsOfStore = ({ secrets }: Pick<Plan, "secrets">, store: string): [string, SecretPlan][] =>
  Object.entries(secrets).filter(([, { owner }]) => owner === store || owner === accountsRelease(store));

/** Returns the names of the generated passwords in a Secret. */
export const generatedIn = (
  { credentials }: Pick<Plan, "credentials">,
  { keys }: Pick<SecretPlan, "keys">,
): string[] =>
  Object.values(keys)
    .flatMap(credentialsIn)
    .filter((name) => credentials[name]?.source === "generated");

/** Returns the names of all generated passwords of a store. */
export const passwordsOfStore = (planned: Pick<Plan, "secrets" | "credentials">, store: string): string[] => [
  ...new Set(secretsOfStore(planned, store).flatMap(([, secret]) => generatedIn(planned, secret))),
];
