/** Edges for drawing: one arrow per pair of nodes, however many ports they use. */
import type { GraphEdge } from "./graph";

export interface Arrow {
  from: string;
  to: string;
  ports: { port: number; targetPort: number; protocol: string }[];
}

/** The arrows, in the order of the edges. */
export function arrowsOf(edges: readonly GraphEdge[]): Arrow[] {
  const arrows = new Map<string, Arrow>();
  for (const { from, to, ...port } of edges) {
    const key = `${from} ${to}`;
    const arrow = arrows.get(key) ?? { from, to, ports: [] };
    arrow.ports.push(port);
    arrows.set(key, arrow);
  }
  return [...arrows.values()];
}

/** Protocols and ports, such as `http 80`. */
export const labelOf = ({ ports }: Arrow): string =>
  ports.map(({ protocol, port }) => `${protocol} ${port}`).join(", ");
