/** What is rendered whole: the chart's own examples, and Robot Shop as prod plans it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { MicroserviceValues } from "../../plan/microservice-values";
import { PROJECT } from "../../tools/paths";
import { planOf } from "../support";
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

/** Robot Shop in prod; the stores from the charts of this repository, which can be rendered everywhere. */
export const PROD_PLAN = planOf({
  environment: "prod",
  distribution: "upstream",
  replicas: 3,
  cluster: { context: "prod" },
  ingress: { host: "shop.example.com", tlsSecret: "shop-tls" },
});

/** Each release of that plan. */
export const PROD_RELEASES: Rendering[] = Object.values(PROD_PLAN.releases).map(
  ({ name, chart, values }) => ({
    chart: "path" in chart ? chart.path : "",
    values,
    name,
  }),
);
