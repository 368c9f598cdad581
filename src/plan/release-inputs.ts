/** A planned release as what the provider is given, and what it compares to decide on an update. */
import { isDeepStrictEqual } from "node:util";
import type { ReleasePlan, Values } from "./plan";

/** Inputs of `kubernetes:helm.sh/v3:Release`. */
export interface ReleaseInputs {
  name: string;
  namespace: string;
  /** Path of a folder or archive, relative to the project, or a registry's URL. */
  chart: string;
  /** Of a chart of a registry. */
  version?: string;
  values: Values;
  description: string;
  atomic: boolean;
  cleanupOnFail: boolean;
  waitForJobs?: boolean;
  /** Seconds. */
  timeout: number;
  maxHistory: number;
  /** Whether Helm does not compare manifests with the kinds that the API server describes. */
  disableOpenapiValidation?: boolean;
}

/** Revisions Helm keeps: Pulumi's history replaces Helm's, and each is a Secret of up to 1 MiB. */
const MAX_HISTORY = 3;

/** Of a Job that is done for good these stay as they are. */
export const DONE_IGNORES = [
  "chart",
  "version",
  "values",
  "description",
  "timeout",
  "disableOpenapiValidation",
] as const;

export function releaseInputs(release: ReleasePlan, namespace: string): ReleaseInputs {
  const { name, chart, values, description, timeoutSeconds, kind } = release;
  return {
    name,
    namespace,
    ...("path" in chart ? { chart: chart.path } : { chart: chart.url, version: chart.version }),
    values,
    description,
    // A failed update leaves the old version running.
    atomic: true,
    cleanupOnFail: true,
    ...(kind === "job" ? { waitForJobs: true } : {}),
    timeout: timeoutSeconds,
    maxHistory: MAX_HISTORY,
    ...(isOwnChart(release) ? { disableOpenapiValidation: true } : {}),
  };
}

/**
 * Whether the chart is a folder of the project. What it renders is tested, and its values keep to a schema: Helm would read
 * the description of every kind from the API server for each release, which takes longer than to render it.
 */
const isOwnChart = ({ chart }: ReleasePlan): boolean => "path" in chart && !chart.path.endsWith(".tgz");

/** Whether the engine would let a deployed release be: by its inputs of now and those in the state. */
export function isUnchanged(release: ReleasePlan, inputs: ReleaseInputs, deployed: object): boolean {
  const there = deployed as Partial<ReleaseInputs>;
  const keys = (Object.keys(inputs) as (keyof ReleaseInputs)[]).filter(
    (key) => !release.done || !(DONE_IGNORES as readonly string[]).includes(key),
  );
  return keys.every((key) => isDeepStrictEqual(inputs[key], there[key]));
}
