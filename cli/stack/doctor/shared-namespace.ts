/** Checks whether a namespace that others own accepts the planned pods. */
import type { Settings } from "../../../src/config/schema";
import type { Composition } from "../../../src/plan/compose";
import { demandOf } from "../../../src/plan/namespace/demand";
import type { ManifestObject } from "../../core/diff/manifests";
import {
  ENFORCE,
  type LimitRange,
  notAskedFor,
  type Quota,
  refusedByLevel,
  tooLittle,
} from "../../core/namespace-fit";
import { connect, findObject, type ObjectList } from "../kubectl";
import { type Diagnosis, failed, ok } from "./diagnosis";

interface Found {
  metadata: { labels?: Record<string, string> };
}

/** Checks the planned pods against a shared namespace's Pod Security level and quotas. Nothing for the stack's own namespace. */
export async function sharedNamespace(
  settings: Settings,
  { planned, context }: Composition,
  objects: readonly ManifestObject[],
  isDeployed: boolean,
): Promise<Diagnosis[]> {
  const { name, create, prefix } = planned.namespace;
  if (create !== false) return [];
  const kubectl = await connect(settings);
  const found = await findObject<Found>(kubectl, "namespace", name);
  // The check of the namespace itself reports that it is missing.
  if (found === undefined) return [];
  const list = async <T>(kind: string) =>
    (await kubectl.json<ObjectList<T>>(["get", kind, "-n", name])).items;
  const [all, ranges] = await Promise.all([list<Quota>("resourcequotas"), list<LimitRange>("limitranges")]);
  const quotas = all.filter(({ metadata }) => metadata.name !== prefix);
  const level = found.metadata.labels?.[ENFORCE];
  const refused = refusedByLevel(level, objects);
  const lacking = notAskedFor(quotas, ranges, objects);
  const little = tooLittle(quotas, demandOf(context), isDeployed);
  return [
    ...refused.map((what) =>
      failed(
        "pod security",
        `namespace ${name} enforces ${level}, which refuses ${what}`,
        `Ask the owner of the namespace for a level that allows this (label ${ENFORCE}), or use another namespace.`,
      ),
    ),
    ...(refused.length === 0
      ? [ok("pod security", `namespace ${name} enforces ${level ?? "no level"}; all planned pods comply`)]
      : []),
    ...[...lacking, ...little].map(
      (what): Diagnosis => ({
        check: "quota",
        status: "warning",
        found: what,
        todo: `Ask the owner of namespace ${name} for more, or lower the stack's requests and limits.`,
      }),
    ),
    ...(lacking.length + little.length === 0 ? [ok("quota", quotaText(quotas))] : []),
  ];
}

const quotaText = (quotas: readonly Quota[]): string =>
  quotas.length === 0
    ? "the namespace's owner set none"
    : `sufficient: ${quotas.map(({ metadata }) => metadata.name).join(", ")}`;
