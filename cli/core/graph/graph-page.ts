/** The graph as one self-contained HTML page: a drawing, and the details of the selected node. */
import { escapeText } from "../../../src/model/html";
import { arrowsOf, labelOf } from "./edges";
import type { Graph } from "./graph";
import { type Drawing, layout, type Point } from "./layout";

/** Style and script of the page, as text. */
export interface PageParts {
  style: string;
  script: string;
}

export function html(graph: Graph, { style, script }: PageParts): string {
  const title = `${graph.application} in ${graph.environment}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>
${style}</style>
</head>
<body>
<header>
<h1>${escapeText(title)}</h1>
<p>Namespace <code>${escapeText(graph.namespace)}</code>: ${graph.nodes.length} nodes, ${graph.edges.length} connections. All other traffic is denied.</p>
<label>Find <input id="find" type="search" list="names" placeholder="a name" autocomplete="off"></label>
<datalist id="names">${graph.nodes.map(({ name }) => `<option value="${escapeText(name)}">`).join("")}</datalist>
</header>
<main>
<section id="picture" aria-label="Graph">
${svg(layout(graph))}
</section>
<aside id="details" aria-live="polite"><p>Click a node, or select one with Tab and Enter, to see its connections, network policy, resources and probes.</p></aside>
</main>
<script type="application/json" id="graph">${embed(pageData(graph))}</script>
<script>
${script}</script>
</body>
</html>
`;
}

/** The details of each node, for the script. */
function pageData({ nodes, edges }: Graph) {
  const arrows = arrowsOf(edges);
  return Object.fromEntries(
    nodes.map(({ name, kind, facts }) => [
      name,
      {
        kind,
        facts,
        calls: arrows
          .filter(({ from }) => from === name)
          .map((arrow) => ({ name: arrow.to, label: labelOf(arrow) })),
        calledBy: arrows
          .filter(({ to }) => to === name)
          .map((arrow) => ({ name: arrow.from, label: labelOf(arrow) })),
      },
    ]),
  );
}

/** JSON for a script element; escaped so that it cannot close the element. */
const embed = (data: object): string => JSON.stringify(data).replaceAll("<", "\\u003c");

/** How far a drawing may shrink to fit the window; below this it is unreadable, so it scrolls instead. */
const SMALLEST = 0.6;

function svg({ width, height, nodes, arrows }: Drawing): string {
  const size = (length: number) => Math.ceil(length);
  const lines = arrows.map(
    ({ from, to, label, points, at }) =>
      `<g class="edge" data-from="${escapeText(from)}" data-to="${escapeText(to)}"><path d="${path(points)}" marker-end="url(#head)"/><text x="${round(at.x)}" y="${round(at.y + 3)}">${escapeText(label)}</text></g>`,
  );
  const boxes = nodes.map(
    ({ name, kind, x, y, width: w, height: h }) =>
      `<g class="node ${kind}" tabindex="0" role="button" data-name="${escapeText(name)}" aria-label="${escapeText(`${kind} ${name}`)}"><rect x="${round(x - w / 2)}" y="${round(y - h / 2)}" width="${round(w)}" height="${round(h)}" rx="${kind === "store" ? 16 : 5}"/><text x="${round(x)}" y="${round(y + 4)}">${escapeText(name)}</text></g>`,
  );
  return `<svg viewBox="0 0 ${size(width)} ${size(height)}" style="width:${size(width)}px;min-width:${size(width * SMALLEST)}px" xmlns="http://www.w3.org/2000/svg">
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>
${[...lines, ...boxes].join("\n")}
</svg>`;
}

/** A smooth curve through the midpoints between its points. */
function path(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  const curves = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] as Point;
    return `Q${spot(point)} ${index === rest.length - 2 ? spot(next) : spot(middle(point, next))}`;
  });
  const last = rest.at(-1);
  return `M${spot(first)}${curves.length > 0 ? curves.join("") : last ? `L${spot(last)}` : ""}`;
}

const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
const spot = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;
const round = (length: number): number => Math.round(length * 10) / 10;
