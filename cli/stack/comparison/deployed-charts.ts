/** The charts that a stack was deployed with, for rendering it again without its cluster. */

import { type Charts, readCharts } from "../../../src/plan/chart";
import { packageOf } from "../../../src/plan/package";
import { type ExportedResource, RELEASE } from "../../core/state";
import { say } from "../../terminal/progress";
import { ToolError } from "../../tools/failure";
import { PACKAGE, PROJECT } from "../../tools/paths";
import { hasCommit, installPackages, inWorktree } from "../../tools/worktree";
import { provenanceOf } from "../history";

/** Hands the folder with the charts that were deployed to the work: this one, or a worktree of the deployed commit. */
export async function withDeployedCharts<T>(
  resources: readonly ExportedResource[],
  charts: Charts,
  work: (folder: string, charts: Charts) => Promise<T>,
): Promise<T> {
  if (hasThem(resources, charts)) return work(PROJECT, charts);
  const commit = provenanceOf(resources)?.commit;
  if (commit === undefined || commit === "none") throw missing("the state names no commit");
  if (!(await hasCommit(commit)))
    throw missing(`this repository does not have their commit ${commit.slice(0, 7)} (git fetch --all)`);
  say(
    `the charts have changed since the stack was deployed: they are taken from commit ${commit.slice(0, 7)}`,
  );
  return inWorktree(commit, async (folder) => {
    // A project finds them in its packages.
    if (packageOf(folder) === PACKAGE) await installPackages(folder);
    const then = readCharts(folder);
    if (!hasThem(resources, then)) throw missing(`those of commit ${commit.slice(0, 7)} differ as well`);
    return work(folder, then);
  });
}

/** Whether the local charts are those that the releases were made of. */
function hasThem(resources: readonly ExportedResource[], { microservice, store, remote }: Charts): boolean {
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
    `the charts that the stack was deployed with are not available: ${why}\n  Leave out --offline: Helm has kept what it deployed in the cluster.`,
  );
