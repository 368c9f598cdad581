/** Finds differences between a stack's cluster and what was deployed. */
import { compareReleases, type ReleaseChange, type ReleaseSide } from "../../core/diff/compare";
import { fieldChanges, pathText } from "../../core/diff/fields";
import type { Addition } from "../../core/diff/managed";
import { isDeployed, type ManifestObject, nameOf, objectsIn } from "../../core/diff/manifests";
import { isChangedByHand, namespaceIn } from "../../core/release-status";
import {
  deployedOf,
  type ExportedResource,
  isShared,
  NAMESPACE,
  RELEASE,
  releasesOf,
  resourcesOf,
} from "../../core/state";
import { ToolError } from "../../tools/failure";
import { accessTo, reachCluster } from "../access";
import { claimsOf, claimsText, readClaims } from "../claims";
import { deployedGuardRails } from "../comparison/guard-rails";
import { RAILS } from "../comparison/renderer";
import { exportState } from "../engine";
import { findObject, type Kubectl } from "../kubectl";
import { decode, type HelmRevision, type LiveRelease, readReleases } from "../releases";
import { type Pair, readPairs } from "./dry-run";

export interface Drift {
  kubectl: Kubectl;
  namespace: string;
  resources: ExportedResource[];
  /** Objects that differ: a correction removes `-` and restores `+`. */
  changes: ReleaseChange[];
  /** Releases that were changed with helm. */
  byHelm: { release: string; revision: number; description: string; values: string[] }[];
  /** Releases that were uninstalled. */
  uninstalled: string[];
  /** The remaining claims of uninstalled stores, as text. If empty, the store starts empty. */
  left: Record<string, string>;
  /** Fields that were added by hand, which Helm would keep. */
  additions: { object: ManifestObject; added: Addition[] }[];
  /** Objects that the API server refuses to restore, and why. */
  refused: { object: string; why: string }[];
  /** The URNs of changed and deleted resources. */
  urns: { changed: string[]; gone: string[] };
}

export const isDrift = ({ changes, byHelm, uninstalled }: Drift): boolean =>
  changes.length + byHelm.length + uninstalled.length > 0;

/** @throws ToolError if nothing of the stack is deployed. */
export async function findDrift(stack: string): Promise<Drift> {
  const access = accessTo(stack);
  const reading = exportState(stack, { secrets: true }).then(resourcesOf);
  const [resources, kubectl] = await Promise.all([reading, reachCluster(access, stack, reading)]);
  const namespace = namespaceIn(resources);
  if (namespace === undefined)
    throw new ToolError(`stack ${stack} has nothing deployed, so nothing can have drifted`);
  const live = await readReleases(kubectl, namespace);
  const deployed = deployedOf(resources);

  const byHelm: Drift["byHelm"] = [];
  const uninstalled: string[] = [];
  const expected: { release: string; kind: string; objects: ManifestObject[] }[] = [
    {
      release: RAILS,
      kind: "stack",
      // Changes of a shared namespace are up to its owner.
      objects: deployedGuardRails(
        isShared(resources) ? resources.filter(({ type }) => type !== NAMESPACE) : resources,
      ),
    },
  ];
  for (const [release, state] of releasesOf(resources)) {
    const installed = live[release];
    if (!installed) {
      uninstalled.push(release);
      continue;
    }
    const revision = await deployedRevision(kubectl, namespace, state, installed);
    if (isChangedByHand(state, installed))
      byHelm.push({
        release,
        revision: installed.newest.revision,
        description: installed.newest.description,
        // Paths only: someone may have set a password as a value.
        values: fieldChanges(state.inputs?.values, installed.newest.values).map(({ path }) => pathText(path)),
      });
    const objects = objectsIn(revision?.manifest ?? "").filter(isDeployed);
    expected.push({ release, kind: deployed[release]?.kind ?? "release", objects });
  }
  const pairs = await readPairs(
    kubectl,
    namespace,
    expected.flatMap(({ objects }) => objects),
  );
  const of = new Map(pairs.map((pair) => [pair.manifest, pair]));
  const sides = expected.map(({ release, kind, objects }) => {
    const own = objects.flatMap((object) => of.get(object) ?? []).filter(isRelevant);
    const side = (side: readonly ManifestObject[]): ReleaseSide => ({ kind, objects: side, about: {} });
    return [
      release,
      side(own.flatMap(({ live }) => live ?? [])),
      side(own.map(({ wanted }) => wanted)),
    ] as const;
  });
  const changes = compareReleases(
    Object.fromEntries(sides.map(([release, is]) => [release, is])),
    Object.fromEntries(sides.map(([release, , should]) => [release, should])),
  );
  return {
    kubectl,
    namespace,
    resources,
    changes,
    byHelm,
    uninstalled,
    left: await leftOf(
      kubectl,
      namespace,
      uninstalled.filter((name) => deployed[name]?.kind === "store"),
    ),
    additions: pairs.flatMap(({ live, added }) =>
      live && added.length > 0 ? [{ object: live, added }] : [],
    ),
    refused: pairs.flatMap(({ manifest, refused }) =>
      refused === undefined ? [] : [{ object: nameOf(manifest), why: refused }],
    ),
    urns: urnsOf(resources, changes, byHelm, uninstalled, pairs),
  };
}

async function leftOf(
  kubectl: Kubectl,
  namespace: string,
  stores: readonly string[],
): Promise<Record<string, string>> {
  if (stores.length === 0) return {};
  const claims = await readClaims(kubectl, namespace);
  return Object.fromEntries(stores.map((store) => [store, claimsText(claimsOf(claims, store))]));
}

/** A deleted Job is not drift: it has run, and its TTL or a user removed it. */
const isRelevant = ({ manifest, live }: Pair): boolean => live !== undefined || manifest.kind !== "Job";

/** The revision that Pulumi deployed, if Helm still has it; else the deployed one. */
async function deployedRevision(
  kubectl: Kubectl,
  namespace: string,
  state: ExportedResource,
  live: LiveRelease,
): Promise<HelmRevision | undefined> {
  if (!isChangedByHand(state, live)) return live.deployed;
  const { revision } = (state.outputs?.status ?? {}) as { revision?: number };
  const name = `sh.helm.release.v1.${live.newest.name}.v${revision}`;
  const secret = await findObject<{ data: { release: string } }>(kubectl, "secret", name, "-n", namespace);
  return secret ? decode(secret.data.release) : live.deployed;
}

function urnsOf(
  resources: readonly ExportedResource[],
  changes: readonly ReleaseChange[],
  byHelm: Drift["byHelm"],
  uninstalled: readonly string[],
  pairs: readonly Pair[],
): Drift["urns"] {
  const releases = new Set([
    ...changes.map(({ release }) => release),
    ...byHelm.map(({ release }) => release),
  ]);
  const rails = new Map(
    (changes.find(({ release }) => release === RAILS)?.objects ?? []).map(({ kind, name, change }) => [
      `${kind} ${name}`,
      change,
    ]),
  );
  const missing = new Set(
    pairs.filter(({ live }) => live === undefined).map(({ manifest }) => nameOf(manifest)),
  );
  const changed: string[] = [];
  const gone: string[] = [];
  for (const { type, urn, inputs } of resources) {
    if (type === RELEASE) {
      const name = String(inputs?.name);
      if (uninstalled.includes(name)) gone.push(urn);
      else if (releases.has(name)) changed.push(urn);
    } else if (type.startsWith("kubernetes:")) {
      const name = nameOf(inputs as ManifestObject);
      if (rails.has(name)) (missing.has(name) ? gone : changed).push(urn);
    }
  }
  return { changed, gone };
}
