/** The charts of this library, for the program that is running. */
import { resolve } from "node:path";
import { type Charts, readCharts } from "../src/plan/chart";

const LIBRARY = resolve(__dirname, "..");

let charts: Charts | undefined;

/** Read once. The provider looks for a chart from the folder that the program runs in. */
export function chartsForProgram(): Charts {
  charts ??= readCharts(LIBRARY, process.cwd());
  return charts;
}
