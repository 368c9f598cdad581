/** `pulumi destroy` with readable progress: what is being removed, and what slow removals are waiting for. */
import chalk from "chalk";
import { NAMESPACE, RELEASE } from "../../core/state";
import { say } from "../../terminal/progress";
import { findObject, type Kubectl } from "../kubectl";
import { runUpdate, type Step, type UpdateResult } from "../update";

/** Seconds between checks of pending removals, and between reports of the same one. */
const INTERVAL_SECONDS = 3;
const REPEAT_SECONDS = 15;

interface Removal {
  since: number;
  /** When it was last reported. */
  saidAt: number;
  isNamespace: boolean;
}

export async function remove(stack: string, kubectl: Kubectl): Promise<UpdateResult> {
  const removals = new Map<string, Removal>();
  const timer = setInterval(() => void reportWaiting(kubectl, removals), INTERVAL_SECONDS * 1000);
  const start = Date.now();
  try {
    const result = await runUpdate(["destroy", "--stack", stack], {
      // The state decides what is deleted; the program may no longer work.
      environment: { PULUMI_RUN_PROGRAM: "false" },
      onStep: (step) => note(step, removals),
    });
    return { ...result, seconds: (Date.now() - start) / 1000 };
  } finally {
    clearInterval(timer);
  }
}

function note({ operation, type, name, phase }: Step, removals: Map<string, Removal>): void {
  if (operation !== "delete" || (type !== RELEASE && type !== NAMESPACE)) return;
  const isNamespace = type === NAMESPACE;
  const what = isNamespace ? `namespace ${name}` : name;
  if (phase === "begun") {
    removals.set(what, { since: Date.now(), saidAt: Date.now(), isNamespace });
    say(`${what}: removing ...`);
    return;
  }
  const { since } = removals.get(what) ?? {};
  removals.delete(what);
  const took = since === undefined ? "" : ` in ${((Date.now() - since) / 1000).toFixed(1)} s`;
  say(`${what}: ${phase === "done" ? chalk.stderr.green("removed") : chalk.stderr.red("failed")}${took}`);
}

async function reportWaiting(kubectl: Kubectl, removals: ReadonlyMap<string, Removal>): Promise<void> {
  for (const [what, removal] of removals) {
    const { since, saidAt, isNamespace } = removal;
    if (Date.now() - saidAt < REPEAT_SECONDS * 1000) continue;
    removal.saidAt = Date.now();
    const why = isNamespace ? await terminationOf(kubectl, what.replace("namespace ", "")) : [];
    if (!removals.has(what)) continue;
    const waits = why.length === 0 ? "" : `; ${chalk.stderr.yellow(why.join("; "))}`;
    say(`${what}: ${Math.round((Date.now() - since) / 1000)} s, still being removed${waits}`);
  }
}

interface Terminating {
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

/** What a terminating namespace is waiting for, as Kubernetes reports it: remaining content, finalizers. */
export async function terminationOf(kubectl: Kubectl, namespace: string): Promise<string[]> {
  try {
    const found = await findObject<Terminating>(kubectl, "namespace", namespace);
    const { conditions = [] } = found?.status ?? {};
    return conditions.flatMap(({ status, message }) => (status === "True" && message ? [message] : []));
  } catch {
    // The next check may succeed.
    return [];
  }
}
