/** The manifests of a plan's releases, as helm makes them of the charts at hand. */
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Settings } from "../config/schema";
import type { Charts } from "../plan/chart";
import type { Plan, ReleasePlan } from "../plan/plan";
import type { RenderedObject } from "../plan/rules";
import { wordsOf } from "../tools/failure";
import { template } from "../tools/helm";
import { PROJECT } from "../tools/paths";

/** Helm processes at a time. */
const AT_ONCE = 4;

export interface RenderedRelease {
  release: ReleasePlan;
  /** None where the chart is not at hand, or cannot be rendered. */
  manifests?: string;
  /** Why it cannot be rendered, in helm's words. */
  failure?: string;
}

/** Renders every release whose chart is on this disk. */
export async function renderReleases(
  { namespace, releases }: Plan,
  settings: Settings,
  charts: Charts,
): Promise<RenderedRelease[]> {
  const apis = settings.monitoring?.serviceMonitor ? ["--api-versions", "monitoring.coreos.com/v1"] : [];
  const render = async (release: ReleasePlan): Promise<RenderedRelease> => {
    const path = chartAtHand(release, charts);
    if (path === undefined) return { release };
    const { name, values } = release;
    try {
      const text = await template(path, { release: name, namespace: namespace.name, values }, apis);
      return { release, manifests: text };
    } catch (error) {
      return { release, failure: wordsOf(error).replace(/^Error: /, "") };
    }
  };
  const rendered: RenderedRelease[] = [];
  const waiting = Object.values(releases);
  for (let start = 0; start < waiting.length; start += AT_ONCE)
    rendered.push(...(await Promise.all(waiting.slice(start, start + AT_ONCE).map(render))));
  return rendered;
}

/** The chart on this disk: a folder, or an archive that is the locked one. */
export function chartAtHand({ chart }: ReleasePlan, charts: Charts): string | undefined {
  if ("path" in chart) return join(PROJECT, chart.path);
  const locked = Object.values(charts.remote).find(({ url }) => url === chart.url);
  if (!locked?.vendored || locked.vendored.sha256 !== locked.sha256) return undefined;
  return join(PROJECT, locked.file);
}

/** An object of rendered manifests. */
export type ManifestObject = RenderedObject & { apiVersion?: string };

/** The objects of a text of manifests. */
export const objectsIn = (manifests: string): ManifestObject[] =>
  parseAllDocuments(manifests).flatMap((document) => (document.toJS() as ManifestObject | null) ?? []);

/** Whether an object is more than what `helm test` makes and deletes. */
export const isDeployed = ({ metadata }: RenderedObject): boolean => !metadata?.annotations?.["helm.sh/hook"];
