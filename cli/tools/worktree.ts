/** Checks out another commit of this repository in a temporary worktree. The working tree is not touched. */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import execa from "execa";
import { VENDOR } from "../../src/plan/chart";
import { lockFileOf } from "../../src/plan/package";
import { step } from "../terminal/progress";
import { ToolError, wordsOf } from "./failure";
import { readIfThere } from "./files";
import { PROJECT } from "./paths";
import { linkPackages, mainOf } from "./project-copy";
import { inTemporaryFolder } from "./temporary";

/** Whether this repository has a commit; false outside a repository. */
export const hasCommit = async (commit: string): Promise<boolean> =>
  git(["cat-file", "-e", `${commit}^{commit}`]).then(
    () => true,
    () => false,
  );

/** Calls `work` with the project of a commit in a temporary worktree. @throws ToolError if git cannot check it out. */
export async function inWorktree<T>(commit: string, work: (project: string) => Promise<T>): Promise<T> {
  const prefix = await git(["rev-parse", "--show-prefix"]);
  // Remove leftovers of killed runs.
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
      // Reuse fetched charts; the lock says which archives are valid.
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

/** Commands that install the packages of a lock file without running their scripts. */
const INSTALLERS: Record<string, readonly [program: string, ...args: string[]]> = {
  "package-lock.json": ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
  "pnpm-lock.yaml": ["pnpm", "install", "--frozen-lockfile", "--ignore-scripts"],
  "yarn.lock": ["yarn", "install", "--frozen-lockfile", "--ignore-scripts"],
};

/**
 * Installs the packages of a checked-out project's lock file, or links the working tree's if the lock files are equal. Compiles a
 * program that the commit has only as source.
 * @throws ToolError if there is no lock file, or the packages cannot be installed.
 */
export async function installPackages(project: string): Promise<void> {
  const lock = lockFileOf(project);
  const own = lockFileOf(PROJECT);
  if ((lock && readIfThere(lock)) === (own && readIfThere(own))) {
    const [from, to] = [own ? dirname(own) : PROJECT, lock ? dirname(lock) : project];
    linkPackages(join(from, "node_modules"), to);
    if (from !== PROJECT) linkPackages(join(PROJECT, "node_modules"), project);
  } else if (lock === undefined)
    throw new ToolError(
      `that commit has no lock file (${Object.keys(INSTALLERS).join(", ")}), so the packages its program ran with are unknown`,
    );
  else {
    const [program, ...args] = INSTALLERS[basename(lock)] as [string, ...string[]];
    await step("installing the packages of that commit", () => inFolder(dirname(lock), program, args));
  }
  if (needsBuild(project))
    await step("compiling the program of that commit", () =>
      inFolder(project, "npm", ["run", "--silent", "build"]),
    );
}

/** Whether Pulumi runs a compiled file that does not exist, and the project has a build script. */
function needsBuild(project: string): boolean {
  const { main, scripts = {} } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
    main?: string;
    scripts?: { build?: string };
  };
  const isMain = main !== undefined && mainOf(project) === join(project, "");
  return isMain && !existsSync(join(project, main)) && scripts.build !== undefined;
}

async function inFolder(folder: string, program: string, args: readonly string[]): Promise<void> {
  try {
    await execa(program, [...args], { cwd: folder });
  } catch (error) {
    throw new ToolError(`${program} ${args[0]} of that commit failed: ${wordsOf(error)}`);
  }
}

const git = async (args: readonly string[]): Promise<string> =>
  (await execa("git", [...args], { cwd: PROJECT })).stdout.trim();
