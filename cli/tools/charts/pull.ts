/** Fetches the archives that `charts/lock.yaml` names, and keeps only those with the locked digest. */
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
  /** `present`: it already existed. `verified`: fetched and checked. `recorded`: fetched, and its digest is now in the lock. */
  outcome: "present" | "verified" | "recorded";
}

/** @throws ToolError for the first chart that is not available or does not match the lock; it is not kept. */
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
        "  Find out who changed it. To fetch it again, delete it.",
    );
  const path = join(project, file);
  const arriving = `${path}.arriving`;
  await pullArchive(url, version, arriving, further);
  const actual = sha256Of(arriving);
  if (sha256 !== undefined && actual !== sha256) {
    rmSync(arriving);
    throw new ToolError(
      `${url} ${version} has sha256 ${actual}, but charts/lock.yaml says ${sha256}; the chart was not kept.\n` +
        "  The registry serves a different chart under this version than the locked one. Ask its publisher why before you use it.",
    );
  }
  renameSync(arriving, path);
  if (sha256 === undefined) writeLock(project, chart, { sha256: actual });
  return { ...result, sha256: actual, outcome: sha256 === undefined ? "recorded" : "verified" };
}
