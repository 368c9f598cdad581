/** Results as table rows, for the terminal and the page. */
import { OPERATIONS, type Operation } from "./contestants/contestant";
import { growthOf, secondsOf, verdicts } from "./goals";
import { type ContestResult, isOfficial, type Results, STAGES } from "./results";
import { spread } from "./statistics";

export interface Rows {
  head: string[];
  rows: string[][];
}

/** Rows per contestant and operation, with the ratio of helmfile to Flotilla. */
export function contestRows({ contests }: Results): Rows {
  return {
    head: [
      "releases",
      "operation",
      "",
      "runs",
      "wall, s",
      "min-max",
      "CPU, s",
      "peak, MiB",
      "program, MiB",
      "helmfile / Flotilla",
    ],
    rows: [...contests]
      .sort(
        (a, b) =>
          a.releases - b.releases || OPERATIONS.indexOf(a.operation) - OPERATIONS.indexOf(b.operation),
      )
      .map((contest) => row(contest, contests)),
  };
}

function row({ releases, operation, contestant, runs }: ContestResult, contests: ContestResult[]): string[] {
  const wall = spread(runs.map(({ seconds }) => seconds));
  const of = (values: (number | undefined)[], digits = 0): string => {
    const known = values.flatMap((value) => value ?? []);
    return known.length === 0 ? "-" : spread(known).median.toFixed(digits);
  };
  return [
    String(releases),
    operation,
    contestant,
    String(runs.length),
    wall.median.toFixed(1),
    `${wall.min.toFixed(1)}-${wall.max.toFixed(1)}`,
    of(
      runs.map(({ cpuSeconds }) => cpuSeconds),
      1,
    ),
    of(runs.map(({ peakMiB }) => peakMiB)),
    of(runs.map(({ programMiB }) => programMiB)),
    contestant === "flotilla" ? ratio({ contests }, releases, operation) : "",
  ];
}

function ratio(results: Pick<Results, "contests">, releases: number, operation: Operation): string {
  const theirs = secondsOf(results, releases, "helmfile", operation);
  const ours = secondsOf(results, releases, "flotilla", operation);
  return theirs === undefined || ours === undefined ? "-" : `${(theirs / ours).toFixed(1)} x`;
}

export function planningRows(results: Results): Rows {
  const sizes = [...new Set(results.planning.map(({ services }) => services))].sort((a, b) => a - b);
  return {
    head: ["", ...sizes.map((size) => `${size} services`), "growth exponent"],
    rows: STAGES.map((stage) => [
      `${stage}, s`,
      ...sizes.map((size) => {
        const point = results.planning.find(({ services, stage: of }) => services === size && of === stage);
        return point ? point.time.median.toFixed(2) : "-";
      }),
      growthOf(results, stage)?.toFixed(2) ?? "-",
    ]),
  };
}

export function goalRows(results: Results): Rows {
  return {
    head: ["goal", "measured", ""],
    rows: verdicts(results).map(({ goal, measured, met }) => [
      goal,
      measured ?? "-",
      measured === undefined
        ? "not measured"
        : met === undefined
          ? "not judged with a stand-in"
          : met
            ? "met"
            : "missed",
    ]),
  };
}

/** Machine, versions and parameters of the run. */
export function circumstances(results: Results): string[] {
  const { machine, versions, providers, parallel, commit, date } = results;
  return [
    `${date.slice(0, 10)}, commit ${commit}; ${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, ${machine.system}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
    `providers: ${providers.map(({ name, version, source }) => `${name} ${source === "stand-in" ? "STAND-IN" : `${version}, official (${source})`}`).join("; ")}`,
    `Flotilla and helmfile in turn; PULUMI_PARALLEL=${parallel}, helmfile --concurrency=${parallel}; numbers are medians`,
    ...(isOfficial(results) ? [] : ["With a stand-in only the ratios to helmfile are meaningful."]),
  ];
}
