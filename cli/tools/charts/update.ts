/** Updates `charts/lock.yaml` to newer versions, and finds values of ours that the new charts no longer have. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import semver from "semver";
import { compact } from "../../../src/model/records";
import { archiveOf, type RemoteChart, readCharts, sha256Of } from "../../../src/plan/chart";
import { ToolError } from "../failure";
import { type HelmArguments, newestVersion, pullArchive, readFromArchive } from "./archive";
import { writeLock } from "./lock";
import { unknownKeys } from "./unknown-keys";

export interface Updated {
  chart: string;
  from: string;
  to: string;
  /** The app versions of the charts. */
  appFrom?: string;
  appTo?: string;
  /** Values that Flotilla sets and the new chart does not have. */
  gone: string[];
  /** Values that the old chart had and the new one does not. */
  removed: string[];
}

interface Metadata {
  appVersion?: string;
}

/**
 * @param wanted Names of charts, with `@<version>` for a version other than the newest. If empty, all charts.
 * @param valuesOf All values that Flotilla may set in a chart.
 */
export async function updateCharts(
  project: string,
  wanted: readonly string[],
  valuesOf: (chart: string) => readonly object[],
  further: HelmArguments = [],
): Promise<Updated[]> {
  const { remote } = readCharts(project);
  const requests = (wanted.length > 0 ? wanted : Object.keys(remote)).map((request) => {
    const [chart, version] = request.split("@") as [string, string | undefined];
    const locked = remote[chart];
    if (!locked)
      throw new ToolError(`charts/lock.yaml has no chart ${chart}; it has ${Object.keys(remote).join(", ")}`);
    if (version !== undefined && semver.valid(version) === null)
      throw new ToolError(`${request}: ${version} is not an exact version such as ${locked.version}`);
    return { chart, version, locked };
  });
  const found: Found[] = [];
  for (const { chart, version, locked } of requests)
    found.push(await findUpdate(project, chart, locked, version, valuesOf(chart), further));
  // Write only after all charts are found: a registry that fails halfway must not leave unreported changes.
  for (const { updated, lock, old } of found) {
    if (lock) writeLock(project, updated.chart, lock);
    if (old) rmSync(old);
  }
  return found.map(({ updated }) => updated);
}

/** The update of one chart. */
interface Found {
  updated: Updated;
  /** The new keys in the lock. */
  lock?: Record<string, string>;
  /** The archive that becomes obsolete. */
  old?: string;
}

async function findUpdate(
  project: string,
  chart: string,
  locked: RemoteChart,
  version: string | undefined,
  ours: readonly object[],
  further: HelmArguments,
): Promise<Found> {
  const from = locked.version;
  const to = version ?? (await newestVersion(locked.url, further));
  if (to === from) return { updated: { chart, from, to, gone: [], removed: [] } };
  const archives = { from: join(project, locked.file), to: join(project, archiveOf(chart, to)) };
  if (!locked.vendored) await pullArchive(locked.url, from, archives.from, further);
  if (locked.sha256 !== undefined && sha256Of(archives.from) !== locked.sha256)
    throw new ToolError(
      `${locked.file} is not the chart that charts/lock.yaml names\n  Run npx flotilla charts pull first.`,
    );
  await pullArchive(locked.url, to, archives.to, further);
  const [oldValues, newValues, oldChart, newChart] = await Promise.all([
    readFromArchive<object>(archives.from, "values.yaml"),
    readFromArchive<{ image?: { tag?: string } }>(archives.to, "values.yaml"),
    readFromArchive<Metadata>(archives.from, "Chart.yaml"),
    readFromArchive<Metadata>(archives.to, "Chart.yaml"),
  ]);
  const imageTag = newValues?.image?.tag;
  if (typeof imageTag !== "string" || imageTag === "latest")
    throw new ToolError(
      `${chart} ${to} does not name a version of its main image (image.tag is ${imageTag}). Nothing was changed.\n` +
        `  Choose a version that does: npx flotilla charts update ${chart}@<version>`,
    );
  return {
    updated: compact({
      chart,
      from,
      to,
      appFrom: oldChart?.appVersion,
      appTo: newChart?.appVersion,
      gone: [...new Set(ours.flatMap((values) => unknownKeys(values, newValues)))].sort(),
      removed: unknownKeys(oldValues, newValues).sort(),
    }),
    lock: { version: to, imageTag, sha256: sha256Of(archives.to) },
    old: archives.from,
  };
}
