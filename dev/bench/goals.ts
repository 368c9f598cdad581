/** The performance goals of the project, and whether a run met them. */
import { compact } from "../../src/model/records";
import type { Operation } from "./contestants/contestant";
import { isOfficial, type Results, STAGES } from "./results";
import { growth, spread } from "./statistics";

export interface Verdict {
  goal: string;
  /** The measured value; undefined if the run did not measure it. */
  measured?: string;
  /** Undefined if the goal cannot be judged: with a stand-in only ratios to helmfile count. */
  met?: boolean;
}

/** Returns the median in seconds, or undefined if it was not measured. */
export function secondsOf(
  { contests }: Pick<Results, "contests">,
  releases: number,
  contestant: string,
  operation: Operation,
): number | undefined {
  const found = contests.find(
    (contest) =>
      contest.releases === releases && contest.contestant === contestant && contest.operation === operation,
  );
  return found && spread(found.runs.map(({ seconds }) => seconds)).median;
}

/** Maximum exponent of a stage's growth with the number of services: close to linear. */
const LINEAR = 1.15;

/** Whether a stage grows faster than it should: the only goal that does not depend on the machine. */
export const growsTooFast = (results: Results): boolean =>
  STAGES.some((stage) => (growthOf(results, stage) ?? 0) > LINEAR);

/** Returns the verdict for each goal. Goals apply to the official provider on two cores. */
export function verdicts(results: Results): Verdict[] {
  const seconds = (releases: number, operation: Operation, contestant = "flotilla") =>
    secondsOf(results, releases, contestant, operation);
  const judged = (goal: string, value: number | undefined, limit: number, unit: string): Verdict =>
    compact({
      goal,
      measured: value === undefined ? undefined : `${value.toFixed(1)}${unit}`,
      met: value === undefined || !isOfficial(results) ? undefined : value <= limit,
    });
  const ratio = over(seconds(42, "first up", "helmfile"), seconds(42, "first up"));
  const memory = results.contests
    .filter(({ releases, contestant }) => releases === 100 && contestant === "flotilla")
    .flatMap(({ runs }) => runs.flatMap(({ programMiB }) => programMiB ?? []));
  return [
    {
      goal: "42 releases: first up at least 5 times faster than helmfile sync",
      ...(ratio === undefined ? {} : { measured: `${ratio.toFixed(1)} times`, met: ratio >= 5 }),
    },
    judged("100 releases: first up in 20 s", seconds(100, "first up"), 20, " s"),
    judged("500 releases: first up in 120 s", seconds(500, "first up"), 120, " s"),
    judged(
      "100 releases: no-op preview within 4 times a trivial program's",
      over(seconds(100, "no-op preview"), seconds(0, "no-op preview", "trivial program")),
      4,
      " times",
    ),
    judged(
      "100 releases: the program's memory under 200 MiB",
      memory.length === 0 ? undefined : Math.max(...memory),
      200,
      " MiB",
    ),
    ...STAGES.map((stage): Verdict => {
      const power = growthOf(results, stage);
      return {
        goal: `${stage}: grows with the number of services with an exponent of at most ${LINEAR}`,
        ...(power === undefined ? {} : { measured: power.toFixed(2), met: power <= LINEAR }),
      };
    }),
  ];
}

const over = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a / b;

/** Returns the exponent with which a stage's time grows with the number of services. */
export function growthOf({ planning }: Pick<Results, "planning">, stage: string): number | undefined {
  const points = planning.filter((point) => point.stage === stage);
  if (points.length < 2) return undefined;
  return growth(points.map(({ services, time }) => ({ size: services, seconds: time.median })));
}
