/**
 * After an update of the embedded cluster was killed (not merely interrupted): removes what its unfinished operations
 * left, so that the next update can begin them again.
 */
import { join } from "node:path";
import execa from "execa";
import { say } from "../tools/progress";
import { type OpenWorld, pulumi, releaseDeadLocks } from "../tools/world";
import { PROJECT_NAME } from "./stack";

const RELEASE = "kubernetes:helm.sh/v3:Release";

/** A Helm release that an update was working on when it was killed. */
export interface UnfinishedRelease {
  name: string;
  namespace: string;
  /** Pulumi's words: creating, updating, deleting. */
  operation: string;
}

/** The part of `pulumi stack export` that tells of unfinished operations. */
export interface Export {
  deployment?: {
    pending_operations?: {
      type: string;
      resource: { type: string; inputs?: { name?: string; namespace?: string } };
    }[];
  };
}

/** The unfinished operations on Helm releases. */
export function unfinishedReleases({ deployment }: Export): UnfinishedRelease[] {
  return (deployment?.pending_operations ?? []).flatMap(({ type, resource }) => {
    const { name, namespace } = resource.inputs ?? {};
    return resource.type === RELEASE && name && namespace ? [{ name, namespace, operation: type }] : [];
  });
}

/** What helm must do before the operation can be done again. */
export function repairOf(
  operation: string,
  status: string | undefined,
): "uninstall" | "rollback" | undefined {
  if (status === undefined) return undefined;
  // What an unfinished creation left is no part of the state: it stands in the way of the next.
  if (operation === "creating") return "uninstall";
  return status.startsWith("pending-") ? "rollback" : undefined;
}

export async function repairKilledUpdate(
  open: OpenWorld,
  stack: string,
  selection: readonly string[],
): Promise<void> {
  await releaseDeadLocks(open, PROJECT_NAME, stack);
  const { stdout } = await pulumi(open, ["stack", "export", "--stack", stack]);
  const exported = JSON.parse(stdout) as Export;
  if ((exported.deployment?.pending_operations ?? []).length === 0) return;
  say("the last update was killed; its unfinished operations are undone first");
  for (const { name, namespace, operation } of unfinishedReleases(exported)) {
    const repair = repairOf(operation, await statusOf(open, name, namespace));
    if (repair === undefined) continue;
    say(`${repair} of release ${name}, which was ${operation}`);
    await helm(open, [repair, name, "-n", namespace, "--wait", "--timeout=120s"]);
  }
  await pulumi(open, ["refresh", ...selection, "--yes", "--skip-preview", "--clear-pending-creates"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Helm's status of the newest revision; undefined when there is no such release. */
async function statusOf(open: OpenWorld, name: string, namespace: string): Promise<string | undefined> {
  const { exitCode, stdout } = await helm(open, ["status", name, "-n", namespace, "-o", "json"], false);
  return exitCode === 0 ? (JSON.parse(stdout) as { info: { status: string } }).info.status : undefined;
}

function helm(open: OpenWorld, args: readonly string[], reject = true) {
  return execa(join(open.world.bin, "helm"), [...args], {
    env: open.environment as NodeJS.ProcessEnv,
    reject,
  });
}
