/** The objects that Pulumi creates itself, outside releases. */
import { guardRails } from "../../src/plan/namespace/guard-rails";
import type { Plan } from "../../src/plan/plan";
import { groupOf, type ManifestObject } from "../core/diff/manifests";

/** An object, and its resource in a state. */
export interface DirectObject {
  type: string;
  /** Name of the resource. */
  name: string;
  /** The object; a Secret without its values. */
  object: ManifestObject;
}

/** Returns the namespace, the guard rails and the Secrets of a plan. */
export function directObjects(planned: Plan): DirectObject[] {
  const { name } = planned.namespace;
  const { namespace, containerDefaults, isolation, quota } = guardRails(planned.namespace);
  const secrets = Object.entries(planned.secrets)
    .filter(([, { external }]) => external === undefined)
    .map(([secret, { labels, type = "Opaque" }]): [string, ManifestObject] => [
      secret,
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: secret, namespace: name, labels },
        type,
      } as ManifestObject,
    ]);
  const objects = [
    [name, namespace],
    [`${name}-container-defaults`, containerDefaults],
    [`${name}-default-deny`, isolation],
    [`${name}-quota`, quota],
    ...secrets,
  ].filter(([, object]) => object !== undefined) as unknown as [string, ManifestObject][];
  return objects.map(([resource, object]) => ({ type: typeOf(object), name: resource, object }));
}

const typeOf = ({ apiVersion = "", kind = "" }: ManifestObject): string =>
  `kubernetes:${groupOf(apiVersion) === "" ? `core/${apiVersion}` : apiVersion}:${kind}`;
