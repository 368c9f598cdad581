import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ReleasePlan } from "../src/plan/plan";
import { DONE_IGNORES, releaseInputs } from "../src/plan/release-inputs";

export interface ReleaseArgs {
  /** The namespace to install into; it must exist. */
  namespace: string;
  /** The release as planned. */
  release: ReleasePlan;
  /**
   * False in a preview while the chart's registry cannot be reached: the provider then shows the release without
   * reading its chart. Default true.
   */
  chartReadable?: boolean;
}

/** Creates the Helm release of a plan. */
export const createRelease = (
  name: string,
  { namespace, release, chartReadable = true }: ReleaseArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.helm.v3.Release =>
  new k8s.helm.v3.Release(
    name,
    {
      ...releaseInputs(release, namespace),
      // The provider reads a chart only when all inputs are known. The names of its objects are what is not known here;
      // the provider drops this input after that check, so it never shows as a change.
      ...(chartReadable ? {} : { resourceNames: pulumi.output(pulumi.unknown) as pulumi.Output<never> }),
    },
    {
      ...opts,
      ...(release.protect ? { protect: true } : {}),
      // A Job that is done does not run again.
      ...(release.done ? { ignoreChanges: [...DONE_IGNORES] } : {}),
    },
  );
