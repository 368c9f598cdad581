/** A reviewed plan: the file that `flotilla diff --save` writes, and whether it is still what an update would do. */
import { z } from "zod";
import { isEncrypted } from "../../src/config/credentials";
import { pathOf } from "../../src/model/paths";
import { plural } from "../../src/model/plural";
import { isRecord, mapValues } from "../../src/model/records";
import { dataDigest } from "../../src/plan/digest";
import type { ReleaseChange } from "./diff/compare";
import { podsText } from "./diff/describe";
import { fieldChanges, pathText, valueText } from "./diff/fields";
import { SIGNATURE } from "./revealed";

/** The version of the file's format. */
export const FORMAT = 1;

const cluster = z.strictObject({
  uid: z.string().optional(),
  ca: z.string().optional(),
  name: z.string(),
  server: z.string(),
});

const release = z.strictObject({
  /** Helm's newest revision, and its status: deployed, failed, missing ... */
  revision: z.number().optional(),
  status: z.string(),
  /** Digest of the inputs in the state. Undefined: the state does not have it. */
  inputs: z.string().optional(),
});

const text = z.array(z.string());
const change = z.enum(["added", "removed", "changed", "replaced"]);

const releaseChange: z.ZodType<ReleaseChange> = z.strictObject({
  release: z.string(),
  kind: z.string(),
  change,
  objects: z.array(
    z.strictObject({
      kind: z.string(),
      name: z.string(),
      namespace: z.string().optional(),
      change,
      diff: z.string(),
    }),
  ),
  labelsOnly: z.number(),
  about: text,
  pods: z.array(
    z.strictObject({
      workload: z.string(),
      effect: z.enum(["restart", "start", "stop", "scale", "run"]),
      count: z.number().optional(),
      why: z.string(),
    }),
  ),
  storage: text,
  immutable: text,
}) as z.ZodType<ReleaseChange>;

const file = z.strictObject({
  version: z.literal(FORMAT),
  /** The Pulumi stack, without its organization, and the Pulumi project. */
  stack: z.string(),
  project: z.string(),
  /** Version of the package that wrote the file. */
  flotilla: z.string(),
  createdAt: z.string(),
  /** Digest of the plan. */
  plan: z.string(),
  /** Digest of the program's files. */
  program: z.string(),
  cluster,
  /** The stack's settings by key, as its files have them. A password's is a digest of its encrypted text. */
  settings: z.record(z.string(), z.unknown()),
  /** Chart, version and digest of each planned release. */
  charts: z.record(z.string(), z.string()),
  deployed: z.strictObject({
    /** Number of the newest update; 0 before the first. */
    update: z.number(),
    releases: z.record(z.string(), release),
    /** Resources of the state that the cluster has lost. */
    lost: text,
  }),
  changes: z.array(releaseChange),
});

/** A reviewed plan. It has no secret value, no path of a machine and no git commit. */
export type ReviewedPlan = z.infer<typeof file>;

/** What an update would do now. */
export type PlanNow = Omit<ReviewedPlan, "version" | "createdAt">;

/** The text of the file. */
export function planFileText({ stack, project, flotilla, ...rest }: PlanNow, createdAt: string): string {
  const plan: ReviewedPlan = { version: FORMAT, stack, project, flotilla, createdAt, ...rest };
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/** Plain data without secrets: an encrypted one as a digest of its encrypted text, one of a state as a mark. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isRecord(value)) return value;
  if (isEncrypted(value)) return `(encrypted, ${dataDigest(value)})`;
  return SIGNATURE in value ? "(secret)" : mapValues(value, withoutSecrets);
}

/** Who reads a plan. */
export interface Reader {
  stack: string;
  project: string;
  flotilla: string;
}

/** Reads the text of a file. Returns the plan, or what is wrong with it and what to do. */
export function readPlanFile(
  content: string,
  reader: Reader,
): ReviewedPlan | { wrong: string; todo: string } {
  const again = `Save it again: npx flotilla diff --stack ${reader.stack} --save <file>`;
  const none = (why: string) => ({
    wrong: `it is not a plan written by flotilla diff --save: ${why}`,
    todo: again,
  });
  let data: unknown;
  try {
    data = JSON.parse(content);
  } catch (error) {
    return none((error as Error).message);
  }
  const head = z.looseObject({ version: z.number(), flotilla: z.string() }).safeParse(data);
  if (!head.success) return none(issueText(head.error));
  const { version, flotilla } = head.data;
  if (version !== FORMAT)
    return {
      wrong: `its format has version ${version}, and flotilla ${reader.flotilla} reads version ${FORMAT}`,
      todo: again,
    };
  if (flotilla !== reader.flotilla)
    return { wrong: `flotilla ${flotilla} wrote it, and this is flotilla ${reader.flotilla}`, todo: again };
  const read = file.safeParse(data);
  if (!read.success) return none(issueText(read.error));
  const plan = read.data;
  for (const key of ["project", "stack"] as const)
    if (plan[key] !== reader[key])
      return {
        wrong: `it is a plan of ${key} ${plan[key]}, not of ${key} ${reader[key]}`,
        todo: key === "stack" ? `Apply it to its own stack, or save a new plan. ${again}` : again,
      };
  return plan;
}

const issueText = ({ issues: [issue] }: z.ZodError): string =>
  issue === undefined ? "" : `${pathOf(issue.path) || "the file"}: ${issue.message}`;

/** Part of a change that a plan and an update have in common or not. */
export interface Part {
  release: string;
  what: string;
  /** An object's difference. */
  diff?: string;
}

/** How a reviewed plan and what an update would do now differ. */
export interface Mismatch {
  /** What has changed since, one line each. */
  causes: string[];
  /** What was reviewed and is no longer what an update would do. */
  gone: Part[];
  /** What an update would do now and was not reviewed. */
  unreviewed: Part[];
}

/** Returns how a reviewed plan differs from what an update would do now. Undefined: it does not. */
export function mismatchOf(reviewed: ReviewedPlan, now: PlanNow): Mismatch | undefined {
  const [then, there] = [partsOf(reviewed.changes), partsOf(now.changes)];
  const keys = (parts: readonly Part[]) => new Set(parts.map(keyOf));
  const [old, current] = [keys(then), keys(there)];
  const gone = then.filter((part) => !current.has(keyOf(part)));
  const unreviewed = there.filter((part) => !old.has(keyOf(part)));
  const causes = causesOf(reviewed, now);
  return causes.length + gone.length + unreviewed.length === 0 ? undefined : { causes, gone, unreviewed };
}

const keyOf = (part: Part): string => JSON.stringify(part);

const SIGNS = { added: "+", removed: "-", changed: "~", replaced: "±" };

/** Everything that a review has seen of the changes. */
const partsOf = (changes: readonly ReleaseChange[]): Part[] =>
  changes.flatMap((change) => {
    const { release, kind, objects, about, labelsOnly, storage, immutable } = change;
    return [
      { release, what: `${SIGNS[change.change]} ${kind} ${release}` },
      ...about.map((what) => ({ release, what })),
      ...(labelsOnly > 0
        ? [{ release, what: `${plural(labelsOnly, "object")}: generated labels only` }]
        : []),
      ...(change.pods.length > 0 ? [{ release, what: `pods: ${podsText(change)}` }] : []),
      ...storage.map((what) => ({ release, what })),
      ...immutable.map((what) => ({ release, what: `cannot be changed: ${what}` })),
      ...objects.map(({ change: how, kind: of, name, diff }) => ({
        release,
        what: `${SIGNS[how]} ${of} ${name}`,
        diff,
      })),
    ];
  });

function causesOf(reviewed: ReviewedPlan, now: PlanNow): string[] {
  const { deployed: then } = reviewed;
  const { deployed: there } = now;
  return [
    ...(isSame(reviewed.cluster, now.cluster)
      ? []
      : [`cluster: ${clusterText(reviewed.cluster)} → ${clusterText(now.cluster)}`]),
    ...(then.update === there.update ? [] : [updatedText(then.update, there.update)]),
    ...differences(then.releases, there.releases).map((text) => `deployed release ${text}`),
    ...without(there.lost, then.lost).map((what) => `missing in the cluster since: ${what}`),
    ...without(then.lost, there.lost).map((what) => `no longer missing in the cluster: ${what}`),
    ...differences(reviewed.settings, now.settings).map((text) => `setting flotilla:${text}`),
    ...chartChanges(reviewed.charts, now.charts),
    ...(reviewed.plan === now.plan
      ? []
      : [`plan: ${reviewed.plan} → ${now.plan}${filesText(reviewed, now)}`]),
    ...(reviewed.plan === now.plan && reviewed.program !== now.program && hasMaskedChange(now.changes)
      ? [
          `program: ${reviewed.program} → ${now.program}. The update changes Secrets. A plan does not contain their values, so they may differ from the reviewed ones`,
        ]
      : []),
  ];
}

type Cluster = ReviewedPlan["cluster"];

/** By the UID where both have one: a CI runner may have another address for the same cluster. */
const isSame = (a: Cluster, b: Cluster): boolean =>
  a.uid !== undefined && b.uid !== undefined ? a.uid === b.uid : a.server === b.server && a.ca === b.ca;

const clusterText = ({ uid, name, server }: Cluster): string => `${uid ?? name} at ${server}`;

/** What to say of updates since the review. */
export const updatedText = (then: number, now: number): string =>
  `updates: the newest update was ${then === 0 ? "none" : then} when the plan was saved, and is now ${now === 0 ? "none" : now}`;

const differences = (before: unknown, after: unknown): string[] =>
  fieldChanges(before, after).map(
    ({ path, before: old, after: now }) => `${pathText(path)}: ${valueText(old)} → ${valueText(now)}`,
  );

const without = (list: readonly string[], others: readonly string[]): string[] =>
  list.filter((entry) => !others.includes(entry));

/** Charts of releases that are in both plans; what else comes or goes is among the changes. */
function chartChanges(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  const releases = new Map<string, string[]>();
  for (const [name, now] of Object.entries(after)) {
    const old = before[name];
    if (old === undefined || old === now) continue;
    const text = `${old} → ${now}`;
    releases.set(text, [...(releases.get(text) ?? []), name]);
  }
  return [...releases].map(([text, names]) => `chart of ${names.join(", ")}: ${text}`);
}

const filesText = ({ program }: ReviewedPlan, now: PlanNow): string =>
  program === now.program ? "" : ` (the program's files have changed as well: ${program} → ${now.program})`;

/** Whether an update writes values of Secrets. Two programs may write different ones, and both are masked. */
const hasMaskedChange = (changes: readonly ReleaseChange[]): boolean =>
  changes.some(({ objects }) =>
    objects.some(({ kind, change: how }) => kind === "Secret" && how !== "removed"),
  );
