/** Repairs that must come first in a recovery: an unreadable state, and providers left without an engine. */
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
  /** What has happened. */
  found: string[];
  /** What will be done, in order. */
  will: string[];
  damage?: Damage;
  orphans: readonly Orphan[];
  /** Whether the state is or will be a restored copy, which may lack the last steps; also if an interrupted recovery restored it. */
  restored: boolean;
  /** A question to confirm first, about something that cannot be checked from here. */
  unsure?: string;
}

/** @throws ToolError if neither the state nor any copy of it can be read. */
export async function firstAidFor(stack: string): Promise<FirstAid> {
  const [damage, orphans, wasCopied] = await Promise.all([
    readDamage(PROJECT_NAME, stack),
    readOrphans(),
    wasRestored(PROJECT_NAME, stack),
  ]);
  const nothing: FirstAid = { found: [], will: [], orphans: [], restored: wasCopied };
  if (damage === undefined && orphans.length === 0) return nothing;
  const locks = await readLocks(PROJECT_NAME, stack);
  // A running update will write its state again and may still use processes that look abandoned.
  if (locks?.some(({ alive }) => alive === true)) return nothing;
  const found = orphans.map(
    ({ pid, what }) =>
      `${what} of a killed Pulumi run is still running (process ${pid}), for this stack or another one of this project; Pulumi does not record its changes`,
  );
  const will = orphans.map(({ pid, what }) => `end process ${pid}, ${what}`);
  if (damage) found.push(damageText(stack, damage));
  if (damage?.attributes !== undefined) will.push("remove that file; the state itself is intact");
  else if (damage) {
    const { file, isMissing, copy } = damage;
    if (copy === undefined)
      throw new ToolError(
        `neither the state of ${stack} nor any copy of it can be read: ${file}\n  Restore the file from your own backup of the backend. Without one, run pulumi stack init in a new backend, then take over what is running: npx flotilla adopt --stack ${stack}.`,
      );
    will.push(
      `restore it from the backend's own backup ${basename(copy.file)}, of ${copy.writtenAt.toISOString()} with ${copy.resources} resources${isMissing ? "" : "; the damaged file is kept next to it"}`,
    );
  }
  // An update still running on another machine would overwrite the restored state.
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
  if (orphans.length > 0) await step("ending abandoned processes", () => endOrphans(orphans));
  if (damage) await step("restoring the state", async () => restore(damage));
}
