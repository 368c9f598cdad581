/** What a run of the benchmark found out, as it is kept. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonText } from "../../cli/terminal/json";
import { PROJECT } from "../../cli/tools/paths";
import type { Operation } from "./contestants/contestant";
import type { Measurement } from "./measure";
import type { Spread } from "./statistics";

/** Of what is done without a cluster. */
export const STAGES = ["plan", "render", "diff"] as const;
export type Stage = (typeof STAGES)[number];

export interface PlanningResult {
  services: number;
  stage: Stage;
  /** Seconds. */
  time: Spread;
}

export interface ContestResult {
  releases: number;
  contestant: string;
  operation: Operation;
  runs: Measurement[];
}

export interface Results {
  /** Day and time, UTC. */
  date: string;
  /** Commit of the project, with a `+` where the working tree had changes. */
  commit: string;
  machine: { cores: number; processor: string; memoryGiB: number; system: string };
  /** By name. */
  versions: Record<string, string>;
  /** How Pulumi's providers were had. */
  providers: { name: string; version: string; source: string }[];
  /** Releases that are worked on at one time: Flotilla's PULUMI_PARALLEL, helmfile's `--concurrency`. */
  parallel: number;
  contests: ContestResult[];
  planning: PlanningResult[];
}

export const isOfficial = ({ providers }: Pick<Results, "providers">): boolean =>
  providers.every(({ source }) => source !== "stand-in");

const FOLDER = join(PROJECT, "dev", "bench", "results");

/** The page is made from whole ones alone. */
export type Kind = "whole" | "quick" | "partial";

/** Keeps the results in a file of their own; returns its path from the project. */
export function keepResults(results: Results, kind: Kind): string {
  const name = fileNameOf(results, kind);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, name), jsonText(results));
  if (kind !== "partial") rmSync(join(FOLDER, fileNameOf(results, "partial")), { force: true });
  return join("dev", "bench", "results", name);
}

function fileNameOf(results: Results, kind: Kind): string {
  const when = results.date.slice(0, 16).replace(":", "");
  return `${kind === "whole" ? "" : `${kind}-`}${when}-${isOfficial(results) ? "official" : "stand-in"}.json`;
}

/** The newest results of a whole run with the official providers, and those with stand-ins. */
export function readResults(): Results[] {
  const names = readdirSync(FOLDER)
    .filter((name) => /^\d.*\.json$/.test(name))
    .sort();
  const newest = ["official", "stand-in"].map((kind) =>
    names.filter((name) => name.endsWith(`-${kind}.json`)).at(-1),
  );
  return newest.flatMap((name) =>
    name === undefined ? [] : [JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as Results],
  );
}
