/** An update with readable progress: which releases it is waiting for, and why. */
import chalk from "chalk";
import { imagesOfTasks } from "../../src/model/task";
import { kindOfRelease } from "../../src/runtime/state";
import { explain, type KnownRelease } from "../core/explain/explain";
import { readiness, readyAndNew, releaseOf } from "../core/explain/facts";
import type { Reason } from "../core/explain/reason";
import { addSeen, type Seen, type SeenReason } from "../core/explain/seen";
import { RELEASE } from "../core/state";
import { say } from "../terminal/progress";
import { accessTo } from "./access";
import { readFacts } from "./facts";
import type { Kubectl } from "./kubectl";
import { withLogs } from "./logs";
import { forgetSeen, keepSeen } from "./seen";
import { runUpdate, type Step, type UpdateOptions, type UpdateResult } from "./update";

/** Seconds between two checks of the cluster. */
const INTERVAL_SECONDS = 2;
/** Seconds after which an unchanged status is reported again. */
const REPEAT_SECONDS = 30;

export interface Updated extends UpdateResult {
  /** Why pods of each release were not ready, as seen during the update: after a failure the pods are gone. */
  seen: Seen;
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
  const { read } = accessTo(stack);
  const watch = new Watch(stack, namespace, kubectl, read ? imagesOfTasks(read.application) : {});
  const start = Date.now();
  forgetSeen(stack);
  const timer = setInterval(() => watch.look(), INTERVAL_SECONDS * 1000);
  try {
    const result = await runUpdate(args, { ...options, onStep: (step) => watch.step(step) });
    await watch.idle();
    if (result.exitCode === 0) forgetSeen(stack);
    return { ...result, seconds: (Date.now() - start) / 1000, seen: watch.seen };
  } finally {
    clearInterval(timer);
  }
}

class Watch {
  readonly seen: Record<string, readonly SeenReason[]> = {};
  private readonly last = new Map<string, string>();
  private readonly since = new Map<string, number>();
  private readonly kinds = new Map<string, KnownRelease["kind"]>();
  private readonly said = new Map<string, { text: string; at: number }>();
  private looking: Promise<void> | undefined;

  constructor(
    private readonly stack: string,
    private readonly namespace: string,
    private readonly kubectl: Kubectl,
    private readonly imageOf: Readonly<Record<string, string>>,
  ) {}

  step({ operation, type, name, urn, phase }: Step): void {
    // These steps of a replacement change only the state.
    if (type !== RELEASE || operation === "replace" || operation === "delete-replaced") return;
    const [begun, done] = WORDS[operation] ?? [operation, `${operation}: done`];
    if (phase === "begun") {
      this.since.set(name, Date.now());
      this.kinds.set(name, kindOfRelease(urn) ?? "service");
      say(`${name}: ${begun} ...`);
      return;
    }
    const started = this.since.get(name);
    this.since.delete(name);
    const took = started === undefined ? "" : ` in ${((Date.now() - started) / 1000).toFixed(1)} s`;
    say(`${name}: ${phase === "done" ? chalk.stderr.green(done) : chalk.stderr.red("failed")}${took}`);
    const others = [...this.since.keys()];
    if (phase === "failed" && others.length > 0)
      say(`${name} has failed, so the update ends when these have ended: ${others.join(", ")}`);
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
    const { stack, namespace, imageOf } = this;
    const known = [...this.kinds].map(([name, kind]) => ({ name, kind, status: "pending-upgrade" }));
    for (const [release, started] of [...this.since]) {
      const findings = explain(known, facts, { stack, namespace, since: started, imageOf });
      const finding = findings.find((candidate) => candidate.release === release);
      if (finding === undefined || !this.since.has(release)) continue;
      const own = facts.workloads.filter(({ metadata }) => releaseOf(metadata) === release);
      const pods = own.map((workload) => ({ workload, ...readiness(workload) }));
      const updated = pods.reduce((sum, { workload }) => sum + readyAndNew(workload), 0);
      const wanted = pods.reduce((sum, { wanted }) => sum + wanted, 0);
      const specific = finding.reasons.filter(({ cause }) => cause !== "starting");
      // Read logs now: after a failed update, the pods and their logs are gone.
      await this.keep(release, specific);
      const [reason] = specific;
      const why = reason ? `; ${chalk.stderr.yellow(reason.what)}` : "";
      if (updated < wanted) this.tell(release, started, `${updated} of ${wanted} new pods ready${why}`);
      else if (Date.now() - started > REPEAT_SECONDS * 1000)
        // Not earlier: helm may not have changed the workload yet, so the ready pods may be old ones.
        this.tell(release, started, `${updated} of ${wanted} pods ready${why}`);
    }
  }

  /** Keeps reasons with the last log lines of their containers, if they have changed. */
  private async keep(release: string, reasons: readonly Reason[]): Promise<void> {
    const text = reasons.map(({ object, cause, what }) => `${object} ${cause} ${what}`).join("\n");
    if (reasons.length === 0 || this.last.get(release) === text) return;
    const now = await withLogs(this.kubectl, this.namespace, reasons);
    this.last.set(release, text);
    this.seen[release] = addSeen(this.seen[release] ?? [], now, new Date().toISOString());
    keepSeen(this.stack, this.seen);
  }

  private tell(release: string, started: number, text: string): void {
    const before = this.said.get(release);
    const now = Date.now();
    if (before?.text === text && now - before.at < REPEAT_SECONDS * 1000) return;
    this.said.set(release, { text, at: now });
    say(`${release}: ${Math.round((now - started) / 1000)} s, ${text}`);
  }
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
