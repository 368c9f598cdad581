/** Gives data that is left of stores new passwords, through Jobs, before the stores are installed on it. */
import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { explain } from "../../explain/explain";
import type { Workload } from "../../explain/facts";
import type { Reason } from "../../explain/reason";
import { readFacts } from "../../live/facts";
import type { Kubectl, ObjectList } from "../../live/kubectl";
import { withLogs } from "../../live/logs";
import type { Problem } from "../../model/problems";
import { FlotillaError } from "../../model/problems";
import { PASSWORD_LENGTH } from "../../plan/passwords";
import { planResets, type Reset, resetRefusal } from "../../plan/stores/reset";
import { ToolError } from "../../tools/failure";
import { delegateInterrupts, interrupted } from "../../tools/interrupts";
import { say, step } from "../../tools/progress";
import type { PlannedStack } from "../planning";
import type { Leftover } from "./find";

/** Milliseconds between two looks at a Job. */
const INTERVAL = 2000;

export interface Resets {
  jobs: Reset[];
  /** The new passwords, by credential. */
  passwords: Record<string, string>;
}

/**
 * Plans new passwords for the data of these stores.
 * @throws FlotillaError for a store whose data cannot get any, or needs none.
 */
export async function planNewPasswords(
  { context }: PlannedStack,
  stores: readonly string[],
  leftovers: readonly Leftover[],
  kubectl: Kubectl,
  namespace: string,
): Promise<Resets> {
  if (stores.length === 0) return { jobs: [], passwords: {} };
  const users = await usersOfClaims(kubectl, namespace);
  const chosen = leftovers.filter(({ store }) => stores.includes(store));
  const problems = stores.flatMap((store): Problem[] => {
    const leftover = leftovers.find((other) => other.store === store);
    const where = `--reset-password ${store}`;
    const names = leftovers.map((other) => other.store).join(", ") || "none";
    if (!leftover)
      return [
        {
          where,
          what: `${store} has no volume claims whose passwords are unknown`,
          todo: `Such stores: ${names}. Leave the option out for the others.`,
        },
      ];
    const refusal = resetRefusal(context, store, leftover.claims);
    if (refusal) return [{ where, what: refusal, todo: otherWays(leftover, namespace) }];
    return leftover.claims
      .filter((claim) => users[claim])
      .map((claim) => ({
        where,
        what: `pod ${users[claim]} uses volume claim ${claim}`,
        todo: "Stop what runs on it first: only one server may write to this data.",
      }));
  });
  if (problems.length > 0) throw new FlotillaError(problems, "nothing was taken over");
  return {
    jobs: chosen.flatMap(({ store, claims, missing }) => planResets(context, store, claims, missing)),
    passwords: Object.fromEntries(
      chosen.flatMap(({ missing }) => missing.map((name) => [name, newPassword()])),
    ),
  };
}

/** How to go on without new passwords. */
export function otherWays({ claims, secrets }: Leftover, namespace: string): string {
  const places = secrets.map(({ name, keys }) => `${name} (${keys.join(", ")})`).join(" and ");
  return [
    `If you know the passwords, put them into Secret ${places} of namespace ${namespace}, and run adopt again.`,
    `To begin with empty volumes, which deletes that data: kubectl delete pvc ${claims.join(" ")} -n ${namespace}`,
  ].join("\n    ");
}

const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** As long, and of the same characters, as those that @pulumi/random makes. */
const newPassword = (): string =>
  Array.from({ length: PASSWORD_LENGTH }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join("");

interface PodWithVolumes {
  metadata: { name: string };
  spec?: { volumes?: { persistentVolumeClaim?: { claimName: string } }[] };
  status?: { phase?: string };
}

/** By claim, a pod that has it mounted. */
async function usersOfClaims(kubectl: Kubectl, namespace: string): Promise<Record<string, string>> {
  const { items } = await kubectl.json<ObjectList<PodWithVolumes>>(["get", "pods", "-n", namespace]);
  return Object.fromEntries(
    items
      .filter(({ status }) => status?.phase !== "Succeeded" && status?.phase !== "Failed")
      .flatMap(({ metadata, spec }) =>
        (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
          persistentVolumeClaim ? [[persistentVolumeClaim.claimName, metadata.name]] : [],
        ),
      ),
  );
}

/**
 * Runs the Jobs, one after the other; run again, they set the passwords again.
 * @throws ToolError when one fails: the data has the passwords of before, or may have the new ones that nobody keeps.
 */
export async function setNewPasswords(
  stack: string,
  { jobs, passwords }: Resets,
  kubectl: Kubectl,
  namespace: string,
): Promise<void> {
  for (const reset of jobs)
    await step(`setting new passwords in ${reset.claim}`, () =>
      delegateInterrupts(() => run(stack, reset, passwords, kubectl, namespace)),
    );
}

async function run(
  stack: string,
  { name, job, keys }: Reset,
  passwords: Readonly<Record<string, string>>,
  kubectl: Kubectl,
  namespace: string,
): Promise<void> {
  const remove = () =>
    kubectl.run([
      ...["delete", "job,secret", name, "-n", namespace],
      ...["--ignore-not-found", "--cascade=foreground", "--timeout=120s"],
    ]);
  await remove();
  try {
    const { metadata } = JSON.parse(
      await kubectl.run(["create", "-f", "-", "-o", "json"], { input: JSON.stringify(job) }),
    ) as { metadata: { uid: string; labels: Record<string, string> } };
    // It goes with the Job, also where this command is killed.
    const owner = { apiVersion: "batch/v1", kind: "Job", name, uid: metadata.uid };
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace, labels: metadata.labels, ownerReferences: [owner] },
      stringData: Object.fromEntries(
        Object.entries(keys).map(([key, credential]) => [key, passwords[credential]]),
      ),
    };
    await kubectl.run(["create", "-f", "-"], { input: JSON.stringify(secret) });
    await finished(stack, name, kubectl, namespace);
  } finally {
    await remove();
  }
}

/** Waits for a Job, and says what it waits for. @throws ToolError when it fails, or the user stops. */
async function finished(stack: string, name: string, kubectl: Kubectl, namespace: string): Promise<void> {
  let said = "";
  for (;;) {
    const job = await kubectl.json<Workload>(["get", "job", name, "-n", namespace]);
    const is = (type: string) =>
      job.status?.conditions?.some((condition) => condition.type === type && condition.status === "True");
    if (is("Complete")) return;
    const reasons = await reasonsOf(stack, name, kubectl, namespace);
    if (is("Failed"))
      throw new ToolError(`the Job ${name} failed: nothing was taken over\n${reasons.map(text).join("\n")}`);
    if (interrupted) throw new ToolError("interrupted: nothing was taken over; run the same command again");
    const now = reasons.map(({ object, what }) => `${object}: ${what}`).join("; ");
    if (now !== said && now !== "") say(now);
    said = now;
    await pause(INTERVAL);
  }
}

async function reasonsOf(
  stack: string,
  name: string,
  kubectl: Kubectl,
  namespace: string,
): Promise<Reason[]> {
  const release = { name, kind: "job" as const, status: "failed" };
  const findings = explain([release], await readFacts(kubectl, namespace), { stack, namespace, since: 0 });
  return withLogs(
    kubectl,
    namespace,
    findings.flatMap(({ reasons }) => reasons),
  );
}

const text = ({ object, what, said = [] }: Reason): string =>
  [`  ${object}: ${what}`, ...said.map((line) => `    | ${line}`)].join("\n");
