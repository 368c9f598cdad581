/** What is rendered whole: the chart's own examples, and the applications as their environments plan them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PROJECT } from "../../cli/tools/paths";
import type { Plan } from "../../src/plan/plan";
import type { MicroserviceValues } from "../../src/plan/services/microservice-values";
import { EVERYWHERE, find } from "../environments";
import type { Rendering } from "./render";

/** Path of the shared chart in the project. */
export const CHART = "charts/microservice";

const FOLDER = join(PROJECT, CHART, "ci");

/** The chart's own examples: the least, a service as most are, and everything at once. */
export const EXAMPLES: Record<string, MicroserviceValues> = Object.fromEntries(
  ["minimal", "typical", "full"].map((name) => [
    name,
    parse(readFileSync(join(FOLDER, `${name}-values.yaml`), "utf8")) as MicroserviceValues,
  ]),
);

/** Each release of a plan whose charts are all at hand. */
export const releasesOf = ({ releases, namespace }: Plan): Rendering[] =>
  Object.values(releases).map(({ name, chart, values }) => ({
    chart: "path" in chart ? chart.path : "",
    values,
    name,
    namespace: namespace.name,
  }));

/** Robot Shop in prod; its stores from the chart of this repository. */
export const PROD_PLAN = find("robot-shop", "prod").plan;

/** Each application in prod; the stores from the charts of this repository, which can be rendered everywhere. */
export const PROD: Record<string, Rendering[]> = Object.fromEntries(
  EVERYWHERE.filter(({ environment }) => environment === "prod").map(({ application, plan }) => [
    `${application.name}-prod`,
    releasesOf(plan),
  ]),
);
