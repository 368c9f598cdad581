/** Sets new passwords in leftover store data, through Jobs, before the stores are installed on it. */

import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { own } from "../../../src/model/graph";
import { suggest } from "../../../src/model/nearest";
import type { Problem } from "../../../src/model/problems";
import { FlotillaError } from "../../../src/model/problems";
import { mapValues } from "../../../src/model/records";
import { fixedValues } from "../../../src/plan/credentials";
import { secretsOfStore } from "../../../src/plan/credentials/generated";
import { PASSWORD_LENGTH } from "../../../src/plan/credentials/passwords";
import { fillText } from "../../../src/plan/credentials/secret-text";
import { planResets, RESETS, type Reset, resetRefusal } from "../../../src/plan/stores/reset";
import { explain } from "../../core/explain/explain";
import type { Workload } from "../../core/explain/facts";
import type { Reason } from "../../core/explain/reason";
import { say, step } from "../../terminal/progress";
import { ToolError } from "../../tools/failure";
import { delegateInterrupts, interrupted } from "../../tools/interrupts";
import { readFacts } from "../facts";
import { findObject, type Kubectl, type ObjectList } from "../kubectl";
import { withLogs } from "../logs";
import type { PlannedStack } from "../planning";
import type { Adoption, Leftover } from "./candidates";

/** Milliseconds between two checks of a Job. */
const INTERVAL = 2000;

export interface Resets {
  jobs: Reset[];
  /** The new passwords, by credential. */
  passwords: Record<string, string>;
}

/**
 * Plans new passwords for the data of these stores. A store whose passwords are known, as after an interrupted adoption, needs
 * none.
 * @throws FlotillaError for a store in whose data no passwords can be set.
 */
export async function planNewPasswords(
  { context }: PlannedStack,
  stores: readonly string[],
  { leftovers, namespace }: Pick<Adoption, "leftovers" | "namespace">,
  kubectl: Kubectl,
): Promise<Resets> {
  const problems = stores.flatMap((store): Problem[] => {
    const shape = own(context.stores, store);
    const where = `--reset-password ${store}`;
    const { name } = context.application;
    const having = Object.keys(context.stores);
    if (!shape) return [{ where, what: `${name} has no store ${store}`, todo: suggest(store, having) }];
    if (shape.store.noPassword !== undefined)
      return [{ where, what: `${store} runs without a password`, todo: "Remove this option." }];
    if (!shape.kind.reset)
      return [
        {
          where,
          what: `the data of ${shape.kind.name} contains no password: the server takes the one it is started with`,
          todo: "Remove this option.",
        },
      ];
    const leftover = leftovers.find((other) => other.store === store);
    const refusal = leftover && resetRefusal(context, store, leftover.claims);
    return refusal ? [{ where, what: refusal, todo: otherWays(leftover, namespace) }] : [];
  });
  if (problems.length > 0) throw new FlotillaError(problems, "nothing was taken over");
  const chosen = leftovers.filter(({ store }) => stores.includes(store));
  for (const store of stores)
    if (!chosen.some((leftover) => leftover.store === store))
      say(`${store} keeps its passwords: they are known, or it has no leftover data`);
  const run = randomBytes(3).toString("hex");
  const resets = {
    jobs: chosen.flatMap(({ store, claims, missing }) => planResets(context, store, claims, missing, run)),
    passwords: Object.fromEntries(
      chosen.flatMap(({ missing }) => missing.map((credential) => [credential, newPassword()])),
    ),
  };
  await refuseUsedClaims(resets.jobs, kubectl, namespace);
  return resets;
}

/** The alternatives to new passwords. */
export function otherWays({ claims, secrets }: Leftover, namespace: string): string {
  const places = secrets.map(({ name, keys }) => `${name} (${keys.join(", ")})`).join(" and ");
  return [
    `If you know the passwords, put them into Secret ${places} in namespace ${namespace} and run adopt again.`,
    `To start with empty volumes (this deletes the data): kubectl delete pvc ${claims.join(" ")} -n ${namespace}`,
  ].join("\n    ");
}

const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A password of the same length and characters as those of @pulumi/random. */
const newPassword = (): string =>
  Array.from({ length: PASSWORD_LENGTH }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join("");

interface PodWithVolumes {
  metadata: { name: string; labels?: Record<string, string> };
  spec?: { volumes?: { persistentVolumeClaim?: { claimName: string } }[] };
  status?: { phase?: string };
}

/** @throws FlotillaError if a pod has a claim mounted: only one server may write to its data. */
async function refuseUsedClaims(jobs: readonly Reset[], kubectl: Kubectl, namespace: string): Promise<void> {
  if (jobs.length === 0) return;
  const { items } = await kubectl.json<ObjectList<PodWithVolumes>>(["get", "pods", "-n", namespace]);
  const running = items.filter(
    ({ metadata, status }) =>
      // Pods of an earlier reset are deleted before the next one starts.
      metadata.labels?.[RESETS] === undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed",
  );
  const problems = jobs.flatMap(({ store, claim }) =>
    running
      .filter(({ spec }) =>
        spec?.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim),
      )
      .map(({ metadata }) => ({
        where: `--reset-password ${store}`,
        what: `pod ${metadata.name} uses volume claim ${claim}`,
        todo: "Stop that pod first: only one server may write to this data.",
      })),
  );
  if (problems.length > 0) throw new FlotillaError(problems, "nothing was taken over");
}

/**
 * Runs the Jobs one after the other and writes each store's new passwords into its Secrets, from which this adoption takes them,
 * or the next one if this is interrupted.
 * @throws ToolError if a Job fails. Running it again sets the passwords again.
 */
export async function setNewPasswords(
  planned: PlannedStack,
  { jobs, passwords }: Resets,
  { known, namespace }: Adoption,
  kubectl: Kubectl,
): Promise<void> {
  const values = {
    ...known,
    ...passwords,
    ...fixedValues(planned.application, planned.planned.credentials),
  };
  for (const store of new Set(jobs.map((job) => job.store))) {
    for (const job of jobs.filter((other) => other.store === store))
      await step(`setting new passwords in ${job.claim}`, () =>
        delegateInterrupts(() => run(planned.config.stack, job, values, kubectl, namespace)),
      );
    for (const [name, { keys, labels }] of secretsOfStore(planned.planned, store))
      await writeSecret(
        { name, labels, data: mapValues(keys, (text) => fillText(text, values)) },
        kubectl,
        namespace,
      );
    if (interrupted)
      throw new ToolError(
        `interrupted: the passwords of ${store} are set; run the same command again to continue`,
      );
  }
}

/** Creates a Secret or changes its keys. Its values are passed through standard input. */
async function writeSecret(
  { name, labels, data }: { name: string; labels: Record<string, string>; data: Record<string, string> },
  kubectl: Kubectl,
  namespace: string,
): Promise<void> {
  const found = await findObject(kubectl, "secret", name, "-n", namespace);
  const input = JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, labels },
    stringData: data,
  });
  await kubectl.run(
    found === undefined
      ? ["create", "-f", "-"]
      : ["patch", "secret", name, "-n", namespace, "--type=merge", "--patch-file=/dev/stdin"],
    { input },
  );
}

async function run(
  stack: string,
  { store, name, job, keys }: Reset,
  values: Readonly<Record<string, string>>,
  kubectl: Kubectl,
  namespace: string,
): Promise<void> {
  // Also removes leftovers of an earlier run that was killed.
  const remove = () =>
    kubectl.run([
      ...["delete", "job,secret", "-n", namespace, `--selector=${RESETS}=${store}`],
      ...["--ignore-not-found", "--cascade=foreground", "--timeout=180s"],
    ]);
  await remove();
  try {
    const { metadata } = JSON.parse(
      await kubectl.run(["create", "-f", "-", "-o", "json"], { input: JSON.stringify(job) }),
    ) as { metadata: { uid: string; labels: Record<string, string> } };
    // The Secret is deleted with the Job, even if this command is killed.
    const owner = { apiVersion: "batch/v1", kind: "Job", name, uid: metadata.uid };
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace, labels: metadata.labels, ownerReferences: [owner] },
      stringData: mapValues(keys, (credential) => values[credential]),
    };
    await kubectl.run(["create", "-f", "-"], { input: JSON.stringify(secret) });
    await finished(stack, name, kubectl, namespace);
  } finally {
    await remove();
  }
}

/** Waits for a Job and reports what it is waiting for. @throws ToolError if it fails or the user interrupts. */
async function finished(stack: string, name: string, kubectl: Kubectl, namespace: string): Promise<void> {
  let said = "";
  for (;;) {
    const job = await kubectl.json<Workload>(["get", "job", name, "-n", namespace]);
    const is = (type: string) =>
      job.status?.conditions?.some((condition) => condition.type === type && condition.status === "True");
    if (is("Complete")) return;
    const reasons = await reasonsOf(stack, name, kubectl, namespace);
    if (is("Failed"))
      throw new ToolError(`Job ${name} failed; nothing was taken over\n${reasons.map(text).join("\n")}`);
    if (interrupted)
      throw new ToolError("interrupted: nothing was taken over; run the same command again to continue");
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
