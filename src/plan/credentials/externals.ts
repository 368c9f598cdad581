/** Passwords that are not generated: for externals and registries. */
import type { Settings } from "../../config/schema";
import type { Application } from "../../model/application";
import { own, programsOf } from "../../model/graph";
import { suggest } from "../../model/nearest";
import type { Problem } from "../../model/problems";
import type { AppContext } from "../context";
import { directLabels } from "../labels";
import type { CredentialPlan, SecretPlan, SecretText } from "../plan";
import { secretCredential } from "./application-secrets";
import { externalSource, givenCredential, remoteKey } from "./external-secrets";
import { generatedPassword } from "./passwords";

/** Returns the name of the credential of an external's account. */
export const externalCredential = (external: string, account: string): string => `${external}-${account}`;

/** Returns the names of the credentials of all accounts of externals. */
export const accountCredentials = ({ externals = {} }: Application): string[] =>
  Object.entries(externals).flatMap(([name, { accounts }]) =>
    Object.keys(accounts ?? {}).map((account) => externalCredential(name, account)),
  );

/** Returns the credentials of the externals that services and tasks use. Credentials of stand-ins are generated. */
export function externalCredentials({ application, settings }: AppContext): Record<string, CredentialPlan> {
  const used = new Set(Object.values(programsOf(application)).flatMap(({ uses }) => uses ?? []));
  const credentials = Object.entries(application.externals ?? {})
    .filter(([name]) => used.has(name))
    .flatMap(([name, { accounts }]) =>
      Object.keys(accounts ?? {}).map((account): [string, CredentialPlan] => [
        externalCredential(name, account),
        own(application.services, name)
          ? generatedPassword(false)
          : givenCredential(settings, externalCredential(name, account)),
      ]),
    );
  return Object.fromEntries(credentials);
}

/** Returns the name of the credential of a registry. */
const registryCredential = (registry: string): string => `registry-${registry}`;

/** Returns the name of the pull Secret of a registry. A Secret from the secret store has another name. */
const registrySecret = (settings: Settings, registry: string): string =>
  remoteKey(settings, registryCredential(registry)) === undefined
    ? `registry-${registry}`
    : `registry-${registry}-external`;

/** Returns the names of the pull Secrets of all pods. */
export const pullSecretsOf = (settings: Settings): string[] =>
  Object.keys(settings.registries).map((name) => registrySecret(settings, name));

/** Returns the names of the pull Secrets of stores and their Jobs, including Secrets that Flotilla does not create. */
export const storePullSecretsOf = (settings: Settings): string[] => [
  ...pullSecretsOf(settings),
  ...settings.storeImages.pullSecrets,
];

/** Returns the credentials of the registries. */
export function registryCredentials(settings: Settings): Record<string, CredentialPlan> {
  return Object.fromEntries(
    Object.keys(settings.registries).map((name) => [
      registryCredential(name),
      givenCredential(settings, registryCredential(name)),
    ]),
  );
}

/** Plans the pull Secrets of the registries. */
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

/** Reports passwords that are missing, unused, or needed for two purposes. */
export function credentialProblems(context: AppContext): Problem[] {
  const { declared, settings } = context;
  const needed = { ...externalCredentials(context), ...registryCredentials(settings) };
  const missing = Object.keys(needed).filter(
    (name) => needed[name]?.source === "stack" && !settings.credentials.includes(name),
  );
  const known = [
    ...Object.keys(registryCredentials(settings)),
    ...accountCredentials(declared),
    ...Object.keys(declared.secrets ?? {}).map(secretCredential),
  ];
  const twice = known.filter((name, index) => known.indexOf(name) !== index);
  return [
    ...twice.map((name) => ({
      where: `flotilla:credentials.${name}`,
      what: "a registry and an account of an external have the same credential name",
      todo: "Rename the registry.",
    })),
    ...missing.map((name) => ({
      where: `flotilla:credentials.${name}`,
      what: "the password is missing, and cannot be generated because others created it",
      todo: `Run: pulumi config set --secret --path flotilla:credentials.${name} (it asks for the value), or set flotilla:externalSecrets to read it from a secret store.`,
    })),
    ...settings.credentials
      .filter((name) => !known.includes(name))
      .map((name) => ({
        where: `flotilla:credentials.${name}`,
        what: "no account, registry or secret uses a password with this name",
        todo: suggest(name, known),
      })),
  ];
}
