/** Finds values that a chart or the API server would refuse, before anything is deployed. */
import Ajv, { type ErrorObject, type ValidateFunction } from "ajv";
import type { Problem } from "../model/problems";
import { amountOf } from "../model/quantity";
import type { LocalChart } from "./chart";
import type { ReleasePlan } from "./plan";
import type { mergeResources } from "./services/resources";

/** Checks a release's values against the schema of its local chart. */
export function schemaProblems(application: string, release: ReleasePlan, chart: LocalChart): Problem[] {
  const validate = validatorOf(chart.schema);
  if (validate(release.values)) return [];
  return (validate.errors ?? []).filter(isCause).map((error) => ({
    where: `apps/${application}.ts: ${release.kind} ${release.name}`,
    what: `the chart refuses ${error.instancePath.slice(1).replaceAll("/", ".") || "its values"}: ${describe(error)}`,
    todo: `Correct it there, or in the stack's settings; ${chart.path}/values.yaml says what it takes.`,
  }));
}

const validators = new WeakMap<object, ValidateFunction>();

/** Returns the validator of a schema. It is compiled once, without optimization, which would take longer than all validations. */
function validatorOf(schema: object): ValidateFunction {
  const known =
    validators.get(schema) ??
    new Ajv({ allErrors: true, strict: false, code: { optimize: false } }).compile(schema);
  validators.set(schema, known);
  return known;
}

/** Whether an error is a cause. Ajv reports `if` only as a consequence of another error. */
const isCause = ({ keyword }: ErrorObject): boolean => keyword !== "if";

function describe({ keyword, params, message }: ErrorObject): string {
  if (keyword === "const") return `must be ${params.allowedValue}`;
  if (keyword === "additionalProperties") return `there is no ${params.additionalProperty}`;
  return message ?? keyword;
}

/** The shared chart's limit of ephemeral storage, which is also that of the chart of stores. */
export const CHART_DISK = "1Gi";

/** Reports requests above their limits: the API server would refuse the pods. `disk` is the default limit of ephemeral storage. */
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
        what: `it asks for ${request} of ${resource}, which is more than its limit, ${limit}`,
        todo: `Lower the request or raise the limit: resources.requests.${resource}, resources.limits.${resource}.`,
      },
    ];
  });
}
