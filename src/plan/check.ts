/** Finds values that a chart or the API server would refuse, before anything is deployed. */
import Ajv, { type ErrorObject, type ValidateFunction } from "ajv";
import type { Problem } from "../model/problems";
import { amountOf } from "../model/quantity";
import type { LocalChart } from "./chart";
import type { ReleasePlan } from "./plan";
import type { mergeResources } from "./services/resources";

/** Checks a release's values against the schema of its local chart. `whereOf` returns where the value at a path was set. */
export function schemaProblems(
  release: ReleasePlan,
  chart: LocalChart,
  whereOf: (path: readonly string[]) => string,
): Problem[] {
  const validate = validatorOf(chart.schema);
  if (validate(release.values)) return [];
  return (validate.errors ?? []).filter(isCause).map((error) => ({
    where: whereOf(keysOf(error)),
    what: `the chart refuses ${keysOf(error).join(".") || "the values"}: ${describe(chart.schema, error)}`,
    todo: `Correct it there or in the stack's settings; ${chart.path}/values.yaml documents the values.`,
  }));
}

const validators = new WeakMap<object, ValidateFunction>();

/** Returns the validator of a schema. It is compiled once, without optimization, which would cost more time than it saves. */
function validatorOf(schema: object): ValidateFunction {
  const known =
    validators.get(schema) ??
    new Ajv({ allErrors: true, strict: false, code: { optimize: false } }).compile(schema);
  validators.set(schema, known);
  return known;
}

/** Whether an error is a cause. Ajv reports `if` and `propertyNames` only as a consequence of another error. */
const isCause = ({ keyword }: ErrorObject): boolean => keyword !== "if" && keyword !== "propertyNames";

/** Returns the path of the key at fault. Ajv reports an invalid key at the map that contains it. */
function keysOf({ instancePath, propertyName }: ErrorObject): string[] {
  const steps = instancePath.split("/").slice(1).map(unescaped);
  return [...steps, ...(propertyName === undefined ? [] : [propertyName])];
}

/** Unescapes a step of a JSON pointer. */
const unescaped = (step: string): string => step.replaceAll("~1", "/").replaceAll("~0", "~");

/** Describes the definitions with a pattern in the charts' schemas. */
const FORMS: Record<string, string> = {
  cidr: "a range of addresses, such as 10.1.0.0/16",
  configKey: "the name of a file or a key: letters, digits, - _ .",
  duration: "a duration, such as 30s",
  hostName: "a DNS name in lower case",
  key: "a label or annotation key, such as app or example.com/app",
  labelValue: "a label value: at most 63 letters, digits, - _ .",
  name: "a name of at most 53 lower-case letters, digits and hyphens",
  objectName: "the name of an object: lower-case letters, digits, hyphens and dots",
  optionalObjectName: "the name of an object: lower-case letters, digits, hyphens and dots",
  path: "an absolute path",
  portName: "the name of a port: at most 15 lower-case letters, digits and single hyphens",
  quantity: "a Kubernetes quantity, such as 500m or 8Gi",
  variable: "the name of a variable",
};

function describe(schema: object, { keyword, params, message }: ErrorObject): string {
  if (keyword === "const") return `must be ${params.allowedValue}`;
  if (keyword === "enum") return `must be one of ${params.allowedValues.join(", ")}`;
  if (keyword === "additionalProperties") return `unknown key ${params.additionalProperty}`;
  if (keyword !== "pattern") return message ?? keyword;
  const { definitions = {} } = schema as { definitions?: Record<string, { pattern?: string }> };
  const [name = ""] = Object.entries(definitions).find(([, { pattern }]) => pattern === params.pattern) ?? [];
  return name in FORMS ? `must be ${FORMS[name]}` : "has an invalid format";
}

/** The default limit of ephemeral storage in the charts for services and stores. */
export const CHART_DISK = "1Gi";

/** Reports requests above their limits, which the API server refuses. `disk` is the default limit of ephemeral storage. */
export function requestProblems(
  where: string,
  resources: ReturnType<typeof mergeResources>,
  disk = CHART_DISK,
): Problem[] {
  const { requests } = resources;
  const limits: Record<string, string> = { "ephemeral-storage": disk, ...resources.limits };
  return Object.entries(requests).flatMap(([resource, request]) => {
    const limit = limits[resource];
    if (limit === undefined || !(amountOf(request) > amountOf(limit))) return [];
    return [
      {
        where,
        what: `the request of ${request} ${resource} is above the limit of ${limit}`,
        todo: `Lower the request or raise the limit: resources.requests.${resource}, resources.limits.${resource}.`,
      },
    ];
  });
}
