/** Prints what a destroy deletes and what it keeps. */

import chalk from "chalk";
import Table from "cli-table3";
import { plural } from "../../src/model/plural";
import { runsToCompletion } from "../../src/plan/plan";
import { type ClaimFate, type Destruction, lossOf } from "../core/destroy/decide";
import { PLAIN_TABLE } from "./table";

export interface Subject {
  stack: string;
  application?: string | undefined;
  /** The kubeconfig context; undefined for the current one. */
  context?: string | undefined;
}

const POLICY_UNKNOWN = "unknown";

/** Data loss first, then everything deleted, then what stays. */
export function showDestruction(subject: Subject, destruction: Destruction): string {
  const { releases, claims, foreign, gone } = destruction;
  return [
    title(subject, destruction),
    headline(claims),
    ...(claims.length === 0 ? [] : [claimTable(claims)]),
    releases.length === 0 ? "No releases are deleted." : releaseTable(releases),
    alsoGoes(destruction),
    ...(foreign.length === 0
      ? []
      : [
          list(
            chalk.red("NOT PART OF THE STACK, but deleted with the namespace:"),
            foreign.map((name) => chalk.red(name)),
          ),
        ]),
    ...(gone.length === 0 ? [] : [goneText(destruction)]),
    list("What stays:", staying(destruction)),
  ]
    .map((part) => `${part}\n`)
    .join("\n");
}

function title({ stack, application, context }: Subject, { namespaces }: Destruction): string {
  const places = namespaces.map(({ name }) => name).join(", ");
  const where = namespaces.length === 0 ? "" : ` in namespace ${places}`;
  const cluster = context === undefined ? "the current context" : `context ${context}`;
  return `${chalk.bold(`Destroy stack ${stack}`)}: ${application ?? "its resources"}${where}, on ${cluster}`;
}

function headline(claims: readonly ClaimFate[]): string {
  const { count, size } = lossOf(claims);
  if (count === 0) return "No volumes are deleted.";
  return chalk.red.bold(
    `DELETED: the data of ${plural(count, "volume")}, ${size} in total. No backup is made.`,
  );
}

const FATES: Record<ClaimFate["fate"], string> = {
  deleted: "data deleted",
  retained: "claim deleted, volume stays",
  stays: "claim stays",
  empty: "claim deleted, never had a volume",
};

function claimTable(claims: readonly ClaimFate[]): string {
  const table = new Table({
    ...PLAIN_TABLE,
    head: ["VOLUME CLAIM", "SIZE", "RELEASE", "VOLUME", "POLICY", "EFFECT"],
  });
  for (const { claim, size, of, isOwn, volume, policy, fate } of claims) {
    const owner = isOwn ? of : `not part of the stack${of === undefined ? "" : ` (${of})`}`;
    const isRed = fate === "deleted" || (!isOwn && fate !== "stays");
    const row = [
      claim,
      size,
      owner ?? "-",
      volume ?? "-",
      volume === undefined ? "-" : (policy ?? POLICY_UNKNOWN),
      FATES[fate],
    ];
    table.push(isRed ? row.map((cell) => chalk.red(cell)) : row);
  }
  const unknown = claims.some(({ volume, policy }) => volume !== undefined && policy === undefined);
  return unknown
    ? `${table}\nYou have no permission to read reclaim policies: volumes with an unknown policy count as deleted.`
    : table.toString();
}

function releaseTable(releases: Destruction["releases"]): string {
  const table = new Table({ ...PLAIN_TABLE, head: ["RELEASE", "KIND", "PODS"] });
  for (const { name, kind, pods, isGone } of releases)
    table.push([
      name,
      kind,
      isGone ? "already uninstalled" : runsToCompletion(kind) ? "-" : String(pods.wanted),
    ]);
  return `${table}\n${plural(releases.length, "release")} in total.`;
}

function alsoGoes({ secrets, passwords, namespaces, rest }: Destruction): string {
  const going = namespaces.filter(({ fate }) => fate === "goes");
  return list("Also deleted:", [
    ...(secrets.length === 0 ? [] : [`Secrets: ${secrets.join(", ")}`]),
    ...(passwords.length === 0 ? [] : [`generated passwords: ${passwords.join(", ")}`]),
    ...(rest.length === 0 ? [] : [rest.join(", ")]),
    ...going.map(({ name }) => `namespace ${name} and everything in it`),
  ]);
}

function goneText({ namespaces, releases }: Destruction): string {
  const lost = namespaces.filter(({ fate }) => fate === "gone").map(({ name }) => `namespace ${name}`);
  const uninstalled = releases.filter(({ isGone }) => isGone).map(({ name }) => `release ${name}`);
  const what = lost.length > 0 ? [...lost, "everything in it"] : uninstalled;
  return list("No longer in the cluster, so only removed from the state:", [what.join(", ")]);
}

/** What remains afterwards, by name. */
export function staying({ claims, namespaces, secretsLeft }: Destruction): string[] {
  const kept = claims.filter(({ fate }) => fate === "retained");
  const claimsLeft = claims.filter(({ fate }) => fate === "stays");
  return [
    ...kept.map(
      ({ volume, size, claim, of }) =>
        `PersistentVolume ${volume}, ${size}: the data of ${of ?? claim} (reclaim policy Retain)`,
    ),
    ...claimsLeft.map(({ claim, namespace, size }) => `volume claim ${namespace}/${claim}, ${size}`),
    ...(secretsLeft.length === 0
      ? []
      : [`Secrets with the passwords of that data: ${secretsLeft.join(", ")}`]),
    ...namespaces
      .filter(({ fate }) => fate === "stays")
      .map(({ name }) => `namespace ${name} and what others have in it: the stack does not own it`),
    "everything outside the namespace, including external services and databases",
    "the stack itself, with its config and history",
  ];
}

const list = (heading: string, lines: readonly string[]): string =>
  [heading, ...lines.map((line) => `  - ${line}`)].join("\n");
