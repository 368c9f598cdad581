import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ReleasePlan } from "../src/plan/plan";
import { releaseInputs } from "../src/plan/release-inputs";

/** What every component that wraps a Helm release takes. */
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

/** A planned release as arguments of the provider's resource. */
export const releaseArgs = ({
  namespace,
  release,
  chartReadable = true,
}: ReleaseArgs): k8s.helm.v3.ReleaseArgs => ({
  ...releaseInputs(release, namespace),
  // The provider reads a chart only when all inputs are known. The names of its objects are what is not known here;
  // the provider drops this input after that check, so it never shows as a change.
  ...(chartReadable ? {} : { resourceNames: pulumi.output(pulumi.unknown) as pulumi.Output<never> }),
});
