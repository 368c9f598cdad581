/** Kubernetes objects in manifests. */
import { compact } from "../../../src/model/records";
import type { RenderedObject } from "../../../src/plan/rules";
import { documentsIn } from "./yaml";

export { nameOf } from "../../../src/plan/rules/from-objects";

/** An object of a manifest. */
export interface ManifestObject extends RenderedObject {
  apiVersion?: string;
  metadata?: {
    name?: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
}

/** Parses manifests. */
export const objectsIn = (manifests: string): ManifestObject[] =>
  (documentsIn(manifests) as (ManifestObject | null)[]).flatMap((object) => object ?? []);

/** Whether an object is part of the release and not of a hook such as `helm test`. */
export const isDeployed = ({ metadata }: RenderedObject): boolean => !metadata?.annotations?.["helm.sh/hook"];

/** The group of an API version; empty for the core group. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? (apiVersion.split("/")[0] as string) : "";

/** An object's identity within a release: group, kind and name, but not the API version. */
export const identityOf = ({ apiVersion = "", kind, metadata }: ManifestObject): string =>
  [groupOf(apiVersion), kind, metadata?.name].join("/");

/** The id that an object has in a Pulumi state. */
export const idOf = ({ metadata }: ManifestObject): string =>
  metadata?.namespace === undefined ? String(metadata?.name) : `${metadata.namespace}/${metadata.name}`;

/** The fields that kubectl needs to find an object. */
export const identity = ({ apiVersion, kind, metadata }: ManifestObject) => ({
  apiVersion,
  kind,
  metadata: { name: metadata?.name, ...compact({ namespace: metadata?.namespace }) },
});
