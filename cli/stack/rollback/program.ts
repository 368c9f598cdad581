/** The program and the stack file of an update, in a folder of their own. */
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

/** Which program: the one that an update recorded, or the working tree's, whatever that is. */
export type Wanted =
  | {
      recorded: Provenance | undefined;
      /** Whose program it is, in words. */
      of: string;
      /** What to do if it is not available. */
      else: string;
    }
  | "working tree";

export interface Prepared {
  /** Folder of the program, with the stack's file in it. */
  folder: string;
  /** The stack's file as it is to be when the update is done. */
  stackFile: string;
  /** Variables that pulumi needs there. */
  environment: Record<string, string>;
}

/** Hands a folder with the program and the settings to the work. The working tree is not touched. */
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
  if (!recorded) throw notTheSame(wanted, "the backend does not say which program it ran");
  const { commit, program } = recorded;
  // A worktree first: an update that runs there records its commit as well.
  let held: string | undefined;
  const isThere = commit !== "none" && (await hasCommit(commit));
  if (isThere) {
    const found = await inWorktree(commit, async (folder) => {
      await installPackages(folder);
      held = await programIn(folder);
      return held === program ? { result: await work(folder) } : undefined;
    });
    if (found) return found.result;
  }
  if ((await programIn(PROJECT)) === program) return inCopy();
  const short = commit.slice(0, 7);
  throw notTheSame(
    wanted,
    commit === "none"
      ? "it ran a program that was in no git repository, and the one of this working tree differs"
      : isThere
        ? `it recorded commit ${short} and program ${program}, but that commit holds program ${held ?? "without a digest"}: there were changes in it that were not committed`
        : `it recorded commit ${short}, which this repository does not have (git fetch --all)`,
  );
}

/** The working tree's program from the commit that is checked out, if it is that: an update then records the commit. */
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
