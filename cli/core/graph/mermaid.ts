/** The graph as a Mermaid flowchart, which GitHub and many editors render. */
import { arrowsOf, labelOf } from "./edges";
import type { Graph, NodeKind } from "./graph";

const SHAPES: Record<NodeKind, [open: string, close: string]> = {
  people: ["([", "])"],
  caller: [">", "]"],
  service: ["[", "]"],
  "stand-in": ["[/", "/]"],
  store: ["[(", ")]"],
  job: ["[[", "]]"],
  task: ["[[", "]]"],
  external: ["{{", "}}"],
};

export function mermaid({ nodes, edges }: Graph): string {
  // Names may be Mermaid keywords, such as `end`.
  const ids = new Map(nodes.map(({ name }, index) => [name, `n${index}`]));
  const id = (name: string) => ids.get(name) as string;
  return [
    "flowchart LR",
    ...nodes.map(({ name, kind }) => `  ${id(name)}${SHAPES[kind][0]}"${name}"${SHAPES[kind][1]}`),
    ...arrowsOf(edges).map((arrow) => `  ${id(arrow.from)} -- "${labelOf(arrow)}" --> ${id(arrow.to)}`),
    "",
  ].join("\n");
}
