/** The results of a benchmark run, as they are saved. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonText } from "../../cli/terminal/json";
import { PROJECT } from "../../cli/tools/paths";
import type { Operation } from "./contestants/contestant";
import type { Measurement } from "./measure";
import type { Spread } from "./statistics";

/** Stages that need no cluster. */
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
  /** Date and time, UTC. */
  date: string;
  /** Commit of the project, with a `+` if the working tree had changes. */
  commit: string;
  machine: { cores: number; processor: string; memoryGiB: number; system: string };
  /** Versions by name of the tool. */
  versions: Record<string, string>;
  /** Pulumi providers and their source. */
  providers: { name: string; version: string; source: string }[];
  /** Number of releases processed at the same time: Flotilla's PULUMI_PARALLEL, helmfile's `--concurrency`. */
  parallel: number;
  contests: ContestResult[];
  planning: PlanningResult[];
}

export const isOfficial = ({ providers }: Pick<Results, "providers">): boolean =>
  providers.every(({ source }) => source !== "stand-in");

const FOLDER = join(PROJECT, "dev", "bench", "results");

/** Only `whole` results go into docs/performance.md. */
export type Kind = "whole" | "quick" | "partial";

/** Saves the results to a file; returns its path relative to the project. */
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

/** Returns the newest results of a whole run with the official providers, and of one with stand-ins. */
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
