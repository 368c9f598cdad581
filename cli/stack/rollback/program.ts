/** The program and stack file of an update, in a separate folder. */
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDefaults } from "../../../src/config/file";
import { PREFIX } from "../../../src/config/prefix";
import { stackFileName } from "../../../src/config/stack-names";
import type { Provenance } from "../../../src/runtime/provenance";
import { type RecordedConfig, restoredFile } from "../../core/restore";
import { ToolError } from "../../tools/failure";
import { readIfThere } from "../../tools/files";
import { PROJECT } from "../../tools/paths";
import { copyProject, programIn } from "../../tools/project-copy";
import { inTemporaryFolder } from "../../tools/temporary";
import { hasCommit, installPackages, inWorktree } from "../../tools/worktree";
import { environmentElsewhere } from "../backend";

/** Which program to use: the one that an update recorded, or the working tree's. */
export type Wanted =
  | {
      recorded: Provenance | undefined;
      /** Whose program it is, as text. */
      of: string;
      /** What to do if it is not available. */
      else: string;
    }
  | "working tree";

export interface Prepared {
  /** The folder with the program and the stack file. */
  folder: string;
  /** The contents of the stack file after the update. */
  stackFile: string;
  /** The environment variables that pulumi needs there. */
  environment: Record<string, string>;
}

/** Calls `work` with a folder that has the program and the settings. The working tree is not touched. */
export async function withProgram<T>(
  stack: string,
  wanted: Wanted,
  config: RecordedConfig,
  work: (prepared: Prepared) => Promise<T>,
): Promise<T> {
  return inProgram(wanted, async (folder) => {
    const name = stackFileName(stack);
    const current = readIfThere(join(PROJECT, name)) ?? "";
    const { file } = parseDefaults("Pulumi.yaml", readFileSync(join(folder, "Pulumi.yaml"), "utf8"));
    const defaults = Object.fromEntries(
      Object.entries(file.values).map(([key, value]) => [`${PREFIX}:${key}`, value]),
    );
    const path = join(folder, name);
    const stackFile = restoredFile(readIfThere(path) || current, current, config, defaults);
    writeFileSync(path, stackFile);
    return work({ folder, stackFile, environment: await environmentElsewhere() });
  });
}

async function inProgram<T>(wanted: Wanted, work: (folder: string) => Promise<T>): Promise<T> {
  const inCopy = () =>
    inTemporaryFolder(tmpdir(), async (temporary) => {
      const folder = join(temporary, "project");
      copyProject(folder);
      return work(folder);
    });
  if (wanted === "working tree") return (await inHead(work)) ?? inCopy();
  const { recorded } = wanted;
  if (!recorded) throw notTheSame(wanted, "the backend does not record which program it ran");
  const { commit, program } = recorded;
  // A worktree first: an update that runs there records the commit too.
  let found: string | undefined;
  const isKnown = commit !== "none" && (await hasCommit(commit));
  if (isKnown) {
    const done = await inWorktree(commit, async (folder) => {
      await installPackages(folder);
      found = await programIn(folder);
      return found === program ? { result: await work(folder) } : undefined;
    });
    if (done) return done.result;
  }
  if ((await programIn(PROJECT)) === program) return inCopy();
  const short = commit.slice(0, 7);
  throw notTheSame(
    wanted,
    commit === "none"
      ? "its program was not in a git repository, and the one in this working tree differs"
      : isKnown
        ? `it recorded commit ${short} and program ${program}, but that commit has program ${found ?? "without a digest"}, so it ran with uncommitted changes`
        : `it recorded commit ${short}, which this repository does not have (git fetch --all)`,
  );
}

/** Uses a worktree of HEAD if the working tree's program is unchanged, so that the update records the commit. */
async function inHead<T>(work: (folder: string) => Promise<T>): Promise<T | undefined> {
  if (!(await hasCommit("HEAD"))) return undefined;
  const program = await programIn(PROJECT);
  const found = await inWorktree("HEAD", async (folder) => {
    await installPackages(folder);
    return (await programIn(folder)) === program ? { result: await work(folder) } : undefined;
  });
  return found?.result;
}

const notTheSame = (wanted: Exclude<Wanted, string>, why: string): ToolError =>
  new ToolError(`the program of ${wanted.of} is not available: ${why}.\n  ${wanted.else}`);
