/** Fetches the archives that `charts/lock.yaml` names, and keeps only those it vouches for. */
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type RemoteChart, readCharts, sha256Of } from "../../../src/plan/chart";
import { ToolError } from "../failure";
import { type HelmArguments, pullArchive } from "./archive";
import { writeLock } from "./lock";

export interface Pulled {
  chart: string;
  version: string;
  sha256: string;
  /** What was done: it was there already, it was fetched and checked, or it was fetched and its digest is recorded now. */
  outcome: "present" | "verified" | "recorded";
}

/** @throws ToolError for the first chart that is not available, or is not the one that the lock names: it is not kept. */
export async function pullCharts(project: string, further: HelmArguments = []): Promise<Pulled[]> {
  const pulled: Pulled[] = [];
  for (const [chart, locked] of Object.entries(readCharts(project).remote))
    pulled.push(await pullChart(project, chart, locked, further));
  return pulled;
}

async function pullChart(
  project: string,
  chart: string,
  locked: RemoteChart,
  further: HelmArguments,
): Promise<Pulled> {
  const { url, version, sha256, vendored, file } = locked;
  const result = { chart, version };
  if (vendored && vendored.sha256 === sha256) return { ...result, sha256, outcome: "present" };
  if (vendored && sha256 !== undefined)
    throw new ToolError(
      `${file} is not the chart that charts/lock.yaml names: sha256 ${vendored.sha256}, locked ${sha256}.\n` +
        "  Find out who changed it; delete it to fetch it again.",
    );
  const path = join(project, file);
  const arriving = `${path}.arriving`;
  await pullArchive(url, version, arriving, further);
  const actual = sha256Of(arriving);
  if (sha256 !== undefined && actual !== sha256) {
    rmSync(arriving);
    throw new ToolError(
      `${url} ${version} has sha256 ${actual}, charts/lock.yaml says ${sha256}: it is not kept.\n` +
        "  The registry serves another chart under this version than the one that was locked. Ask its publisher why, before anything else.",
    );
  }
  renameSync(arriving, path);
  if (sha256 === undefined) writeLock(project, chart, { sha256: actual });
  return { ...result, sha256: actual, outcome: sha256 === undefined ? "recorded" : "verified" };
}
