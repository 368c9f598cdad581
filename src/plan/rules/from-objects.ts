/** Reads the facts about a release from its rendered objects. */
import { own } from "../../model/graph";
import { compact } from "../../model/records";
import type { ReleasePlan } from "../plan";
import type { MicroserviceValues } from "../services/microservice-values";
import type { BudgetFacts, ContainerFacts, Literal, ReleaseFacts, WorkloadFacts } from "./facts";

/** A rendered object with the fields that rules need. Any field can be missing. */
export interface RenderedObject {
  kind?: string;
  metadata?: { name?: string; annotations?: Record<string, string> };
  spec?: RenderedSpec;
  data?: Record<string, string>;
}

interface RenderedSpec {
  replicas?: number;
  minReplicas?: number;
  scaleTargetRef?: { kind?: string; name?: string };
  selector?: { matchLabels?: Record<string, string> };
  minAvailable?: number | string;
  maxUnavailable?: number | string;
  type?: string;
  ports?: { nodePort?: number }[];
  template?: PodTemplate;
  jobTemplate?: { spec?: { template?: PodTemplate } };
}

interface PodTemplate {
  metadata?: { labels?: Record<string, string> };
  spec?: PodSpec;
}

interface PodSpec {
  containers?: Container[];
  initContainers?: Container[];
  topologySpreadConstraints?: unknown[];
  affinity?: { podAntiAffinity?: Record<string, unknown[]> };
}

interface Container {
  name?: string;
  image?: string;
  restartPolicy?: string;
  resources?: { requests?: Record<string, string | number>; limits?: Record<string, string | number> };
  ports?: unknown[];
  readinessProbe?: object;
  livenessProbe?: object;
  env?: { name?: string; value?: string }[];
}

/** Kinds whose pods run permanently. */
const LONG_RUNNING = ["Deployment", "StatefulSet", "DaemonSet"];
/** Kinds whose pods run to completion. */
const FINITE = ["Job", "CronJob"];

/** Returns the facts about a release from its rendered objects. */
export function factsOfObjects(release: ReleasePlan, objects: readonly RenderedObject[]): ReleaseFacts {
  const workloads = objects.filter(({ kind = "" }) => [...LONG_RUNNING, ...FINITE].includes(kind));
  const scalers = objects.filter(({ kind }) => kind === "HorizontalPodAutoscaler");
  return {
    release: release.name,
    kind: release.kind,
    workloads: workloads.map((object) => workloadOf(object, scalers)),
    budgets: objects
      .filter(({ kind }) => kind === "PodDisruptionBudget")
      .map((object) => budgetOf(object, workloads)),
    nodePorts: objects.filter(opensNodePort).map(nameOf),
    literals: [
      ...workloads.flatMap((object) => variablesOf(object)),
      ...objects
        .filter(({ kind }) => kind === "ConfigMap")
        .flatMap((object) =>
          Object.entries(object.data ?? {}).map(([key, value]) => ({
            where: `${nameOf(object)}: data.${key}`,
            name: pathOfFile(release, key) ?? key,
            value,
          })),
        ),
    ],
  };
}

/** Returns the path of an inventory's file by its key in the ConfigMap. */
function pathOfFile({ values }: Partial<ReleasePlan>, key: string): string | undefined {
  const { config } = (values ?? {}) as unknown as MicroserviceValues;
  return own(config?.files ?? {}, key)?.path;
}

/** Returns kind and name of an object, for messages. */
export const nameOf = ({ kind, metadata }: RenderedObject): string => `${kind} ${metadata?.name}`;

const podOf = ({ spec }: RenderedObject): PodTemplate =>
  spec?.jobTemplate?.spec?.template ?? spec?.template ?? {};

function workloadOf(object: RenderedObject, scalers: readonly RenderedObject[]): WorkloadFacts {
  const { kind = "", metadata, spec } = object;
  const pod = podOf(object).spec ?? {};
  const scaler = scalers.find(
    ({ spec: scaling }) =>
      scaling?.scaleTargetRef?.kind === kind && scaling.scaleTargetRef.name === metadata?.name,
  );
  const affinity = pod.affinity?.podAntiAffinity ?? {};
  return {
    object: nameOf(object),
    isLongRunning: LONG_RUNNING.includes(kind),
    pods: scaler?.spec?.minReplicas ?? spec?.replicas ?? 1,
    containers: [
      ...(pod.initContainers ?? []).map((container) =>
        containerOf(container, container.restartPolicy !== "Always"),
      ),
      ...(pod.containers ?? []).map((container) => containerOf(container, false)),
    ],
    isSpread:
      kind === "DaemonSet" ||
      (pod.topologySpreadConstraints ?? []).length > 0 ||
      Object.values(affinity).some((terms) => terms.length > 0),
  };
}

function containerOf(
  { name = "", image = "", resources = {}, ports = [], readinessProbe, livenessProbe }: Container,
  isInit: boolean,
): ContainerFacts {
  return {
    name,
    image,
    isInit,
    requests: textsOf(resources.requests),
    limits: textsOf(resources.limits),
    listens: ports.length > 0,
    hasReadiness: readinessProbe !== undefined,
    hasLiveness: livenessProbe !== undefined,
  };
}

/** Converts quantities to text, because a manifest can have numbers. */
const textsOf = (quantities: Record<string, string | number> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(quantities).map(([name, quantity]) => [name, String(quantity)]));

function budgetOf(object: RenderedObject, workloads: readonly RenderedObject[]): BudgetFacts {
  const { selector, minAvailable, maxUnavailable } = object.spec ?? {};
  const selected = Object.entries(selector?.matchLabels ?? {});
  const target = workloads.find((workload) => {
    const labels = podOf(workload).metadata?.labels ?? {};
    return selected.length > 0 && selected.every(([key, value]) => labels[key] === value);
  });
  return compact({
    object: nameOf(object),
    workload: target && nameOf(target),
    minAvailable,
    maxUnavailable,
  });
}

/** Whether a Service opens a node port. Ports that Kubernetes chooses for a load balancer do not count. */
const opensNodePort = ({ kind, spec }: RenderedObject): boolean =>
  kind === "Service" &&
  (spec?.type === "NodePort" ||
    (spec?.ports ?? []).some(({ nodePort }) => nodePort !== undefined && nodePort !== null));

function variablesOf(object: RenderedObject): Literal[] {
  const { containers = [], initContainers = [] } = podOf(object).spec ?? {};
  return [...initContainers, ...containers].flatMap((container) =>
    (container.env ?? []).flatMap(({ name = "", value }) =>
      value === undefined
        ? []
        : [{ where: `${nameOf(object)}: container ${container.name}, ${name}`, name, value }],
    ),
  );
}
