/** The graph in Graphviz DOT. */
import { arrowsOf, labelOf } from "./edges";
import type { Graph, NodeKind } from "./graph";

const SHAPES: Record<NodeKind, string> = {
  people: "oval",
  caller: "cds",
  service: "box",
  "stand-in": "parallelogram",
  store: "cylinder",
  job: "component",
  task: "component",
  external: "hexagon",
};

export function dot({ application, environment, nodes, edges }: Graph): string {
  return [
    `digraph ${quote(`${application} ${environment}`)} {`,
    '  rankdir="LR";',
    ...nodes.map(({ name, kind }) => `  ${quote(name)} [shape=${quote(SHAPES[kind])}];`),
    ...arrowsOf(edges).map(
      (arrow) => `  ${quote(arrow.from)} -> ${quote(arrow.to)} [label=${quote(labelOf(arrow))}];`,
    ),
    "}",
    "",
  ].join("\n");
}

const quote = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
