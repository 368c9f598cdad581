/** What is rendered as a whole: the chart's own examples, and every application's plan. */
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

/** The chart's own examples: the minimum, a typical service, and every value. */
export const EXAMPLES: Record<string, MicroserviceValues> = Object.fromEntries(
  ["minimal", "typical", "full"].map((name) => [
    name,
    parse(readFileSync(join(FOLDER, `${name}-values.yaml`), "utf8")) as MicroserviceValues,
  ]),
);

/** Returns each release of a plan whose charts are all in this repository. */
export const releasesOf = ({ releases, namespace }: Plan): Rendering[] =>
  Object.values(releases).map(({ name, chart, values }) => ({
    chart: "path" in chart ? chart.path : "",
    values,
    name,
    namespace: namespace.name,
  }));

/** Robot Shop in prod, with the store chart of this repository. */
export const PROD_PLAN = find("robot-shop", "prod").plan;

/** Each application in prod, with the store chart of this repository, which can be rendered everywhere. */
export const PROD: Record<string, Rendering[]> = Object.fromEntries(
  EVERYWHERE.filter(({ environment }) => environment === "prod").map(({ application, plan }) => [
    `${application.name}-prod`,
    releasesOf(plan),
  ]),
);
