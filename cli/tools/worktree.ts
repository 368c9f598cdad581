/** Another commit of this repository beside the working tree, which is not touched. */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import execa from "execa";
import { VENDOR } from "../../src/plan/chart";
import { step } from "../terminal/progress";
import { ToolError, wordsOf } from "./failure";
import { PROJECT } from "./paths";
import { inTemporaryFolder } from "./temporary";

/** Whether this repository has a commit; false outside one. */
export const hasCommit = async (commit: string): Promise<boolean> =>
  git(["cat-file", "-e", `${commit}^{commit}`]).then(
    () => true,
    () => false,
  );

/** Hands the project of a commit, checked out in a temporary worktree, to the work. @throws ToolError when git cannot check it out. */
export async function inWorktree<T>(commit: string, work: (project: string) => Promise<T>): Promise<T> {
  const prefix = await git(["rev-parse", "--show-prefix"]);
  // What a killed run has left.
  await git(["worktree", "prune"]);
  return inTemporaryFolder(tmpdir(), async (folder) => {
    const tree = join(folder, "tree");
    try {
      await git(["worktree", "add", "--detach", "--quiet", tree, commit]);
    } catch (error) {
      throw new ToolError(`commit ${commit} cannot be checked out: ${wordsOf(error)}`);
    }
    try {
      const project = join(tree, prefix);
      // What was fetched once need not be fetched again; the lock says which archives are right.
      const vendored = join(PROJECT, VENDOR);
      if (existsSync(vendored) && !existsSync(join(project, VENDOR))) {
        mkdirSync(dirname(join(project, VENDOR)), { recursive: true });
        symlinkSync(vendored, join(project, VENDOR));
      }
      return await work(project);
    } finally {
      await git(["worktree", "remove", "--force", tree]).catch(() => git(["worktree", "prune"]));
    }
  });
}

/** Gives a project the packages that its lock names: this clone's, where they are the same. */
export async function installPackages(project: string): Promise<void> {
  const lock = (folder: string) => readFileSync(join(folder, "package-lock.json"), "utf8");
  if (lock(project) === lock(PROJECT)) {
    symlinkSync(join(PROJECT, "node_modules"), join(project, "node_modules"));
    return;
  }
  await step("installing the packages of that commit", () =>
    execa("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: project }),
  );
}

const git = async (args: readonly string[]): Promise<string> =>
  (await execa("git", [...args], { cwd: PROJECT })).stdout.trim();
