/** The layout of a drawing: dagre ranks the nodes from left to right. */
import dagre from "@dagrejs/dagre";
import { arrowsOf, labelOf } from "./edges";
import type { Graph, GraphNode } from "./graph";

export interface Drawing {
  /** Pixels. */
  width: number;
  height: number;
  nodes: (GraphNode & Box)[];
  arrows: { from: string; to: string; label: string; points: Point[]; at: Point }[];
}

export interface Point {
  x: number;
  y: number;
}

/** The center of a box, and its size. */
interface Box extends Point {
  width: number;
  height: number;
}

/** Width of a character at 13 px: slightly more than the average. */
const CHARACTER = 7.8;
const HEIGHT = 36;

export function layout({ nodes, edges }: Graph): Drawing {
  const drawn = new dagre.graphlib.Graph({ directed: true, multigraph: false });
  drawn.setGraph({ rankdir: "LR", nodesep: 18, ranksep: 90, marginx: 16, marginy: 16 });
  for (const { name } of nodes)
    drawn.setNode(name, { width: Math.max(70, name.length * CHARACTER + 28), height: HEIGHT });
  const arrows = arrowsOf(edges);
  for (const arrow of arrows) {
    const label = labelOf(arrow);
    drawn.setEdge(arrow.from, arrow.to, { width: label.length * 6, height: 14, labelpos: "c" });
  }
  dagre.layout(drawn);
  const { width = 0, height = 0 } = drawn.graph();
  return {
    width,
    height,
    nodes: nodes.map((node) => ({ ...node, ...(drawn.node(node.name) as Box) })),
    arrows: arrows.map((arrow) => {
      const { points, x, y } = drawn.edge(arrow.from, arrow.to) as { points: Point[] } & Point;
      return { from: arrow.from, to: arrow.to, label: labelOf(arrow), points, at: { x, y } };
    }),
  };
}
