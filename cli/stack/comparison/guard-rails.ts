/** The objects that Pulumi manages directly: guard rails and Secrets, as planned and as deployed. */

import type { Application } from "../../../src/model/application";
import { fixedValues } from "../../../src/plan/credentials";
import { externalSecret } from "../../../src/plan/credentials/external-secrets";
import { credentialsIn, fillText } from "../../../src/plan/credentials/secret-text";
import { guardRails } from "../../../src/plan/namespace/guard-rails";
import type { Plan, SecretPlan } from "../../../src/plan/plan";
import type { ManifestObject } from "../../core/diff/manifests";
import { revealed } from "../../core/revealed";
import { type ExportedResource, NAMESPACE, nameOfUrn, PASSWORD, RELEASE } from "../../core/state";

/** The objects of a state with decrypted secrets. */
export const deployedGuardRails = (resources: readonly ExportedResource[]): ManifestObject[] =>
  resources
    .filter(({ type }) => type.startsWith("kubernetes:") && type !== RELEASE)
    .map(({ inputs }) => revealed(inputs) as ManifestObject);

/** The objects of a plan. `given` are the passwords in the stack's settings. */
export function plannedGuardRails(
  planned: Plan,
  application: Application,
  resources: readonly ExportedResource[],
  given: Readonly<Record<string, string>>,
): ManifestObject[] {
  const { namespace, ...inside } = guardRails(planned.namespace);
  // A namespace that others own now stays in the state unchanged.
  const deployed = deployedGuardRails(resources.filter(({ type }) => type === NAMESPACE));
  const around = planned.namespace.create === false ? deployed : [namespace];
  const values = {
    ...generatedValues(resources),
    ...fixedValues(application, planned.credentials),
    ...given,
  };
  const secrets = Object.entries(planned.secrets).map(([name, secret]) =>
    secret.external
      ? (externalSecret(name, planned.namespace.name, secret, secret.external) as ManifestObject)
      : secretObject(name, planned.namespace.name, secret, values),
  );
  return [...([...around, ...Object.values(inside)] as ManifestObject[]), ...secrets];
}

function secretObject(
  name: string,
  namespace: string,
  { labels, type = "Opaque", keys }: SecretPlan,
  values: Readonly<Record<string, string>>,
): ManifestObject {
  const data = Object.entries(keys).map(([key, text]) => {
    const isKnown = credentialsIn(text).every((credential) => values[credential] !== undefined);
    // A password that is yet to be generated differs from any other value.
    return [key, isKnown ? Buffer.from(fillText(text, values), "utf8").toString("base64") : null];
  });
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, labels },
    type,
    data: Object.fromEntries(data),
  } as ManifestObject;
}

/** The generated passwords in a state, by name. */
export const generatedValues = (resources: readonly ExportedResource[]): Record<string, string> =>
  Object.fromEntries(
    resources.flatMap(({ type, urn, outputs }) => {
      if (type !== PASSWORD) return [];
      const { result } = revealed(outputs) as { result?: string };
      return result === undefined ? [] : [[nameOfUrn(urn), result]];
    }),
  );
