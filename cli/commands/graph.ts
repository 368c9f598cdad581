import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { dot } from "../core/graph/dot";
import { type Graph, graphOf } from "../core/graph/graph";
import { html } from "../core/graph/graph-page";
import { mermaid } from "../core/graph/mermaid";
import { planAfresh } from "../stack/planning";
import { LOCAL_STACK } from "../stack/project";
import { jsonText } from "../terminal/json";
import { say } from "../terminal/progress";
import { ToolError } from "../tools/failure";

const FORMATS: Record<string, (graph: Graph) => string> = {
  mermaid,
  dot,
  json: jsonText,
  html: (graph) => html(graph, { style: readPart("style.css"), script: readPart("client.js") }),
};

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new ToolError(`${resolve(file)} cannot be written: ${(error as Error).message}`);
  }
}

const readPart = (file: string) => readFileSync(join(__dirname, "..", "core", "graph", "page", file), "utf8");

export function graphCommand(): Command {
  return new Command("graph")
    .description("draw who talks to whom in a stack: services, stores, ports, ways in")
    .option("-s, --stack <name>", "the stack: dev, staging, prod ...", LOCAL_STACK)
    .addOption(
      new Option(
        "-f, --format <format>",
        "mermaid (Markdown), dot (Graphviz), json, or html: a page to click through",
      )
        .choices(Object.keys(FORMATS))
        .default("mermaid"),
    )
    .option("-o, --out <file>", "where to; default: standard output")
    .addHelpText(
      "after",
      "\nIt needs no cluster and no state: the stack is drawn as if nothing of it was deployed.",
    )
    .action(({ stack, format, out }: { stack: string; format: string; out?: string }) => {
      const graph = graphOf(planAfresh(stack).planned);
      const drawn = (FORMATS[format] as (graph: Graph) => string)(graph);
      if (out === undefined) process.stdout.write(drawn);
      else {
        write(out, drawn);
        say(`${graph.nodes.length} nodes and ${graph.edges.length} connections in ${resolve(out)}`);
      }
    });
}
