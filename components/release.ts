import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ReleasePlan } from "../plan/plan";

/** What every component that wraps a Helm release takes. */
export interface ReleaseArgs {
  /** The namespace to install into; it must exist. */
  namespace: pulumi.Input<string>;
  /** The release as planned. */
  release: ReleasePlan;
  /**
   * False in a preview while the chart's registry cannot be reached: the provider then shows the release without
   * reading its chart. Default true.
   */
  chartReadable?: boolean;
}

/** Revisions Helm keeps: Pulumi's history replaces Helm's, and each is a Secret of up to 1 MiB. */
const MAX_HISTORY = 3;

/** A planned release as arguments of the provider's resource. */
export function releaseArgs({
  namespace,
  release,
  chartReadable = true,
}: ReleaseArgs): k8s.helm.v3.ReleaseArgs {
  const { chart } = release;
  return {
    name: release.name,
    namespace,
    ...("path" in chart ? { chart: chart.path } : { chart: chart.url, version: chart.version }),
    values: release.values,
    description: release.description,
    // A failed update leaves the old version running.
    atomic: true,
    cleanupOnFail: true,
    timeout: release.timeoutSeconds,
    maxHistory: MAX_HISTORY,
    // The provider reads a chart only when all inputs are known. The names of its objects are what is not known here;
    // the provider drops this input after that check, so it never shows as a change.
    ...(chartReadable ? {} : { resourceNames: pulumi.output(pulumi.unknown) as pulumi.Output<never> }),
  };
}
