/** Plans what the pods of a service or task need: scheduling, names, labels and annotations. */
import type { Service } from "../../model/application";
import { own } from "../../model/graph";
import { directoriesOf, type NodeRequirement, SPREADS, type WritableDirectory } from "../../model/pod";
import type { Problem } from "../../model/problems";
import { amountOf } from "../../model/quantity";
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

/** Returns the chart's values for the pods. */
export function podValues({ pod = {} }: Pick<Service, "pod">): PodValues {
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

/** Reports directories in memory that together can take all memory of the program. */
export function memoryProblems(where: string, writable: Service["writable"], limit = ""): Problem[] {
  const inMemory = directoriesOf(writable).filter(({ memory }) => memory);
  const sizes = inMemory.map(({ size = "" }) => size);
  const total = sizes.reduce((sum, size) => sum + amountOf(size), 0);
  if (total === 0 || !(total >= amountOf(limit))) return [];
  return [
    {
      where,
      what: `${inMemory.map(({ path }) => path).join(" and ")} can take ${sizes.join(" + ")} of memory, and the memory limit is ${limit}: the program would be killed`,
      todo: "Lower the sizes, or raise the memory limit.",
    },
  ];
}

const expressionOf = ({ key, operator, values }: NodeRequirement) =>
  compact({ key, operator, values: values && [...values] });

/** Returns the chart's `writable`. */
export const writableOf = (
  { writable }: Pick<Service, "writable">,
  keyOf: (path: string) => string,
): MicroserviceValues["writable"] =>
  Object.fromEntries(
    directoriesOf(writable).map((directory) => {
      const { path, size, memory } = directory;
      return [keyOf(path), size === undefined && !memory ? path : { path, ...sizeOfDirectory(directory) }];
    }),
  );

/** Returns the size and the medium of a directory, as an emptyDir has them. */
export const sizeOfDirectory = ({ size, memory }: WritableDirectory) =>
  compact({ sizeLimit: size, medium: memory ? ("Memory" as const) : undefined });
