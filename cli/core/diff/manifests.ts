/** Kubernetes objects as manifests have them. */
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

/** The objects of a text of manifests. */
export const objectsIn = (manifests: string): ManifestObject[] =>
  (documentsIn(manifests) as (ManifestObject | null)[]).flatMap((object) => object ?? []);

/** Whether an object is more than what a hook, such as `helm test`, makes and deletes. */
export const isDeployed = ({ metadata }: RenderedObject): boolean => !metadata?.annotations?.["helm.sh/hook"];

/** The group of an API version; the core group is an empty text. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? (apiVersion.split("/")[0] as string) : "";

/** What tells an object from all others, whatever version of its API it is written in. */
export const identityOf = ({ apiVersion = "", kind, metadata }: ManifestObject): string =>
  [groupOf(apiVersion), kind, metadata?.name].join("/");

/** Id of an object in a state. */
export const idOf = ({ metadata }: ManifestObject): string =>
  metadata?.namespace === undefined ? String(metadata?.name) : `${metadata.namespace}/${metadata.name}`;

/** As much of an object as kubectl needs to find it. */
export const identity = ({ apiVersion, kind, metadata }: ManifestObject) => ({
  apiVersion,
  kind,
  metadata: { name: metadata?.name, ...compact({ namespace: metadata?.namespace }) },
});
