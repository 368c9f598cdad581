/** A chart of the results: duration of a first deployment and a preview, by number of releases. */
import { join } from "node:path";
import execa from "execa";
import { PROJECT } from "../../cli/tools/paths";
import type { Operation } from "./contestants/contestant";
import type { Results } from "./results";
import { spread } from "./statistics";

const SHOWN: readonly Operation[] = ["first up", "no-op preview", "no-op up"];
const COLOURS = { flotilla: "#1f6feb", helmfile: "#bf5700" };

/** Returns an SVG. Both axes are logarithmic, so a straight line is a power of the number of releases. */
export async function plot(results: Results): Promise<string> {
  const values = results.contests
    .filter(({ contestant, operation }) => contestant in COLOURS && SHOWN.includes(operation))
    .map(({ releases, contestant, operation, runs }) => ({
      releases,
      contestant,
      operation,
      ...spread(runs.map(({ seconds }) => seconds)),
    }));
  const sizes = [...new Set(values.map(({ releases }) => releases))].sort((a, b) => a - b);
  const x = {
    field: "releases",
    type: "quantitative",
    scale: { type: "log" },
    axis: { values: sizes, grid: false },
  };
  const color = {
    field: "contestant",
    type: "nominal",
    scale: { domain: Object.keys(COLOURS), range: Object.values(COLOURS) },
    legend: { orient: "top", title: null },
  };
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    data: { values },
    facet: { column: { field: "operation", type: "nominal", sort: [...SHOWN], title: null } },
    spec: {
      width: 220,
      height: 240,
      layer: [
        {
          mark: { type: "line", point: true },
          encoding: {
            x,
            y: {
              field: "median",
              type: "quantitative",
              scale: { type: "log" },
              axis: {
                title: "seconds",
                values: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000],
                format: "d",
              },
            },
            color,
          },
        },
        {
          mark: { type: "rule" },
          encoding: { x, y: { field: "min", type: "quantitative" }, y2: { field: "max" }, color },
        },
      ],
    },
  };
  // Vega's ES modules cannot be required, so run its command.
  const vega = join(PROJECT, "node_modules", ".bin", "vl2svg");
  return `${(await execa(vega, [], { input: JSON.stringify(spec) })).stdout}\n`;
}
