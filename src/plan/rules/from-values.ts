/** Reads the facts about a release from its values, before anything is rendered. */
import type { Settings } from "../../config/schema";
import type { Image } from "../../model/application";
import { own } from "../../model/graph";
import { WAIT_CONTAINER } from "../../model/names";
import { compact, isRecord } from "../../model/records";
import { imageReference, WAIT_IMAGE } from "../images";
import type { Plan, ReleasePlan, Values } from "../plan";
import type { MicroserviceValues } from "../services/microservice-values";
import { REPLICAS } from "../stores/profile";
import type { ContainerFacts, Literal, ReleaseFacts, WorkloadFacts } from "./facts";

/** Returns the facts about a release from its values. For Bitnami's charts only images and plain text are known. */
export function factsOfValues(plan: Plan, settings: Settings, release: ReleasePlan): ReleaseFacts {
  const { name, kind, values } = release;
  const facts: ReleaseFacts = {
    release: name,
    kind,
    workloads: [],
    budgets: [],
    nodePorts: [],
    literals: literalsIn(values, `release ${name}, values`),
  };
  if (kind === "store") return { ...facts, workloads: [storeWorkload(plan, settings, release)] };
  return { ...facts, ...microserviceFacts(values as unknown as MicroserviceValues, name) };
}

/** Returns the images of a plan, as pods name them. */
export const imagesOfPlan = (plan: Plan, settings: Settings): string[] => [
  ...new Set(
    Object.values(plan.releases).flatMap((release) =>
      factsOfValues(plan, settings, release).workloads.flatMap(({ containers }) =>
        containers.map(({ image }) => image),
      ),
    ),
  ),
];

function microserviceFacts(
  values: MicroserviceValues,
  name: string,
): Pick<ReleaseFacts, "workloads" | "budgets"> {
  const { workload: kind = "Deployment", replicas = 1, podDisruptionBudget } = values;
  const object = `${kind} ${name}`;
  const factsOf = (
    name: string,
    { image, resources }: Pick<MicroserviceValues, "image" | "resources">,
    isInit = false,
  ): ContainerFacts => ({
    name,
    image: referenceOf(image as Image),
    isInit,
    ...compact({ requests: resources?.requests, limits: resources?.limits }),
  });
  const beside = (containers: MicroserviceValues["sidecars"] = {}, isInit = false) =>
    Object.entries(containers).map(([container, described]) => factsOf(container, described, isInit));
  const waits = Object.keys(values.waitFor ?? {}).length > 0;
  const wait: ContainerFacts = {
    name: WAIT_CONTAINER,
    image: referenceOf((values.waitImage as Image | undefined) ?? WAIT_IMAGE),
    isInit: true,
  };
  const { minAvailable } = podDisruptionBudget ?? {};
  return {
    workloads: [
      {
        object,
        isLongRunning: kind !== "Job" && kind !== "CronJob",
        pods: replicas,
        containers: [
          factsOf(name, values),
          ...beside(values.sidecars),
          ...(waits ? [wait] : []),
          ...beside(values.initContainers, true),
        ],
      },
    ],
    budgets:
      minAvailable === undefined
        ? []
        : [{ object: `PodDisruptionBudget ${name}`, workload: object, minAvailable }],
  };
}

function storeWorkload(
  { outputs }: Plan,
  { distribution }: Settings,
  { name, values }: ReleasePlan,
): WorkloadFacts {
  return {
    object: `StatefulSet ${name}`,
    isLongRunning: true,
    pods: distribution === "bitnami" && own(outputs.stores, name)?.profile === "replicated" ? REPLICAS : 1,
    containers: imagesIn(values, true).map(([part, image]) => ({
      name: part === "" ? name : part,
      image,
      isInit: false,
    })),
  };
}

/** Returns the images in a chart's values by the part of the chart: the main image, and the images of enabled parts. */
function imagesIn(values: Values, isOn: boolean, part = ""): [string, string][] {
  const { image } = values;
  const own: [string, string][] = isOn && isRecord(image) ? [[part, imageOf(image)]] : [];
  const inner = Object.entries(values).flatMap(([key, value]) =>
    isRecord(value) && key !== "image" ? imagesIn(value, value.enabled === true, key) : [],
  );
  return [...own, ...inner];
}

function imageOf(image: Values): string {
  const { registry, repository = "", tag = "", digest = "" } = image as Record<string, string>;
  const path = registry === undefined ? repository : `${registry}/${repository}`;
  return referenceOf({ repository: path, tag, digest });
}

const referenceOf = (image: Image): string =>
  imageReference({ ...image, tag: image.tag === "" ? CHARTS_OWN_TAG : image.tag });

/** Placeholder for the tag of an image that the chart sets. */
const CHARTS_OWN_TAG = "of-the-chart";

/** Returns all text in values with its key, except references to Secrets. */
function literalsIn(value: unknown, where: string, name = ""): Literal[] {
  if (typeof value === "string") return [{ where, name, value }];
  if (typeof value === "number") return [{ where, name, value: String(value) }];
  if (Array.isArray(value))
    return value.flatMap((inner, index) => literalsIn(inner, `${where}[${index}]`, name));
  if (!isRecord(value)) return [];
  const { path, content, base64 } = value;
  if (typeof path === "string" && typeof base64 === "string") return [];
  // A file is named by its path, as in the inventory.
  if (typeof path === "string" && typeof content === "string")
    return [{ where: `${where}.content`, name: path, value: content }];
  return Object.entries(value).flatMap(([key, inner]) =>
    // A variable or container can be named like a reference, such as `secret`.
    !NAMED.includes(name) && isReference(key) ? [] : literalsIn(inner, `${where}.${key}`, key),
  );
}

/** Maps whose keys are names of the inventory. */
const NAMED = ["env", "sidecars", "initContainers"];

/** Whether a key names a Secret or a key in one, such as `existingSecret` or `existingSecretPasswordKey`. */
const isReference = (key: string): boolean =>
  /^(existing[A-Z]\w*|secret|secretName|secretKeys?|key|tlsSecret|pullSecrets|imagePullSecrets|secretChecksum|generated?Secrets?)$/.test(
    key,
  );
