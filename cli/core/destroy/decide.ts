/** What a destroy deletes and what it keeps: pure decisions. */

import { amountOf } from "../../../src/model/quantity";
import { compact } from "../../../src/model/records";
import type { HeldClaim, HeldObject, Holdings } from "../../stack/holdings";
import { releaseOf } from "../explain/facts";
import { type ReleaseStatus, releaseStatuses } from "../release-status";
import {
  deployedOf,
  type ExportedResource,
  isRetained,
  kindOfType,
  NAMESPACE,
  nameOfUrn,
  PASSWORD,
  RELEASE,
  resourceText,
  SECRET,
  STACK,
} from "../state";

/** The annotation that Helm puts on objects it installs. */
const RELEASE_NAME = "meta.helm.sh/release-name";

export interface Destruction {
  namespaces: NamespaceFate[];
  releases: ReleaseFate[];
  secrets: string[];
  /** Secrets of stores that stay with the volume claims in a namespace that stays. */
  secretsLeft: string[];
  passwords: string[];
  /** Everything else that Pulumi deletes, as `NetworkPolicy shop-default-deny`. */
  rest: string[];
  claims: ClaimFate[];
  /** Objects that are deleted with a namespace although they are not part of the stack. */
  foreign: string[];
  /** URNs of resources that the cluster no longer has and Pulumi would fail to delete. */
  gone: string[];
}

export interface NamespaceFate {
  name: string;
  /**
   * `goes`: the stack created it. `stays`: others created or own it. `gone`: it is not in the cluster.
   * `recreated`: its UID differs from the one that the stack created, so nothing may be deleted.
   */
  fate: "goes" | "stays" | "gone" | "recreated";
}

export interface ReleaseFate {
  name: string;
  kind: ReleaseStatus["kind"] | "release";
  pods: { ready: number; wanted: number };
  /** Whether Helm no longer has it. */
  isGone: boolean;
}

export interface ClaimFate {
  claim: string;
  namespace: string;
  /** As a Kubernetes quantity; "?" if the claim has no size. */
  size: string;
  /** The store or other release that it belongs to. */
  of?: string;
  /** Whether that release is part of the stack. */
  isOwn: boolean;
  /** The PersistentVolume; undefined while the claim is unbound. */
  volume?: string;
  /** The volume's reclaim policy; undefined if it cannot be read. */
  policy?: string;
  /** `deleted`: the data is lost. `retained`: the volume stays. `stays`: the claim stays. `empty`: it never had a volume. */
  fate: "deleted" | "retained" | "stays" | "empty";
}

/** Whether a state has no resources apart from the stack itself. */
export const isEmpty = (resources: readonly ExportedResource[]): boolean =>
  resources.every(({ type }) => type === STACK);

/** The namespaces of a state, with the names of the releases in each. */
export function namespacesOf(resources: readonly ExportedResource[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const resource of resources) {
    const namespace = resource.type === NAMESPACE ? nameIn(resource) : namespaceIn(resource);
    if (namespace === undefined) continue;
    const releases = found.get(namespace) ?? [];
    found.set(namespace, resource.type === RELEASE ? [...releases, releaseIn(resource)] : releases);
  }
  return found;
}

/** Decides what a destroy does. `holdings`: the contents of each namespace of `namespacesOf`. */
export function decide(resources: readonly ExportedResource[], holdings: readonly Holdings[]): Destruction {
  const owned = namespacesOf(resources);
  const namespaces = holdings.map(
    (holding): NamespaceFate => ({
      name: holding.namespace,
      fate: namespaceFate(resources, holding),
    }),
  );
  const goes = (namespace: string) =>
    namespaces.some(({ name, fate }) => name === namespace && fate === "goes");
  const stays = (namespace: string | undefined) =>
    namespaces.some(({ name, fate }) => name === namespace && fate === "stays");
  const isLeft = (resource: ExportedResource) =>
    resource.retainOnDelete === true && stays(namespaceIn(resource));
  return {
    namespaces,
    releases: holdings.flatMap((holding) =>
      releaseFates(resources, holding, owned.get(holding.namespace) ?? []),
    ),
    secrets: namesOf(
      resources.filter((resource) => !isLeft(resource)),
      SECRET,
    ),
    secretsLeft: namesOf(resources.filter(isLeft), SECRET),
    passwords: namesOf(resources, PASSWORD),
    rest: resources.filter(isRest).map(resourceText).sort(),
    claims: holdings.flatMap((holding) =>
      claimFates(resources, holding, owned.get(holding.namespace) ?? [], goes(holding.namespace)),
    ),
    foreign: holdings
      .filter(({ namespace }) => goes(namespace))
      .flatMap((holding) => foreignIn(resources, holding, owned.get(holding.namespace) ?? [])),
    gone: holdings.flatMap((holding) => goneIn(resources, holding)),
  };
}

/** The releases in the order of `flotilla status`; releases that no Flotilla component deployed come last. */
function releaseFates(
  resources: readonly ExportedResource[],
  { live, workloads, missing }: Holdings,
  releases: readonly string[],
): ReleaseFate[] {
  const statuses = releaseStatuses(resources, live, workloads).filter(({ release }) =>
    releases.includes(release),
  );
  const isListed = (name: string) => statuses.some(({ release }) => release === name);
  return [
    ...statuses.map(({ release, kind, pods }) => ({
      name: release,
      kind: kind === "unknown" ? ("release" as const) : kind,
      pods,
      isGone: missing.includes(release),
    })),
    ...releases
      .filter((name) => !isListed(name))
      .map((name) => ({
        name,
        kind: "release" as const,
        pods: { ready: 0, wanted: 0 },
        isGone: missing.includes(name),
      })),
  ];
}

function namespaceFate(
  resources: readonly ExportedResource[],
  { namespace, uid }: Holdings,
): NamespaceFate["fate"] {
  const known = resources.find((resource) => resource.type === NAMESPACE && nameIn(resource) === namespace);
  if (uid === undefined) return "gone";
  if (known === undefined) return "stays";
  const knownUid = metadataOf(known.outputs).uid;
  if (knownUid !== undefined && knownUid !== uid) return "recreated";
  return isRetained(known) ? "stays" : "goes";
}

const namesOf = (resources: readonly ExportedResource[], of: string): string[] =>
  resources.flatMap(({ type, urn }) => (type === of ? [nameOfUrn(urn)] : [])).sort();

/** Whether Pulumi deletes it and no other list has it. Components and providers exist in the state only. */
const isRest = ({ type }: ExportedResource): boolean =>
  !/^(pulumi:|flotilla:)/.test(type) && ![RELEASE, SECRET, PASSWORD, NAMESPACE].includes(type);

function claimFates(
  resources: readonly ExportedResource[],
  { namespace, claims, volumes }: Holdings,
  releases: readonly string[],
  namespaceGoes: boolean,
): ClaimFate[] {
  const deployed = deployedOf(resources);
  const stores = Object.keys(deployed).filter((name) => deployed[name]?.kind === "store");
  return claims
    .map((claim): ClaimFate => {
      const { name } = claim.metadata;
      const of = releaseOf(claim.metadata) ?? storeByName(name, stores);
      const volume = claim.spec?.volumeName;
      const policy = volumes?.find(({ metadata }) => metadata.name === volume)?.spec
        ?.persistentVolumeReclaimPolicy;
      const isDeleted = namespaceGoes || goesWithRelease(claim, releases);
      return compact({
        claim: name,
        namespace,
        size: claim.status?.capacity?.storage ?? claim.spec?.resources?.requests?.storage ?? "?",
        of,
        isOwn: of !== undefined && releases.includes(of),
        volume,
        policy,
        fate: isDeleted ? claimFate(volume, policy) : "stays",
      });
    })
    .sort((a, b) => Number(b.isOwn) - Number(a.isOwn) || a.claim.localeCompare(b.claim));
}

/** A volume whose policy cannot be read counts as deleted: it may be. */
function claimFate(volume: string | undefined, policy: string | undefined): ClaimFate["fate"] {
  if (volume === undefined) return "empty";
  return policy === "Retain" ? "retained" : "deleted";
}

/** Kubernetes names the claims of a StatefulSet `<template>-<StatefulSet>-<number>`. */
const storeByName = (claim: string, stores: readonly string[]): string | undefined =>
  stores.find((store) => new RegExp(`-${store}(-[a-z]+)?-[0-9]+$`).test(claim));

/** Whether a claim is deleted with a release of the stack, even in a namespace that stays. */
function goesWithRelease({ metadata }: HeldClaim, releases: readonly string[]): boolean {
  const { annotations = {}, ownerReferences = [] } = metadata;
  const isHelms =
    releases.includes(annotations[RELEASE_NAME] ?? "") && annotations["helm.sh/resource-policy"] !== "keep";
  // A StatefulSet with the retention policy Delete owns its claims.
  return isHelms || (ownerReferences.length > 0 && releases.includes(releaseOf(metadata) ?? ""));
}

/** Objects that Kubernetes creates in every namespace. */
const BUILT_IN = ["ConfigMap kube-root-ca.crt"];

function foreignIn(
  resources: readonly ExportedResource[],
  { live, objects }: Holdings,
  releases: readonly string[],
): string[] {
  const others = Object.keys(live).filter((name) => !releases.includes(name));
  const known = new Set(
    resources.map(({ type, inputs }) => `${kindOfType(type)} ${metadataOf(inputs).name}`),
  );
  const loose = objects.filter((object) => {
    const { annotations = {}, labels = {}, ownerReferences = [], name } = object.metadata;
    const identity = `${object.kind} ${name}`;
    if (ownerReferences.length > 0 || known.has(identity) || BUILT_IN.includes(identity)) return false;
    // Older clusters create a token Secret for each ServiceAccount.
    if (annotations["kubernetes.io/service-account.name"] !== undefined) return false;
    const release = annotations[RELEASE_NAME];
    if (release !== undefined) return !releases.includes(release) && !others.includes(release);
    // Helm does not annotate hooks.
    const isHook = labels["app.kubernetes.io/managed-by"] === "Helm";
    return !(isHook && releases.includes(releaseOf(object.metadata) ?? ""));
  });
  return [
    ...others.map((name) => `Helm release ${name}`).sort(),
    ...loose.map((object: HeldObject) => `${object.kind} ${object.metadata.name}`).sort(),
  ];
}

/** Everything in a missing namespace, and releases that Helm has no record of: deleting those fails with "Release not loaded". */
const goneIn = (resources: readonly ExportedResource[], { namespace, uid, missing }: Holdings): string[] =>
  resources
    .filter((resource) => {
      if (uid === undefined)
        return resource.type === NAMESPACE
          ? nameIn(resource) === namespace
          : namespaceIn(resource) === namespace;
      return (
        resource.type === RELEASE &&
        namespaceIn(resource) === namespace &&
        missing.includes(releaseIn(resource))
      );
    })
    .map(({ urn }) => urn);

/** The number of claims whose data is lost and their total size, as `3 GiB`; claims of unknown size count as 0. */
export function lossOf(claims: readonly ClaimFate[]): { count: number; size: string } {
  const lost = claims.filter(({ fate }) => fate === "deleted");
  const bytes = lost.reduce((sum, { size }) => sum + (amountOf(size) || 0), 0);
  return { count: lost.length, size: sizeText(bytes) };
}

function sizeText(bytes: number): string {
  const unit = bytes >= 2 ** 40 ? "TiB" : bytes >= 2 ** 30 ? "GiB" : "MiB";
  const amount = bytes / { TiB: 2 ** 40, GiB: 2 ** 30, MiB: 2 ** 20 }[unit];
  return `${Number(amount.toFixed(1))} ${unit}`;
}

const metadataOf = (from: Record<string, unknown> | undefined) =>
  (from?.metadata ?? {}) as { name?: string; namespace?: string; uid?: string };

const nameIn = ({ inputs, outputs }: ExportedResource): string | undefined =>
  metadataOf(outputs).name ?? metadataOf(inputs).name;

const releaseIn = ({ inputs }: ExportedResource): string => String(inputs?.name);

/** The namespace that an object or a release of a state is in. */
function namespaceIn({ type, inputs }: ExportedResource): string | undefined {
  if (!type.startsWith("kubernetes:")) return undefined;
  return type === RELEASE
    ? (inputs?.namespace as string | undefined)
    : (metadataOf(inputs).namespace as string | undefined);
}
