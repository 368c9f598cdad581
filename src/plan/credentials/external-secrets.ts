/** Passwords that are read in the cluster, from the secret store that the stack names (External Secrets Operator). */
import type { Settings } from "../../config/schema";
import type { ExternalSecretPlan, SecretPlan, SecretText } from "../plan";
import { credentialsInAll } from "./secret-text";

/** Where a password is in the secret store, or undefined where the stack itself was given it. */
export const remoteKey = (settings: Settings, credential: string): string | undefined =>
  settings.externalSecrets === undefined || settings.credentials.includes(credential)
    ? undefined
    : `${settings.externalSecrets.path}/${credential}`;

/** From where the operator fills a Secret with these texts. Every credential in them is in the secret store. */
export function externalSource(
  { externalSecrets }: Settings,
  texts: readonly SecretText[],
): ExternalSecretPlan | undefined {
  if (!externalSecrets) return undefined;
  const { store, path, refreshInterval } = externalSecrets;
  const keys = credentialsInAll(texts).map((credential) => [credential, `${path}/${credential}`]);
  return { store, refreshInterval, keys: Object.fromEntries(keys) };
}

/** The object that makes a Secret in the cluster. */
export function externalSecret(
  name: string,
  namespace: string,
  { keys, labels, type }: SecretPlan,
  source: ExternalSecretPlan,
) {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name, namespace, labels },
    spec: {
      refreshInterval: source.refreshInterval,
      secretStoreRef: source.store,
      target: {
        name,
        creationPolicy: "Owner",
        template: {
          engineVersion: "v2",
          type: type ?? "Opaque",
          metadata: { labels },
          data: Object.fromEntries(Object.entries(keys).map(([key, text]) => [key, templateOf(text)])),
        },
      },
      data: Object.entries(source.keys).map(([secretKey, key]) => ({ secretKey, remoteRef: { key } })),
    },
  };
}

/** A text as the operator's template writes it (Go's, with the functions of sprig). */
function templateOf(text: SecretText): string {
  return text
    .map((part) => {
      // A brace beside a brace of the template would be read as a part of it.
      if (typeof part === "string") return /[{}]/.test(part) ? `{{ ${JSON.stringify(part)} }}` : part;
      return `{{ index . ${JSON.stringify(part.credential)}${FUNCTIONS[part.encoding ?? "none"]} }}`;
    })
    .join("");
}

/** `urlquery` writes a space as +, which only a query may have. */
const FUNCTIONS = { none: "", uri: ' | urlquery | replace "+" "%20"', json: " | toJson" };
