/** Sums the requests and limits of all pods of an application at their maximum number. */

import type { ContainerSettings } from "../../config/schema";
import type { Container } from "../../model/containers";
import { own } from "../../model/graph";
import { amountOf } from "../../model/quantity";
import { mapValues } from "../../model/records";
import type { Program } from "../../model/task";
import type { AppContext, PlanContext } from "../context";
import { deployedStore, resourcesIn } from "../deployed";
import type { Values } from "../plan";
import { runsToCompletion } from "../plan";
import { containerResources } from "../services/containers";
import { LITTLE } from "../services/loader";
import type { MicroserviceValues } from "../services/microservice-values";
import { serviceResources } from "../services/resources";
import { podsAtMost } from "../services/scaling";
import { preparations } from "../stores/jobs";
import { REPLICAS } from "../stores/profile";
import { canRotate } from "../stores/rotation";
import { shapeOf } from "../stores/shape";
import { taskResources } from "../tasks/task";

/** Requests and limits of a group of pods. */
export interface Demand {
  /** Requested CPU, in cores. */
  cpu: number;
  /** Requested memory, in bytes. */
  memory: number;
  /** Memory limit, in bytes. */
  memoryLimit: number;
  pods: number;
}

/** Requests and limits of a container, as in Helm values. */
interface Quantities {
  requests?: { cpu?: string; memory?: string };
  limits?: { memory?: string };
}

/** Returns the demand of identical pods. */
function demandOfPods(pods: number, ...containers: Quantities[]): Demand {
  const sum = (amount: (container: Quantities) => string | undefined) =>
    pods * containers.reduce((total, container) => total + amountOf(amount(container) ?? "0"), 0);
  return {
    cpu: sum(({ requests }) => requests?.cpu),
    memory: sum(({ requests }) => requests?.memory),
    memoryLimit: sum(({ limits }) => limits?.memory),
    pods,
  };
}

function totalOf(demands: readonly Demand[]): Demand {
  const sum = (key: keyof Demand) => demands.reduce((total, demand) => total + demand[key], 0);
  return { cpu: sum("cpu"), memory: sum("memory"), memoryLimit: sum("memoryLimit"), pods: sum("pods") };
}

/** Returns the demand of an application: all pods, plus one of each service for its rollout. */
export function demandOf(context: AppContext): Demand {
  return totalOf([...Object.values(demandsOf(context)), ...demandsOfJobs(context)]);
}

/** Returns the demand during an update: removed releases run until the end, and smaller ones shrink pod by pod. */
export function demandMeanwhile(context: PlanContext): Demand {
  const { deployed } = context;
  const planned = demandsOf(context);
  const before = Object.entries(deployed)
    .filter(([, { kind }]) => !runsToCompletion(kind))
    .map(([name, { kind, values }]) => [
      name,
      kind === "service"
        ? demandOfValues(values as unknown as MicroserviceValues)
        : demandOfPods(
            deployedStore(deployed, name)?.profile === "replicated" ? REPLICAS : 1,
            ...containersOf(values),
          ),
    ]);
  const deployedDemands = Object.fromEntries(before) as Record<string, Demand>;
  const names = [...new Set([...Object.keys(planned), ...Object.keys(deployedDemands)])];
  const most = names.map((name) => largerOf(own(planned, name), own(deployedDemands, name)));
  return totalOf([...most, ...demandsOfJobs(context)]);
}

const NOTHING: Demand = { cpu: 0, memory: 0, memoryLimit: 0, pods: 0 };

function largerOf(one: Demand = NOTHING, other: Demand = NOTHING): Demand {
  const larger = (key: keyof Demand) => Math.max(one[key], other[key]);
  return {
    cpu: larger("cpu"),
    memory: larger("memory"),
    memoryLimit: larger("memoryLimit"),
    pods: larger("pods"),
  };
}

/** Returns the demand of each service and store. */
function demandsOf(context: AppContext): Record<string, Demand> {
  const { application, settings } = context;
  return Object.fromEntries([
    ...Object.entries(application.services).map(([name, service]) => [
      name,
      demandOfService(
        podsAtMost(context, name),
        serviceResources(service, own(settings.services, name)?.resources),
        withOverrides(service, own(settings.services, name)?.containers),
      ),
    ]),
    ...Object.keys(application.stores).map((name) => [name, demandOfStore(context, name)]),
  ]);
}

/** The containers beside the program, in the inventory or in the values of a release. */
interface Beside {
  sidecars?: Record<string, { resources: Quantities }>;
  initContainers?: Record<string, { resources: Quantities }>;
}

/**
 * Returns the demand of identical pods with additional containers: the program or the largest init container, whichever is more, and
 * all sidecars. The container that waits requests less and does not count.
 */
function demandWith(
  pods: number,
  program: Quantities,
  { sidecars = {}, initContainers = {} }: Beside,
): Demand {
  const of = ({ resources }: { resources: Quantities }) => demandOfPods(pods, resources);
  const inTurn = Object.values(initContainers).map(of).reduce(largerOf, demandOfPods(pods, program));
  return { ...totalOf([inTurn, ...Object.values(sidecars).map(of)]), pods };
}

/** Returns the containers beside a program with the stack's requests and limits. */
function withOverrides(
  { sidecars = {}, initContainers = {} }: Pick<Program, "sidecars" | "initContainers">,
  settings: Record<string, ContainerSettings> = {},
): Beside {
  const of = (container: Container, name: string) => ({
    resources: containerResources(container, own(settings, name)),
  });
  return { sidecars: mapValues(sidecars, of), initContainers: mapValues(initContainers, of) };
}

/** Returns the demand of a service. */
const demandOfService = (pods: number, resources: Quantities, beside: Beside): Demand =>
  demandWith(pods === 0 ? 0 : pods + 1, resources, beside);

/** Returns the demand of a deployed service from its values. */
const demandOfValues = ({ replicas = 1, autoscaling, resources, ...beside }: MicroserviceValues): Demand =>
  demandOfService(
    autoscaling?.enabled ? Math.max(replicas, autoscaling.maxReplicas ?? 0) : replicas,
    resources ?? {},
    beside,
  );

/** Returns the containers of a deployed store's pods: the store itself and its sidecars. */
function containersOf(values: Values): Quantities[] {
  const { metrics, sentinel, kubectl } = values as Record<string, Values | undefined>;
  const sidecars = [metrics, sentinel, sentinel?.enabled === true ? kubectl : undefined];
  return [
    resourcesIn(values),
    ...sidecars.map((part) => (part?.enabled === false ? undefined : part?.resources)),
  ].flatMap((resources) => (resources === undefined ? [] : [resources as Quantities]));
}

/** Returns the demand of a store. A StatefulSet replaces its pods one by one, without a surge. */
export function demandOfStore(context: AppContext, name: string): Demand {
  const shape = shapeOf(context, name);
  const pods = shape.profile === "replicated" ? REPLICAS : 1;
  return demandOfPods(
    pods,
    shape.resources,
    ...(context.settings.distribution === "bitnami" ? (shape.kind.sidecars?.(shape) ?? []) : []),
  );
}

/** Returns the demand of tasks, and of the Jobs of stores. The two Jobs of a rotation run one after the other. */
const demandsOfJobs = (context: AppContext): Demand[] => [
  ...Object.entries(context.application.tasks ?? {}).map(([name, task]) =>
    // A second run may start before the first one has ended.
    demandWith(
      task.cron?.concurrency === "Allow" ? 2 : 1,
      taskResources(context, name, task),
      withOverrides(task, own(context.settings.tasks, name)?.containers),
    ),
  ),
  ...Object.values(context.stores).flatMap((shape) => {
    const loaders = Object.values(shape.store.loaders ?? {});
    const others = preparations(context, shape.name).length - loaders.length;
    return [
      demandOfPods(others + (canRotate(shape) ? 1 : 0), LITTLE),
      ...loaders.map(({ resources }) => demandOfPods(1, resources ?? LITTLE)),
    ];
  }),
];
