/** Edges for drawing: one arrow from one node to another, whatever the number of ports. */
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

/** `http 80`: what is spoken, and where. */
export const labelOf = ({ ports }: Arrow): string =>
  ports.map(({ protocol, port }) => `${protocol} ${port}`).join(", ");
