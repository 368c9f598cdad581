/** Whether planned pods fit the Pod Security level and quotas of a namespace that others own. Pure decisions. */
import { amountOf } from "../../src/model/quantity";
import type { Demand } from "../../src/plan/namespace/demand";
import { type ManifestObject, nameOf } from "./diff/manifests";

/** The label for the Pod Security level that a namespace enforces. */
export const ENFORCE = "pod-security.kubernetes.io/enforce";

interface SecurityContext {
  privileged?: boolean;
  runAsNonRoot?: boolean;
  runAsUser?: number;
  allowPrivilegeEscalation?: boolean;
  capabilities?: { add?: string[]; drop?: string[] };
  seccompProfile?: { type?: string };
}

interface Container {
  name?: string;
  securityContext?: SecurityContext;
  ports?: { hostPort?: number }[];
  resources?: { requests?: Record<string, unknown>; limits?: Record<string, unknown> };
}

interface PodSpec {
  containers?: Container[];
  initContainers?: Container[];
  securityContext?: SecurityContext;
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  volumes?: Record<string, unknown>[];
}

interface Workload {
  spec?: {
    template?: { spec?: PodSpec };
    jobTemplate?: { spec?: { template?: { spec?: PodSpec } } };
  };
}

const podOf = (object: ManifestObject): PodSpec | undefined => {
  const { spec } = object as Workload;
  return (spec?.template ?? spec?.jobTemplate?.spec?.template)?.spec;
};

const containersOf = ({ initContainers = [], containers = [] }: PodSpec): Container[] => [
  ...initContainers,
  ...containers,
];

/** Volume types that the level `restricted` allows. */
const RESTRICTED_VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/** Capabilities that pods may add at the level `baseline`. */
const BASELINE_CAPABILITIES = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];

/** Returns violations of a Pod Security level (https://kubernetes.io/docs/concepts/security/pod-security-standards). */
export function refusedByLevel(level: string | undefined, objects: readonly ManifestObject[]): string[] {
  if (level !== "baseline" && level !== "restricted") return [];
  return objects.flatMap((object) => {
    const pod = podOf(object);
    if (pod === undefined) return [];
    const found = [...baselineOf(pod), ...(level === "restricted" ? restrictedOf(pod) : [])];
    return [...new Set(found)].map((what) => `${nameOf(object)}: ${what}`);
  });
}

function baselineOf(pod: PodSpec): string[] {
  const hosts = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((key) => pod[key] === true);
  return [
    ...hosts,
    ...((pod.volumes ?? []).some((volume) => "hostPath" in volume) ? ["a hostPath volume"] : []),
    ...containersOf(pod).flatMap(({ name, securityContext = {}, ports = [] }) => {
      const added = (securityContext.capabilities?.add ?? []).filter(
        (capability) => !BASELINE_CAPABILITIES.includes(capability),
      );
      return [
        ...(securityContext.privileged === true ? [`container ${name} is privileged`] : []),
        ...(ports.some(({ hostPort }) => (hostPort ?? 0) !== 0) ? [`container ${name} has a hostPort`] : []),
        ...(added.length > 0 ? [`container ${name} adds ${added.join(", ")}`] : []),
      ];
    }),
  ];
}

function restrictedOf(pod: PodSpec): string[] {
  const { securityContext: ofPod = {}, volumes = [] } = pod;
  const kinds = volumes.flatMap((volume) => Object.keys(volume)).filter((key) => key !== "name");
  return [
    ...kinds.filter((kind) => !RESTRICTED_VOLUMES.includes(kind)).map((kind) => `a ${kind} volume`),
    ...containersOf(pod).flatMap(({ name, securityContext: own = {} }) => {
      const profile = (own.seccompProfile ?? ofPod.seccompProfile)?.type;
      const { add = [], drop = [] } = own.capabilities ?? {};
      const rules: [isRefused: boolean, what: string][] = [
        [(own.runAsNonRoot ?? ofPod.runAsNonRoot) !== true, "may run as root"],
        [(own.runAsUser ?? ofPod.runAsUser) === 0, "runs as user 0"],
        [own.allowPrivilegeEscalation !== false, "may gain privileges (allowPrivilegeEscalation)"],
        [profile !== "RuntimeDefault" && profile !== "Localhost", "has no seccomp profile"],
        [!drop.includes("ALL"), "does not drop all capabilities"],
        [add.some((capability) => capability !== "NET_BIND_SERVICE"), `adds ${add.join(", ")}`],
      ];
      return rules.flatMap(([isRefused, what]) => (isRefused ? [`container ${name} ${what}`] : []));
    }),
  ];
}

/** A ResourceQuota of a namespace. */
export interface Quota {
  metadata: { name: string; labels?: Record<string, string> };
  spec?: { hard?: Record<string, string>; scopes?: unknown[]; scopeSelector?: unknown };
  status?: { used?: Record<string, string> };
}

/** A LimitRange of a namespace. */
export interface LimitRange {
  spec?: {
    limits?: { type?: string; default?: Record<string, unknown>; defaultRequest?: Record<string, unknown> }[];
  };
}

/** The parts of a plan's demand that quotas limit, by quota key. */
const DEMANDED: Record<string, keyof Demand> = {
  cpu: "cpu",
  "requests.cpu": "cpu",
  memory: "memory",
  "requests.memory": "memory",
  "limits.memory": "memoryLimit",
  pods: "pods",
};

/**
 * Returns the quotas that leave less than the plan's maximum demand. For a deployed stack, usage is not subtracted: it includes
 * the stack's own.
 */
export function tooLittle(quotas: readonly Quota[], demand: Demand, isDeployed: boolean): string[] {
  return quotas.filter(isForAllPods).flatMap(({ metadata, spec, status }) =>
    Object.entries(spec?.hard ?? {}).flatMap(([key, hard]) => {
      const part = DEMANDED[key];
      if (part === undefined) return [];
      const used = isDeployed ? 0 : amountOf(status?.used?.[key] ?? "0");
      return amountOf(hard) - used < demand[part]
        ? [
            `ResourceQuota ${metadata.name} has ${key} ${hard}${used > 0 ? `, of which ${status?.used?.[key]} is used` : ""}, and the plan may need ${amountText(part, demand[part])}`,
          ]
        : [];
    }),
  );
}

/** Returns the requests and limits that a quota requires of every container and that planned ones lack. */
export function notAskedFor(
  quotas: readonly Quota[],
  ranges: readonly LimitRange[],
  objects: readonly ManifestObject[],
): string[] {
  const defaults = ranges
    .flatMap(({ spec }) => spec?.limits ?? [])
    .filter(({ type }) => type === "Container");
  const hasDefault = (kind: "requests" | "limits", resource: string) =>
    defaults.some(
      (limit) =>
        limit.default?.[resource] !== undefined ||
        (kind === "requests" && limit.defaultRequest?.[resource] !== undefined),
    );
  return quotas.filter(isForAllPods).flatMap(({ metadata, spec }) =>
    Object.keys(spec?.hard ?? {}).flatMap((key) => {
      const [, kind = "requests", resource] =
        /^(?:(requests|limits)\.)?(cpu|memory|ephemeral-storage)$/.exec(key) ?? [];
      if (resource === undefined || hasDefault(kind as "requests" | "limits", resource)) return [];
      const without = objects.filter((object) =>
        containersOf(podOf(object) ?? {}).some(({ resources = {} }) => {
          const asked = resources[kind as "requests" | "limits"]?.[resource];
          // A limit is also the default request.
          return asked === undefined && (kind === "limits" || resources.limits?.[resource] === undefined);
        }),
      );
      return without.length === 0
        ? []
        : [
            `ResourceQuota ${metadata.name} limits ${key}, so every container needs ${kind === "limits" ? "a limit" : "a request"} of ${resource}: ${without.map(nameOf).join(", ")} ${without.length === 1 ? "has" : "have"} none`,
          ];
    }),
  );
}

/** Whether a quota counts all pods; one with scopes counts only some, such as those of a priority class. */
const isForAllPods = ({ spec }: Quota): boolean =>
  (spec?.scopes ?? []).length === 0 && spec?.scopeSelector === undefined;

const amountText = (part: keyof Demand, amount: number): string =>
  part === "pods" || part === "cpu"
    ? String(Math.round(amount * 1000) / 1000)
    : `${Math.ceil(amount / 2 ** 20)}Mi`;
