import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ReleasePlan } from "../src/plan/plan";
import { DONE_IGNORES, releaseInputs } from "../src/plan/release-inputs";

/** The arguments of a Helm release. */
export interface ReleaseArgs {
  /** Namespace to install into. It must exist. */
  namespace: string;
  /** The plan of the release. */
  release: ReleasePlan;
  /**
   * Whether the chart's registry answers. If not, a preview shows the release without reading its chart.
   * @default true
   */
  chartReadable?: boolean;
}

/** Creates the Helm release of a plan, with `name` as its name in the state. */
export const createRelease = (
  name: string,
  { namespace, release, chartReadable = true }: ReleaseArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.helm.v3.Release =>
  new k8s.helm.v3.Release(
    name,
    {
      ...releaseInputs(release, namespace),
      // The provider only reads a chart if all inputs are known, so one input stays unknown here. It drops this input after that
      // check, so it never shows as a change.
      ...(chartReadable ? {} : { resourceNames: pulumi.output(pulumi.unknown) as pulumi.Output<never> }),
    },
    {
      ...opts,
      ...(release.protect ? { protect: true } : {}),
      // Changed inputs would run a finished Job again.
      ...(release.done ? { ignoreChanges: [...DONE_IGNORES] } : {}),
    },
  );
