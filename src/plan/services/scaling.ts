/** Plans the number of pods of a service: fixed, or chosen by an autoscaler within bounds. */
import type { Settings } from "../../config/schema";
import type { Service } from "../../model/application";
import { own } from "../../model/graph";
import type { Problem } from "../../model/problems";
import { compact } from "../../model/records";
import { hasOnePod } from "../../model/volumes";
import type { AppContext } from "../context";
import { isStandIn } from "../environment";
import type { MicroserviceValues } from "./microservice-values";

/** Whether the stack has autoscalers. By default only staging and prod do, because autoscalers need metrics and spare nodes. */
const scales = ({ autoscaling, environment }: Settings): boolean =>
  typeof autoscaling === "object" || (autoscaling ?? (environment === "staging" || environment === "prod"));

/** Returns the default number of pods. With 3 in prod, one node can fail while another is drained. */
export const replicasOf = ({ replicas, environment }: Settings): number =>
  replicas ?? (environment === "prod" ? 3 : 1);

/** Returns the stack's default bounds of autoscalers. */
const stackBounds = (settings: Settings) => {
  const { autoscaling } = settings;
  const {
    minReplicas = Math.max(1, replicasOf(settings)),
    maxReplicas = Math.max(DEFAULT_MOST, minReplicas),
  } = typeof autoscaling === "object" ? autoscaling : {};
  return { minReplicas, maxReplicas };
};

/** Default maximum of an autoscaler. */
const DEFAULT_MOST = 10;

/** Returns the chart's `autoscaling`, or undefined if the number of pods is fixed. */
export function autoscalingOf(
  { autoscaling }: Service,
  settings: Settings,
  name: string,
):
  | (NonNullable<MicroserviceValues["autoscaling"]> & { minReplicas: number; maxReplicas: number })
  | undefined {
  const overrides = own(settings.services, name);
  const isOff = overrides?.replicas === 0 || overrides?.autoscaling === null;
  if (!autoscaling || isOff || !scales(settings)) return undefined;
  const { cpu, memory, behavior, podMetrics = {}, ...bounds } = autoscaling;
  const metrics = Object.entries(podMetrics).map(([metric, averageValue]) => [
    metric,
    { type: "Pods", averageValue },
  ]);
  return {
    ...stackBounds(settings),
    ...bounds,
    ...own(settings.services, name)?.autoscaling,
    ...compact({ cpu, memory }),
    metrics: Object.fromEntries(metrics),
    behavior: { scaleUp: { ...behavior?.scaleUp }, scaleDown: { ...behavior?.scaleDown } },
  };
}

/** Returns the number of pods of a service, or the minimum of its autoscaler. */
export function podsAtLeast({ application, settings }: AppContext, name: string): number {
  const service = own(application.services, name);
  // Several pods of a stand-in would not share data, and some volumes are for one pod.
  const isSingle = isStandIn(application, name) || (service !== undefined && hasOnePod(service));
  const usual = isSingle ? 1 : replicasOf(settings);
  const scaling = service && autoscalingOf(service, settings, name);
  return scaling?.minReplicas ?? own(settings.services, name)?.replicas ?? usual;
}

/** Returns the number of pods of a service, or the maximum of its autoscaler. */
export function podsAtMost(context: AppContext, name: string): number {
  const { application, settings } = context;
  const service = own(application.services, name);
  const scaling = service && autoscalingOf(service, settings, name);
  return scaling?.maxReplicas ?? podsAtLeast(context, name);
}

/** Reports settings that conflict with how a service scales. */
export function scalingProblems(services: Record<string, Service>, settings: Settings): Problem[] {
  return Object.entries(services).flatMap(([name, service]): Problem[] => {
    const overrides = own(settings.services, name);
    const where = `flotilla:services.${name}`;
    const scaling = autoscalingOf(service, settings, name);
    if (overrides?.autoscaling && !service.autoscaling)
      return [
        {
          where: `${where}.autoscaling`,
          what: `${name} has no autoscaler`,
          todo: "Add `autoscaling` in the inventory, or set `replicas` instead.",
        },
      ];
    if (!scaling) return [];
    const problems: Problem[] = [];
    if (overrides?.replicas !== undefined)
      problems.push({
        where: `${where}.replicas`,
        what: "an autoscaler decides the number of pods",
        todo: `Set ${where}.autoscaling.minReplicas and maxReplicas instead, or flotilla:autoscaling to false.`,
      });
    if (scaling.maxReplicas < scaling.minReplicas)
      problems.push({
        where: overrides?.autoscaling ? `${where}.autoscaling` : "flotilla:autoscaling",
        what: `the autoscaler of ${name} has minReplicas ${scaling.minReplicas} and maxReplicas ${scaling.maxReplicas}`,
        todo: "Set maxReplicas to at least minReplicas.",
      });
    return problems;
  });
}
