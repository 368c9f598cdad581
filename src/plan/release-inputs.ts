/** Converts a planned release to the inputs of the provider, which compares them to detect changes. */
import { isDeepStrictEqual } from "node:util";
import { type ReleasePlan, runsToCompletion, type Values } from "./plan";

/** Inputs of `kubernetes:helm.sh/v3:Release`. */
export interface ReleaseInputs {
  name: string;
  namespace: string;
  /** Path of a folder or archive relative to the project, or registry URL. */
  chart: string;
  /** Version, for a chart in a registry. */
  version?: string;
  values: Values;
  description: string;
  atomic: boolean;
  cleanupOnFail: boolean;
  waitForJobs?: boolean;
  /** Time limit, in seconds. */
  timeout: number;
  maxHistory: number;
  /** Whether Helm skips the check of manifests against the API server's OpenAPI schemas. */
  disableOpenapiValidation?: boolean;
  /** Whether Helm replaces objects instead of patching them. */
  forceUpdate?: boolean;
}

/** Number of revisions that Helm keeps. Pulumi's history replaces Helm's, and each revision is a Secret of up to 1 MiB. */
const MAX_HISTORY = 3;

/** Inputs whose changes do not run a finished Job again. */
export const DONE_IGNORES = [
  "chart",
  "version",
  "values",
  "description",
  "timeout",
  "disableOpenapiValidation",
] as const;

/** Returns the inputs of the provider for a release. */
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
    // The clean-up deletes claims that the failed update has created, although they are to be kept; the rollback alone does not.
    cleanupOnFail: values.claims === undefined,
    ...(runsToCompletion(kind) ? { waitForJobs: true } : {}),
    timeout: timeoutSeconds,
    maxHistory: MAX_HISTORY,
    ...(release.replaces ? { forceUpdate: true } : {}),
    ...(isOwnChart(release) ? { disableOpenapiValidation: true } : {}),
  };
}

/**
 * Whether the chart is a local folder. Such charts are tested and have a schema, so Helm can skip its own check, which reads
 * the schema of every kind from the API server and takes longer than rendering.
 */
const isOwnChart = ({ chart }: ReleasePlan): boolean => "path" in chart && !chart.path.endsWith(".tgz");

/** Whether the engine would not change a deployed release: its inputs equal those in the state. */
export function isUnchanged(release: ReleasePlan, inputs: ReleaseInputs, deployed: object): boolean {
  const there = deployed as Partial<ReleaseInputs>;
  const keys = (Object.keys(inputs) as (keyof ReleaseInputs)[]).filter(
    (key) => !release.done || !(DONE_IGNORES as readonly string[]).includes(key),
  );
  return keys.every((key) => isDeepStrictEqual(inputs[key], there[key]));
}
