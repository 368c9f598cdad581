/** An update with readable progress: which releases it is waiting for, and why. */
import chalk from "chalk";
import { explain, type KnownRelease } from "../core/explain/explain";
import { readiness, releaseOf, type Workload } from "../core/explain/facts";
import type { Reason } from "../core/explain/reason";
import { RELEASE } from "../core/state";
import { say } from "../terminal/progress";
import { readFacts } from "./facts";
import type { Kubectl } from "./kubectl";
import { withLogs } from "./logs";
import { runUpdate, type Step, type UpdateOptions, type UpdateResult } from "./update";

/** Seconds between two checks of the cluster. */
const INTERVAL_SECONDS = 2;
/** Seconds after which an unchanged status is reported again. */
const REPEAT_SECONDS = 30;

export interface Updated extends UpdateResult {
  /** Why pods of each release were not ready, as seen during the update: after a failure the pods are gone. */
  seen: Record<string, Reason[]>;
}

const WORDS: Record<string, [begun: string, done: string]> = {
  create: ["installing", "installed"],
  update: ["updating", "updated"],
  delete: ["removing", "removed"],
  import: ["taking over", "taken over"],
  "create-replacement": ["reinstalling", "reinstalled"],
};

/** Runs an update and reports on standard error what each release is waiting for. */
export async function update(
  args: readonly string[],
  { stack, namespace, kubectl }: { stack: string; namespace: string; kubectl: Kubectl },
  options: UpdateOptions = {},
): Promise<Updated> {
  const watch = new Watch(stack, namespace, kubectl);
  const start = Date.now();
  const timer = setInterval(() => watch.look(), INTERVAL_SECONDS * 1000);
  try {
    const result = await runUpdate(args, { ...options, onStep: (step) => watch.step(step) });
    await watch.idle();
    return { ...result, seconds: (Date.now() - start) / 1000, seen: watch.seen };
  } finally {
    clearInterval(timer);
  }
}

class Watch {
  readonly seen: Record<string, Reason[]> = {};
  private readonly since = new Map<string, number>();
  private readonly said = new Map<string, { text: string; at: number }>();
  private looking: Promise<void> | undefined;

  constructor(
    private readonly stack: string,
    private readonly namespace: string,
    private readonly kubectl: Kubectl,
  ) {}

  step({ operation, type, name, phase }: Step): void {
    // These steps of a replacement change only the state.
    if (type !== RELEASE || operation === "replace" || operation === "delete-replaced") return;
    const [begun, done] = WORDS[operation] ?? [operation, `${operation}: done`];
    if (phase === "begun") {
      this.since.set(name, Date.now());
      say(`${name}: ${begun} ...`);
      return;
    }
    const started = this.since.get(name);
    this.since.delete(name);
    const took = started === undefined ? "" : ` in ${((Date.now() - started) / 1000).toFixed(1)} s`;
    say(`${name}: ${phase === "done" ? chalk.stderr.green(done) : chalk.stderr.red("failed")}${took}`);
  }

  /** Checks the releases in progress, unless a check is already running. */
  look(): void {
    if (this.since.size === 0) return;
    this.looking ??= this.lookNow()
      // The next check may succeed; a failed one must not end the update.
      .catch(() => undefined)
      .finally(() => {
        this.looking = undefined;
      });
  }

  async idle(): Promise<void> {
    await this.looking;
  }

  private async lookNow(): Promise<void> {
    const facts = await readFacts(this.kubectl, this.namespace);
    const oldest = Math.min(...this.since.values());
    const waiting = [...this.since.keys()];
    const known: KnownRelease[] = waiting.map((name) => ({
      name,
      kind: "service",
      status: "pending-upgrade",
    }));
    const findings = explain(known, facts, { stack: this.stack, namespace: this.namespace, since: oldest });
    for (const { release, reasons } of findings) {
      const started = this.since.get(release);
      if (started === undefined) continue;
      const own = facts.workloads.filter(({ metadata }) => releaseOf(metadata) === release);
      const pods = own.map((workload) => ({ workload, ...readiness(workload) }));
      const updated = pods.reduce((sum, { workload, ready }) => sum + newAndReady(workload, ready), 0);
      const wanted = pods.reduce((sum, { wanted }) => sum + wanted, 0);
      const specific = reasons.filter(({ cause }) => cause !== "starting");
      // Read logs now: after a failed update, the pods and their logs are gone.
      if (specific.length > 0 && !this.isSeen(release, specific))
        this.seen[release] = await withLogs(this.kubectl, this.namespace, specific);
      const [reason] = specific;
      const why = reason ? `; ${chalk.stderr.yellow(reason.what)}` : "";
      if (updated < wanted) this.tell(release, started, `${updated} of ${wanted} new pods ready${why}`);
      else if (Date.now() - started > REPEAT_SECONDS * 1000)
        // Not earlier: helm may not have changed the workload yet, so the ready pods may be old ones.
        this.tell(release, started, `${updated} of ${wanted} pods ready${why}`);
    }
  }

  private isSeen(release: string, reasons: readonly Reason[]): boolean {
    const known = (this.seen[release] ?? []).map(({ object, cause }) => `${object} ${cause}`);
    return reasons.every(({ object, cause }) => known.includes(`${object} ${cause}`));
  }

  private tell(release: string, started: number, text: string): void {
    const before = this.said.get(release);
    const now = Date.now();
    if (before?.text === text && now - before.at < REPEAT_SECONDS * 1000) return;
    this.said.set(release, { text, at: now });
    say(`${release}: ${Math.round((now - started) / 1000)} s, ${text}`);
  }
}

/** The number of ready pods of the new version: the ready pods that cannot be old ones. */
function newAndReady({ metadata, status = {} }: Workload, ready: number): number {
  const { replicas, updatedReplicas, observedGeneration } = status;
  // The controller has not seen the new version yet.
  if (observedGeneration !== undefined && observedGeneration < (metadata.generation ?? 0)) return 0;
  if (replicas === undefined || updatedReplicas === undefined) return ready;
  return Math.max(0, Math.min(updatedReplicas, (status.readyReplicas ?? 0) - (replicas - updatedReplicas)));
}

const DONE: Record<string, string> = {
  same: "unchanged",
  create: "created",
  update: "updated",
  delete: "deleted",
  replace: "recreated",
  import: "taken over",
};

/** `2 created, 1 updated, 60 unchanged`. */
export const changesText = (changes: Record<string, number>): string =>
  Object.entries(changes)
    .filter(([, count]) => count > 0)
    .map(([operation, count]) => `${count} ${DONE[operation] ?? operation}`)
    .join(", ");
