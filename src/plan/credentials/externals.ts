/** What services log in to externals with, and images are pulled with: passwords that somebody else made. */
import type { Settings } from "../../config/schema";
import type { Application } from "../../model/application";
import { own } from "../../model/graph";
import { suggest } from "../../model/nearest";
import type { Problem } from "../../model/problems";
import type { AppContext } from "../context";
import { directLabels } from "../labels";
import type { CredentialPlan, SecretPlan, SecretText } from "../plan";
import { externalSource, remoteKey } from "./external-secrets";
import { generatedPassword } from "./passwords";

/** Name of the credential of an external's account. */
export const externalCredential = (external: string, account: string): string => `${external}-${account}`;

/** The credentials of all accounts of externals, as the inventory describes them. */
export const accountCredentials = ({ externals = {} }: Application): string[] =>
  Object.entries(externals).flatMap(([name, { accounts }]) =>
    Object.keys(accounts ?? {}).map((account) => externalCredential(name, account)),
  );

/** The credentials of the externals that are used: given to the stack, or made for a stand-in. */
export function externalCredentials({ application, settings }: AppContext): Record<string, CredentialPlan> {
  const used = new Set(Object.values(application.services).flatMap(({ uses }) => uses ?? []));
  const credentials = Object.entries(application.externals ?? {})
    .filter(([name]) => used.has(name))
    .flatMap(([name, { accounts }]) =>
      Object.keys(accounts ?? {}).map((account): [string, CredentialPlan] => [
        externalCredential(name, account),
        own(application.services, name)
          ? generatedPassword(false)
          : madeByOthers(settings, externalCredential(name, account)),
      ]),
    );
  return Object.fromEntries(credentials);
}

/** The credential of a registry. */
const registryCredential = (registry: string): string => `registry-${registry}`;

/** Name of the Secret to pull images of a registry with: what the cluster fills is another one than what the stack does. */
const registrySecret = (settings: Settings, registry: string): string =>
  remoteKey(settings, registryCredential(registry)) === undefined
    ? `registry-${registry}`
    : `registry-${registry}-external`;

/** The Secrets that every pod's images are pulled with. */
export const pullSecretsOf = (settings: Settings): string[] =>
  Object.keys(settings.registries).map((name) => registrySecret(settings, name));

/** The Secrets that the images of stores and of their Jobs are pulled with: some may be others' own. */
export const storePullSecretsOf = (settings: Settings): string[] => [
  ...pullSecretsOf(settings),
  ...settings.storeImages.pullSecrets,
];

export function registryCredentials(settings: Settings): Record<string, CredentialPlan> {
  return Object.fromEntries(
    Object.keys(settings.registries).map((name) => [
      registryCredential(name),
      madeByOthers(settings, registryCredential(name)),
    ]),
  );
}

/** A password of others: the stack was given it, or the cluster reads it. */
function madeByOthers(settings: Settings, credential: string): CredentialPlan {
  const key = remoteKey(settings, credential);
  return key === undefined ? { source: "stack" } : { source: "secret store", key };
}

export function registrySecrets(context: AppContext): Record<string, SecretPlan> {
  const { settings } = context;
  const secrets = Object.entries(settings.registries).map(([name, { server, username }]) => {
    const login = `{"auths":{${JSON.stringify(server)}:{"username":${JSON.stringify(username)},"password":`;
    const text: SecretText = [login, { credential: registryCredential(name), encoding: "json" }, "}}}"];
    const isRemote = remoteKey(settings, registryCredential(name)) !== undefined;
    const plan: SecretPlan = {
      owner: name,
      labels: directLabels(context),
      protect: false,
      type: "kubernetes.io/dockerconfigjson",
      keys: { ".dockerconfigjson": text },
      ...(isRemote ? { external: externalSource(settings, [text]) } : {}),
    };
    return [registrySecret(settings, name), plan] as const;
  });
  return Object.fromEntries(secrets);
}

/** Passwords that are wanted and not there, and some that nothing wants. */
export function credentialProblems(context: AppContext): Problem[] {
  const { declared, settings } = context;
  const wanted = { ...externalCredentials(context), ...registryCredentials(settings) };
  const missing = Object.keys(wanted).filter(
    (name) => wanted[name]?.source === "stack" && !settings.credentials.includes(name),
  );
  const known = [...Object.keys(registryCredentials(settings)), ...accountCredentials(declared)];
  const twice = known.filter((name, index) => known.indexOf(name) !== index);
  return [
    ...twice.map((name) => ({
      where: `flotilla:credentials.${name}`,
      what: "a registry and an account of an external would take the same password",
      todo: "Rename the registry.",
    })),
    ...missing.map((name) => ({
      where: `flotilla:credentials.${name}`,
      what: "the password is missing: somebody else made it, so it cannot be generated",
      todo: `Run: pulumi config set --secret --path flotilla:credentials.${name} (it asks for the value), or say in flotilla:externalSecrets where the cluster reads it.`,
    })),
    ...settings.credentials
      .filter((name) => !known.includes(name))
      .map((name) => ({
        where: `flotilla:credentials.${name}`,
        what: "nothing takes a password of this name",
        todo: suggest(name, known),
      })),
  ];
}
