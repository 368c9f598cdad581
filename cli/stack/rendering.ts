/** Renders the manifests of releases from the available charts with helm. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Settings } from "../../src/config/schema";
import { type Charts, sha256Of } from "../../src/plan/chart";
import type { Plan, ReleasePlan } from "../../src/plan/plan";
import { type ReleaseInputs, releaseInputs } from "../../src/plan/release-inputs";
import { pullArchive } from "../tools/charts/archive";
import { wordsOf } from "../tools/failure";
import { template } from "../tools/helm";
import { inParallel } from "../tools/parallel";
import { cacheFolder, PROJECT } from "../tools/paths";

/** The manifests of a release, or the error of helm; neither if the chart is not available. */
export type Manifests = { manifests?: string; failure?: string };

export type RenderedRelease = Manifests & { release: ReleasePlan };

/** Renders every release of a plan whose chart is on this machine. */
export async function renderReleases(
  { namespace, releases }: Plan,
  settings: Settings,
  charts: Charts,
): Promise<RenderedRelease[]> {
  const apis = settings.monitoring?.serviceMonitor ? ["--api-versions", "monitoring.coreos.com/v1"] : [];
  return inParallel(Object.values(releases), async (release) => {
    const inputs = releaseInputs(release, namespace.name);
    return { release, ...(await render(inputs, localChart(inputs, charts), apis)) };
  });
}

/** Renders one release from a local chart. */
export async function render(
  { name, namespace, values }: ReleaseInputs,
  chart: string | undefined,
  flags: readonly string[],
): Promise<Manifests> {
  if (chart === undefined) return {};
  try {
    return { manifests: await template(chart, { release: name, namespace, values }, flags) };
  } catch (error) {
    return { failure: wordsOf(error).replace(/^Error: /, "") };
  }
}

/** The path of the local chart, starting at `folder`: a directory, or an archive that matches the lock. */
export function localChart(
  { chart }: Pick<ReleaseInputs, "chart">,
  charts: Charts,
  folder = PROJECT,
): string | undefined {
  if (!isRemote(chart)) return join(folder, chart);
  const locked = Object.values(charts.remote).find(({ url }) => url === chart);
  if (!locked?.vendored || locked.vendored.sha256 !== locked.sha256) return undefined;
  return join(folder, locked.file);
}

/** A remote chart from the cache, fetched if necessary; undefined if it is not available. */
export async function chartFetched(
  { chart, version = "" }: ReleaseInputs,
  charts: Charts,
): Promise<string | undefined> {
  const archive = join(cacheFolder(), "charts", `${basename(chart)}-${version}.tgz`);
  const locked = Object.values(charts.remote).find(({ url }) => url === chart);
  try {
    mkdirSync(join(cacheFolder(), "charts"), { recursive: true });
    if (!existsSync(archive)) await pullArchive(chart, version, archive);
  } catch {
    return undefined;
  }
  if (locked?.version !== version || locked.sha256 === undefined || sha256Of(archive) === locked.sha256)
    return archive;
  rmSync(archive);
  return undefined;
}

export const isRemote = (chart: string): boolean => /^\w+:\/\//.test(chart);
