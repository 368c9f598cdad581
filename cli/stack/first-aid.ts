/** What has to be put right before it can be seen what else there is: a state that cannot be read, processes without an engine. */
import { basename } from "node:path";
import { compact } from "../../src/model/records";
import { questionAboutLocks } from "../core/recovery/recovery";
import { step } from "../terminal/progress";
import { ToolError } from "../tools/failure";
import { type Damage, damageText, readDamage, restore, wasRestored } from "./damage";
import { readLocks } from "./locks";
import { endOrphans, type Orphan, readOrphans } from "./orphans";
import { PROJECT_NAME } from "./project";

export interface FirstAid {
  /** What has happened, in words. */
  found: string[];
  /** What is done about it, in words and in order. */
  will: string[];
  damage?: Damage;
  orphans: readonly Orphan[];
  /** Whether the state is a copy, or will be: it may not know its last moment. Also when that was found by a recovery that was broken off. */
  restored: boolean;
  /** A question to confirm first, about what cannot be checked from here. */
  unsure?: string;
}

/** @throws ToolError when the state cannot be read, and no copy of it. */
export async function firstAidFor(stack: string): Promise<FirstAid> {
  const [damage, orphans, wasCopied] = await Promise.all([
    readDamage(PROJECT_NAME, stack),
    readOrphans(),
    wasRestored(PROJECT_NAME, stack),
  ]);
  const nothing: FirstAid = { found: [], will: [], orphans: [], restored: wasCopied };
  if (damage === undefined && orphans.length === 0) return nothing;
  const locks = await readLocks(PROJECT_NAME, stack);
  // An update that runs writes its state again, and may yet use what looks abandoned.
  if (locks?.some(({ alive }) => alive === true)) return nothing;
  const found = orphans.map(
    ({ pid, what }) =>
      `${what} of an engine that was killed still runs (process ${pid}), of this stack or another of this project: nothing records what it does`,
  );
  const will = orphans.map(({ pid, what }) => `end process ${pid}, ${what}`);
  if (damage) found.push(damageText(stack, damage));
  if (damage?.attributes !== undefined) will.push("remove that; the state itself is intact");
  else if (damage) {
    const { file, isMissing, copy } = damage;
    if (copy === undefined)
      throw new ToolError(
        `the state of ${stack} cannot be read, nor can any copy of it: ${file}\n  Restore the file from your own backup of the backend. Without one: pulumi stack init in a new backend, then npx flotilla adopt --stack ${stack} takes over what runs.`,
      );
    will.push(
      `restore it from the backend's own backup ${basename(copy.file)}, of ${copy.writtenAt.toISOString()} with ${copy.resources} resources${isMissing ? "" : "; the damaged file is kept beside it"}`,
    );
  }
  // One that is still alive somewhere else writes the state under the hands of whoever restores it.
  const unsure = damage && questionAboutLocks(locks ?? []);
  return compact({
    found,
    will,
    orphans,
    restored: wasCopied || (damage !== undefined && damage.attributes === undefined),
    damage,
    unsure,
  });
}

export async function giveFirstAid({ orphans, damage }: FirstAid): Promise<void> {
  if (orphans.length > 0) await step("ending what was left running", () => endOrphans(orphans));
  if (damage) await step("restoring the state", async () => restore(damage));
}
