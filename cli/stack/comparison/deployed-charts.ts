/** The charts that a stack was deployed with, to render its releases without the cluster. */

import { type Charts, readCharts } from "../../../src/plan/chart";
import { packageOf } from "../../../src/plan/package";
import { type ExportedResource, RELEASE } from "../../core/state";
import { say } from "../../terminal/progress";
import { ToolError } from "../../tools/failure";
import { PACKAGE, PROJECT } from "../../tools/paths";
import { hasCommit, installPackages, inWorktree } from "../../tools/worktree";
import { provenanceOf } from "../history";

/** Calls `work` with the deployed charts and their folder: this project, or a worktree of the deployed commit. */
export async function withDeployedCharts<T>(
  resources: readonly ExportedResource[],
  charts: Charts,
  work: (folder: string, charts: Charts) => Promise<T>,
): Promise<T> {
  if (isDeployedWith(resources, charts)) return work(PROJECT, charts);
  const commit = provenanceOf(resources)?.commit;
  if (commit === undefined || commit === "none") throw missing("the state does not record a commit");
  if (!(await hasCommit(commit)))
    throw missing(`this repository does not have commit ${commit.slice(0, 7)} (git fetch --all)`);
  say(`the charts have changed since the last update: using those of commit ${commit.slice(0, 7)}`);
  return inWorktree(commit, async (folder) => {
    // A user's project has the charts in its installed packages.
    if (packageOf(folder) === PACKAGE) await installPackages(folder);
    const past = readCharts(folder);
    if (!isDeployedWith(resources, past))
      throw missing(`those of commit ${commit.slice(0, 7)} differ as well`);
    return work(folder, past);
  });
}

/** Whether the releases were deployed with these charts. */
function isDeployedWith(
  resources: readonly ExportedResource[],
  { microservice, store, remote }: Charts,
): boolean {
  const vendored = Object.values(remote).flatMap(({ vendored: archive }) => archive?.sha256 ?? []);
  const digests = resources.flatMap(({ type, inputs }) => {
    const digest = /sha256:([0-9a-f]+)\b/.exec(String(inputs?.description))?.[1];
    return type === RELEASE && digest !== undefined ? [digest] : [];
  });
  return digests.every(
    (digest) =>
      digest === microservice.digest ||
      digest === store.digest ||
      vendored.some((sha256) => sha256.startsWith(digest)),
  );
}

const missing = (why: string): ToolError =>
  new ToolError(
    `the charts that the stack was deployed with are not available: ${why}\n  Run without --offline: Helm's records in the cluster have what was deployed.`,
  );
