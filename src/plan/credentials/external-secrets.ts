/** Secrets that the External Secrets Operator creates from the stack's secret store. */
import type { Settings } from "../../config/schema";
import type { CredentialPlan, ExternalSecretPlan, SecretPlan, SecretText } from "../plan";
import { ENCODERS } from "./encodings";
import { credentialsInAll } from "./secret-text";

/** Returns the key of a password in the secret store. Undefined if the stack's config has the password. */
export const remoteKey = (settings: Settings, credential: string): string | undefined =>
  settings.externalSecrets === undefined || settings.credentials.includes(credential)
    ? undefined
    : `${settings.externalSecrets.path}/${credential}`;

/** Returns a credential that is not generated: it comes from the stack's config or from the secret store. */
export function givenCredential(settings: Settings, credential: string): CredentialPlan {
  const key = remoteKey(settings, credential);
  return key === undefined ? { source: "stack" } : { source: "secret store", key };
}

/** Returns the source of a Secret with these texts. All credentials in them must be in the secret store. */
export function externalSource(
  { externalSecrets }: Settings,
  texts: readonly SecretText[],
): ExternalSecretPlan | undefined {
  if (!externalSecrets) return undefined;
  const { store, path, refreshInterval } = externalSecrets;
  const keys = credentialsInAll(texts).map((credential) => [credential, `${path}/${credential}`]);
  return { store, refreshInterval, keys: Object.fromEntries(keys) };
}

/** Returns the ExternalSecret from which the operator creates a Secret. */
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

/** Converts a text to a template for the operator: a Go template with sprig functions. */
function templateOf(text: SecretText): string {
  return text
    .map((part) => {
      // Braces in the text would be read as template syntax.
      if (typeof part === "string") return /[{}]/.test(part) ? `{{ ${JSON.stringify(part)} }}` : part;
      return `{{ index . ${JSON.stringify(part.credential)}${part.encoding === undefined ? "" : ENCODERS[part.encoding].template} }}`;
    })
    .join("");
}
