/** The cases, their recorded results, and the page that shows them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../../cli/tools/paths";
import { between, table } from "../../../dev/generate/marked";
import { plural } from "../../../src/model/plural";
import type { Circumstances } from "../../kept";
import type { Count } from "./follow";

/** What a case counts, and which failures it expects. */
interface Case {
  counts?: "requests" | "operations";
  /** Why some of them fail. Default: none may. */
  fails?: string;
  /** Why logins are refused. Default: none may be. */
  refuses?: string;
}

const RESTART = "the store restarts";

export const CASES = {
  "connections between pods": {},
  "rolling update of order-service": { counts: "requests" },
  "order-service with 2 pods, 4, and 2 again": { counts: "requests" },
  "autoscaling of order-service by its requests in flight": { counts: "requests" },
  "drain of a node": { counts: "requests" },
  "loss of a node with half of the pods": { counts: "requests", fails: "until the node is left out" },
  "after the loss": { counts: "requests" },
  "releases that fail in one update": { counts: "requests" },
  "SIGKILL of kubelet and containerd during an update": { counts: "requests" },
  "SIGKILL of redis and pulumi during an update": { counts: "requests", fails: "while redis is away" },
  "a slow start": {},
  "a program that hangs": {},
  "redis is lost": {},
  "rotation of mysql": { counts: "operations", fails: RESTART },
  "rotation of rabbitmq": { counts: "operations", fails: RESTART },
  "rotation of redis": {
    counts: "operations",
    fails: "redis has one password at a time",
    refuses: "until the clients have restarted",
  },
  "rotation of mysql, killed and continued": { counts: "operations", fails: RESTART },
  "rotation of rabbitmq, Ctrl-C and continued": { counts: "operations", fails: RESTART },
} as const satisfies Record<string, Case>;

export type CaseName = keyof typeof CASES;

export const caseOf = (name: CaseName): Case => CASES[name];

export interface Result {
  seconds: number;
  /** With a new connection each, and over connections that stay open. */
  counts?: { fresh: Count; kept: Count };
  /** Number of refused logins. */
  refused?: number;
  /** What else the case measured. */
  detail?: string;
}

export interface Kept extends Circumstances {
  cores: number;
  results: Partial<Record<CaseName, Result>>;
}

export const FILE = join(PROJECT, "tests", "real", "shop", "long-run.json");
export const PAGE = join(PROJECT, "docs", "reliability.md");

export const readKept = (): Kept => JSON.parse(readFileSync(FILE, "utf8")) as Kept;

/** Returns what a case measured, for people. */
export function described(name: CaseName, { counts, refused, detail }: Result): string {
  const { counts: what = "requests" } = caseOf(name);
  return [
    detail,
    ...(counts ? [`${numbers(counts)} ${what}, ${failures(counts)} failed`] : []),
    ...(refused === undefined ? [] : [`${plural(refused, "login")} refused`]),
  ]
    .filter((part) => part !== undefined)
    .join(", ");
}

type Counts = NonNullable<Result["counts"]>;

const numbers = ({ fresh, kept }: Counts): string => `${fresh.ok + fresh.failed} + ${kept.ok + kept.failed}`;
const failures = ({ fresh, kept }: Counts): string => {
  const failed = fresh.failed + kept.failed;
  return failed === 0 ? "0" : `${fresh.failed} + ${kept.failed}`;
};

/** Returns the page with the table of the results. */
export function pageOf(written: string, { date, providers, cores, results }: Kept): string {
  const rows = Object.entries(results).map(([name, result]) => {
    const { fails, refuses } = caseOf(name as CaseName);
    const why = [fails, refuses].filter((reason) => reason !== undefined).join("; ");
    const text = described(name as CaseName, result);
    return [name, `${result.seconds} s`, why === "" ? text : `${text} (${why})`];
  });
  const lines = [
    `${date}, with ${providers}, on ${plural(cores, "core")}:`,
    "",
    ...table(["case", "duration", "result"], rows),
  ];
  return between(written, "tests/real/shop/long-run.json", lines.join("\n"), "REAL=long npm run test:real");
}
