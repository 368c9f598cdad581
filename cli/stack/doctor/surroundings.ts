/** Checks what a cluster provides in addition to Kubernetes itself: metrics, storage, gateways and ingress. */
import type { StackSettings } from "../../../src/config/settings";
import { inEnvironment } from "../../../src/plan/environment";
import { askWithKubectl } from "../../../src/runtime/ask-cluster";
import { classProblem, namedClasses } from "../../../src/runtime/check-classes";
import {
  neededObjects,
  objectProblems,
  once,
  pathOfObject,
} from "../../../src/runtime/check-objects-of-others";
import { gatewayPath, gatewayProblems, type LiveGateway } from "../../../src/runtime/check-ways-in";
import { type Kind, storageClassesOf } from "../../core/needs";
import type { Cluster } from "./cluster";
import { attempt, type Diagnosis, failed, ok, skipped } from "./diagnosis";

/** Checks the metrics API, which autoscalers need and which is not part of Kubernetes itself. */
export async function metrics(connected: Cluster, kinds: readonly Kind[]): Promise<Diagnosis[]> {
  if (!kinds.some(({ kind }) => kind === "HorizontalPodAutoscaler")) return [];
  if ((await connected.versions("metrics.k8s.io")).length > 0)
    return [ok("metrics", "metrics.k8s.io, for the autoscalers")];
  return [
    {
      check: "metrics",
      status: "warning",
      found: "the cluster does not serve metrics.k8s.io, so autoscalers stay at their minimum",
      todo: "Install metrics-server, or set flotilla:autoscaling to false.",
    },
  ];
}

/** The annotation of the default StorageClass. */
const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

export async function storage(
  connected: Cluster,
  { settings, application }: StackSettings,
): Promise<Diagnosis[]> {
  const wanted = storageClassesOf(settings, inEnvironment(application, settings));
  if (wanted.length === 0) return [];
  const classes = await attempt(() => connected.list("storageclasses"));
  if ("error" in classes) return [skipped("storage", classes.error)];
  const names = classes.result.map(({ name }) => name);
  return wanted.map((name) => {
    if (name !== undefined)
      return names.includes(name)
        ? ok("storage", `class ${name}`)
        : failed(
            "storage",
            `the cluster has no StorageClass ${name}; ${listOf(names)}`,
            "Create it, or set flotilla:storageClass to one of these.",
          );
    const usual = classes.result.find(({ annotations }) => annotations[DEFAULT_CLASS] === "true");
    return usual
      ? ok("storage", `class ${usual.name}, the cluster's default`)
      : failed(
          "storage",
          `the cluster has no default StorageClass; ${listOf(names)}`,
          "Set flotilla:storageClass.",
        );
  });
}

/** Checks the priority and runtime classes of services and tasks. */
export async function classes(
  connected: Cluster,
  { settings, application }: StackSettings,
): Promise<Diagnosis[]> {
  const found = namedClasses(inEnvironment(application, settings)).map(async (named): Promise<Diagnosis> => {
    const listed = await attempt(() => connected.list(named.kind.toLowerCase()));
    if ("error" in listed) return skipped("classes", listed.error);
    if (listed.result.some(({ name }) => name === named.name))
      return ok("classes", `${named.kind} ${named.name}`);
    const { where, what, todo } = classProblem(application, named);
    return failed("classes", `${where}: ${what}`, todo);
  });
  return Promise.all(found);
}

/** Checks the Secrets, ConfigMaps and claims that Flotilla does not create. `namespace` is that of the stack. */
export async function objectsOfOthersIn(
  { settings, application: declared }: StackSettings,
  namespace: string,
): Promise<Diagnosis[]> {
  const application = inEnvironment(declared, settings);
  const ask = askWithKubectl(settings.cluster);
  const objects = neededObjects(application);
  if (objects.length === 0) return [];
  const there = await attempt(() => ask(`/api/v1/namespaces/${encodeURIComponent(namespace)}`));
  const hasNamespace = "error" in there || !("missing" in there.result);
  if (!hasNamespace)
    return onceEach(
      objects.map(({ kind, name, program }) => ({
        check: "objects",
        status: "warning",
        found: `${program} needs ${kind} ${name}, which Flotilla does not create, and namespace ${namespace} does not exist yet`,
        todo: `Create the ${kind} as soon as the first update has created the namespace: the pods wait for it until the time limit of their release.`,
      })),
    );
  const answerFor = once(ask);
  const found = objects.map(async (object): Promise<Diagnosis[]> => {
    const title = `${object.kind} ${object.name}`;
    const answer = await attempt(() => answerFor(pathOfObject(namespace, object)));
    if ("error" in answer) return [skipped("objects", answer.error)];
    if ("unread" in answer.result) return [skipped("objects", `${title}: ${answer.result.unread}`)];
    const problems = objectProblems(application, namespace, object, answer.result);
    return problems.length === 0
      ? [ok("objects", `${title} exists`)]
      : problems.map(({ where, what, todo }) => failed("objects", `${where}: ${what}`, todo));
  });
  return onceEach((await Promise.all(found)).flat());
}

/** Leaves out repetitions: several places can need one object. */
const onceEach = (all: readonly Diagnosis[]): Diagnosis[] => [
  ...new Map(all.map((one) => [one.found, one])).values(),
];

/** Checks the gateway or the IngressClass of the public services. `namespace` is that of the stack. */
export async function wayIn(
  connected: Cluster,
  { settings: { cluster, gateway, ingress } }: StackSettings,
  namespace: string,
): Promise<Diagnosis[]> {
  if (gateway) {
    const answer = await attempt(() => askWithKubectl(cluster)(gatewayPath(gateway, namespace)));
    if ("error" in answer) return [skipped("gateway", answer.error)];
    if ("unread" in answer.result) return [skipped("gateway", answer.result.unread)];
    const problems = gatewayProblems(gateway, answer.result, namespace);
    if (problems.length > 0)
      return problems.map(({ where, what, todo }) => failed("gateway", `${where}: ${what}`, todo));
    return [programmed(gateway.name, (answer.result as { object: LiveGateway }).object)];
  }
  if (!ingress) return [];
  const classes = await attempt(() => connected.list("ingressclasses"));
  if ("error" in classes) return [skipped("ingress", classes.error)];
  const names = classes.result.map(({ name }) => name);
  const { className } = ingress;
  const isDefault = classes.result.some(
    ({ annotations }) => annotations["ingressclass.kubernetes.io/is-default-class"] === "true",
  );
  if (className === undefined ? isDefault : names.includes(className))
    return [ok("ingress", className === undefined ? "the cluster's default class" : `class ${className}`)];
  if (className !== undefined)
    return [
      failed(
        "ingress",
        `the cluster has no IngressClass ${className}; ${listOf(names)}`,
        "Install the ingress controller, or set flotilla:ingress.className to its class: an update is refused.",
      ),
    ];
  return [
    {
      check: "ingress",
      status: "warning",
      found: `the cluster has no default IngressClass; ${listOf(names)}`,
      todo: "The application is not reachable from outside: install an ingress controller, or set flotilla:ingress.className to its class.",
    },
  ];
}

/** Whether the controller of a gateway has set it up. */
function programmed(name: string, { status }: LiveGateway): Diagnosis {
  const condition = status?.conditions?.find(({ type }) => type === "Programmed");
  return condition?.status === "True"
    ? ok("gateway", `${name} is set up`)
    : {
        check: "gateway",
        status: "warning",
        found: `${name} is not set up by a controller${condition?.message ? `: ${condition.message}` : ""}`,
        todo: "The application is not reachable from outside: install the controller of its GatewayClass.",
      };
}

const listOf = (names: readonly string[]): string =>
  names.length === 0 ? "it has none at all" : `it has: ${names.join(", ")}`;
