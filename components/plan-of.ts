/** Plans a stack for a project's unit tests. */
import { readSettings } from "../src/config/settings";
import { stackConfig } from "../src/config/stack";
import { compact } from "../src/model/records";
import type { Catalogue } from "../src/model/written";
import { readCharts } from "../src/plan/chart";
import { composePlan } from "../src/plan/compose";
import type { Plan } from "../src/plan/plan";
import type { Transform } from "../src/plan/transform";
import { readProjectFiles } from "../src/runtime/project-files";

/** The options of `planOf`. */
export interface PlanOptions {
  /** Path of the project's folder. Default: the working directory. */
  project?: string;
  /** The transform that the program passes to `deploy`. Default: none. */
  transform?: Transform;
}

/**
 * Returns what the first update of a stack would deploy, as plain data. It reads the settings and charts of the project, and needs
 * no engine and no cluster.
 *
 * @example
 * const { releases } = planOf(catalogue, "prod");
 * @throws FlotillaError with what `pulumi up` would refuse.
 */
export function planOf(
  catalogue: Catalogue,
  stack: string,
  { project = process.cwd(), transform }: PlanOptions = {},
): Plan {
  const config = stackConfig(readProjectFiles(project), stack);
  const surroundings = { charts: readCharts(project), ...compact({ transform }) };
  return composePlan(config, readSettings(config, catalogue), surroundings).planned;
}
