/** The effects of a change of an object on pods and volumes, and whether the API server accepts it. */
import { isAtOrBelow } from "../../../src/model/paths";
import { compact } from "../../../src/model/records";
import { type FieldChange, fieldChanges, pathText, valueText } from "./fields";
import { type ManifestObject, nameOf } from "./manifests";

export interface Impact {
  /** Pods that restart, start or stop, and why. */
  pods: PodImpact[];
  /** Effects on volumes and volume claims. */
  storage: string[];
  /** Changes of immutable fields, which the API server refuses. */
  immutable: string[];
}

export interface PodImpact {
  /** Kind and name of the workload. */
  workload: string;
  effect: "restart" | "start" | "stop" | "scale" | "run";
  /** The number of pods, if the object states it. */
  count?: number;
  why: string;
}

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet"];

interface Workload {
  replicas?: number;
  strategy?: { type?: string };
  updateStrategy?: { type?: string };
  template?: unknown;
  volumeClaimTemplates?: { metadata?: { name?: string } }[];
}

export function impactOf(before: ManifestObject | undefined, after: ManifestObject | undefined): Impact {
  return {
    pods: podImpacts(before, after),
    storage: storageImpacts(before, after),
    immutable: before && after ? immutableChanges(before, after) : [],
  };
}

function podImpacts(before: ManifestObject | undefined, after: ManifestObject | undefined): PodImpact[] {
  const object = (after ?? before) as ManifestObject;
  const workload = nameOf(object);
  if (object.kind === "Job") return !before && after ? [{ workload, effect: "run", why: "a new Job" }] : [];
  if (!WORKLOADS.includes(object.kind ?? "")) return [];
  const [old, now] = [specOf(before), specOf(after)];
  if (!before) return [{ workload, effect: "start", ...countOf(now), why: "new" }];
  if (!after) return [{ workload, effect: "stop", ...countOf(old), why: "removed" }];
  const changes = fieldChanges(old.template, now.template);
  const scaled = old.replicas !== now.replicas;
  return [
    ...(scaled
      ? [{ workload, effect: "scale" as const, why: `pods: ${countText(old)} → ${countText(now)}` }]
      : []),
    ...(changes.length > 0 && now.updateStrategy?.type !== "OnDelete"
      ? [{ workload, effect: "restart" as const, ...countOf(now), why: reasons(changes, now) }]
      : []),
  ];
}

const specOf = (object: ManifestObject | undefined): Workload => (object?.spec ?? {}) as Workload;
const countOf = ({ replicas }: Workload): { count?: number } => compact({ count: replicas });
const countText = ({ replicas }: Workload): string =>
  replicas === undefined ? "autoscaled" : String(replicas);

/** Why pods restart, in short. */
function reasons(changes: readonly FieldChange[], { strategy }: Workload): string {
  // This label only repeats the image's tag.
  const substantial = changes.filter(({ path }) => path.at(-1) !== "app.kubernetes.io/version");
  const all = [...new Set((substantial.length > 0 ? substantial : changes).map(reason))];
  const most = all.slice(0, 3).join(", ") + (all.length > 3 ? `, and ${all.length - 3} more` : "");
  return strategy?.type === "Recreate" ? `${most}; the old pods stop before new ones start` : most;
}

function reason({ path, before, after }: FieldChange): string {
  const [, , kind, container, field] = ["template", ...path];
  if (kind === "annotations" && container !== undefined) return annotationReason(container);
  if (kind === "labels" && container !== undefined) return `label ${container}`;
  if (container === undefined || !/ontainers$/.test(kind ?? "")) return pathText(path);
  const of = container.replace(/^\[|\]$/g, "");
  if (field === undefined) return `container ${of} ${before === undefined ? "added" : "removed"}`;
  if (field === "image") return `image ${imageChange(String(before), String(after))}`;
  if (field === "env")
    return path[4] === undefined ? `variables of ${of}` : `variable ${path[4].replace(/^\[|\]$/g, "")}`;
  return `${field} of ${of}`;
}

function annotationReason(annotation: string): string {
  if (annotation === "checksum/config") return "configuration";
  if (annotation === "checksum/secrets") return "secrets";
  return `annotation ${annotation}`;
}

/** `old tag → new tag` if only the tag differs, else the whole images. */
function imageChange(before: string, after: string): string {
  const split = (image: string) => {
    const at = /[:@](?=[^/]*$)/.exec(image)?.index ?? image.length;
    return [image.slice(0, at), image.slice(at + 1)] as const;
  };
  const [[old, oldTag], [now, nowTag]] = [split(before), split(after)];
  return old === now ? `${oldTag} → ${nowTag}` : `${before} → ${after}`;
}

function storageImpacts(before: ManifestObject | undefined, after: ManifestObject | undefined): string[] {
  const object = (after ?? before) as ManifestObject;
  const name = nameOf(object);
  if (object.kind === "PersistentVolumeClaim") {
    if (!before) return [`${name} is created`];
    if (!after)
      return [
        isKept(object)
          ? `${name} stays, with its data; no pod uses it`
          : `${name} is deleted, with its volume unless the volume is retained`,
      ];
    return fieldChanges(before.spec, after.spec).map(
      ({ path, before: old, after: now }) =>
        `${name}: ${pathText(path)} ${valueText(old)} → ${valueText(now)}`,
    );
  }
  if (object.kind !== "StatefulSet") return [];
  const [old, now] = [claims(before), claims(after)];
  if (!before) return now.length > 0 ? [`${name} gets a volume for each pod: ${now.join(", ")}`] : [];
  if (!after)
    return old.length > 0 ? [`${name} is removed; the claims of its pods stay: ${old.join(", ")}`] : [];
  return fieldChanges(specOf(before).volumeClaimTemplates, specOf(after).volumeClaimTemplates).map(
    ({ path, before: old, after: now }) =>
      `${name}: volumeClaimTemplates${pathText(path)} ${valueText(old)} → ${valueText(now)}`,
  );
}

/** Whether Helm keeps an object that is no longer in its release. */
const isKept = ({ metadata }: ManifestObject): boolean =>
  metadata?.annotations?.["helm.sh/resource-policy"] === "keep";

const claims = (object: ManifestObject | undefined): string[] =>
  (specOf(object).volumeClaimTemplates ?? []).map(({ metadata }) => String(metadata?.name));

/**
 * Immutable fields by kind, from the API server's validation (ValidateStatefulSetUpdate and similar functions). Each function
 * returns whether the field at a path is immutable.
 */
const FIXED: Record<string, (path: string, before: ManifestObject) => boolean> = {
  Deployment: (path) => isAtOrBelow(path, "spec.selector"),
  DaemonSet: (path) => isAtOrBelow(path, "spec.selector"),
  StatefulSet: (path) =>
    isAtOrBelow(path, "spec") &&
    ![
      "spec.replicas",
      "spec.ordinals",
      "spec.template",
      "spec.updateStrategy",
      "spec.revisionHistoryLimit",
      "spec.minReadySeconds",
      "spec.persistentVolumeClaimRetentionPolicy",
    ].some((field) => isAtOrBelow(path, field)),
  Job: (path) =>
    ["spec.selector", "spec.template", "spec.completions", "spec.completionMode"].some((field) =>
      isAtOrBelow(path, field),
    ),
  Service: (path) => path === "spec.clusterIP",
  PersistentVolumeClaim: (path) =>
    isAtOrBelow(path, "spec") &&
    !["spec.resources", "spec.volumeAttributesClassName"].some((field) => isAtOrBelow(path, field)),
  Secret: (path, before) =>
    path === "type" ||
    ((before as { immutable?: boolean }).immutable === true && /^(data|stringData|immutable)\b/.test(path)),
  ConfigMap: (path, before) =>
    (before as { immutable?: boolean }).immutable === true && /^(data|binaryData|immutable)\b/.test(path),
  RoleBinding: (path) => isAtOrBelow(path, "roleRef"),
  ClusterRoleBinding: (path) => isAtOrBelow(path, "roleRef"),
  StorageClass: (path) =>
    ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"].some((field) =>
      isAtOrBelow(path, field),
    ),
};

function immutableChanges(before: ManifestObject, after: ManifestObject): string[] {
  const isFixed = FIXED[before.kind ?? ""];
  if (!isFixed) return [];
  return fieldChanges(before, after)
    .map(({ path }) => pathText(path))
    .filter((path) => isFixed(path, before))
    .map((path) => `${nameOf(before)}: ${path}`);
}
