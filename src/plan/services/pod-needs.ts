/** Plans what the pods of a service need: scheduling, names, labels and annotations. */
import type { Service } from "../../model/application";
import { own } from "../../model/graph";
import { directoriesOf, type NodeRequirement } from "../../model/pod";
import { compact, mapValues } from "../../model/records";
import { podsOf } from "../namespace/network";
import type { MicroserviceValues } from "./microservice-values";

type PodValues = Pick<
  MicroserviceValues,
  | "podLabels"
  | "podAnnotations"
  | "hostAliases"
  | "dns"
  | "nodeSelector"
  | "nodeAffinity"
  | "podAffinity"
  | "antiAffinity"
  | "topologySpread"
  | "tolerations"
  | "priorityClassName"
  | "runtimeClassName"
>;

/** Weight of preferences. There is only one of each kind, so that it does not matter. */
const WEIGHT = 100;

/** The spreads of the chart: the label of the nodes, by name. */
const SPREADS: Record<string, string> = {
  zones: "topology.kubernetes.io/zone",
  nodes: "kubernetes.io/hostname",
};

/** Returns the chart's values for the pods. */
export function podValues({ pod = {} }: Service): PodValues {
  const { near = [], nodeAffinity: nodes } = pod;
  return {
    ...compact({
      podLabels: pod.labels,
      podAnnotations: pod.annotations,
      hostAliases: pod.hostAliases,
      dns: pod.dns && { ...pod.dns },
      nodeSelector: pod.nodeSelector,
      antiAffinity: pod.antiAffinity,
      priorityClassName: pod.priorityClass,
      runtimeClassName: pod.runtimeClass,
    }),
    nodeAffinity: nodes
      ? compact({
          requiredDuringSchedulingIgnoredDuringExecution: nodes.required && {
            nodeSelectorTerms: [{ matchExpressions: nodes.required.map(expressionOf) }],
          },
          preferredDuringSchedulingIgnoredDuringExecution: nodes.preferred && [
            { weight: WEIGHT, preference: { matchExpressions: nodes.preferred.map(expressionOf) } },
          ],
        })
      : {},
    podAffinity:
      near.length === 0
        ? {}
        : {
            preferredDuringSchedulingIgnoredDuringExecution: near.map((target) => ({
              weight: WEIGHT,
              podAffinityTerm: {
                topologyKey: "kubernetes.io/hostname",
                labelSelector: { matchLabels: podsOf(target) },
              },
            })),
          },
    topologySpread: mapValues(pod.topologySpread ?? {}, (spread, name) => ({
      maxSkew: 1,
      whenUnsatisfiable: "ScheduleAnyway" as const,
      topologyKey: own(SPREADS, name) ?? "",
      ...spread,
    })),
    tolerations: mapValues(pod.tolerations ?? {}, ({ seconds, value, ...others }) =>
      compact({
        ...others,
        operator: value === undefined ? ("Exists" as const) : ("Equal" as const),
        value,
        tolerationSeconds: seconds,
      }),
    ),
  };
}

const expressionOf = ({ key, operator, values }: NodeRequirement) =>
  compact({ key, operator, values: values && [...values] });

/** Returns the chart's `writable`. */
export const writableOf = (
  { writable }: Pick<Service, "writable">,
  keyOf: (path: string) => string,
): MicroserviceValues["writable"] =>
  Object.fromEntries(
    directoriesOf(writable).map(({ path, size, memory }) => [
      keyOf(path),
      size === undefined && !memory
        ? path
        : compact({ path, sizeLimit: size, medium: memory ? ("Memory" as const) : undefined }),
    ]),
  );
