import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { dot } from "../core/graph/dot";
import { type Graph, graphOf } from "../core/graph/graph";
import { html } from "../core/graph/graph-page";
import { mermaid } from "../core/graph/mermaid";
import { planAfresh } from "../stack/planning";
import { resultJson } from "../terminal/json";
import { stackOption } from "../terminal/options";
import { say } from "../terminal/progress";
import { writeText } from "../tools/files";

const FORMATS: Record<string, (graph: Graph) => string> = {
  mermaid,
  dot,
  json: (graph) => resultJson(graph),
  html: (graph) => html(graph, { style: readPart("style.css"), script: readPart("client.js") }),
};

const readPart = (file: string) => readFileSync(join(__dirname, "..", "core", "graph", "page", file), "utf8");

export function graphCommand(): Command {
  return new Command("graph")
    .description("Draw the connections between services, stores and externals")
    .addOption(stackOption())
    .addOption(
      new Option(
        "-f, --format <format>",
        "mermaid (Markdown), dot (Graphviz), json, or html (an interactive page)",
      )
        .choices(Object.keys(FORMATS))
        .default("mermaid"),
    )
    .option("-o, --out <file>", "output file; default: standard output")
    .addHelpText("after", "\nNeeds no cluster and no state: the stack is drawn as for its first deployment.")
    .action(({ stack, format, out }: { stack: string; format: string; out?: string }) => {
      const graph = graphOf(planAfresh(stack).planned);
      const drawn = (FORMATS[format] as (graph: Graph) => string)(graph);
      if (out === undefined) process.stdout.write(drawn);
      else {
        writeText(resolve(out), drawn);
        say(`wrote ${graph.nodes.length} nodes and ${graph.edges.length} connections to ${resolve(out)}`);
      }
    });
}
