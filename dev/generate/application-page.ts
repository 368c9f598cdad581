/** Generates the page of an application: replaces the part between two markers and keeps the rest. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Graph, graphOf } from "../../cli/core/graph/graph";
import { mermaid } from "../../cli/core/graph/mermaid";
import { PROJECT } from "../../cli/tools/paths";
import { unwritten } from "../../src/config/file";
import { readSettings } from "../../src/config/settings";
import type { Application } from "../../src/model/application";
import { plan } from "../../src/plan";
import { readCharts } from "../../src/plan/chart";
import { createContext } from "../../src/plan/context";
import { accountCredentials } from "../../src/plan/credentials/externals";
import type { Plan } from "../../src/plan/plan";
import { between, table } from "./marked";

export function applicationPage(application: Application): string {
  const file = join(PROJECT, "docs", "applications", `${application.name}.md`);
  const written = existsSync(file) ? readFileSync(file, "utf8") : `# ${application.description}\n\n`;
  return between(written, "the inventory", generated(application));
}

/** The plan for prod with an ingress, without stand-ins for externals. */
function productionOf(application: Application): Plan {
  const values = {
    application: application.name,
    environment: "prod",
    cluster: { context: "prod" },
    ingress: { host: "shop.example.com", className: "nginx", tlsSecret: "shop-example-com-tls" },
    monitoring: {},
  };
  const { settings } = readSettings(
    {
      project: "flotilla",
      stack: "prod",
      files: [unwritten("Pulumi.prod.yaml", values)],
      credentials: { names: accountCredentials(application), problems: [] },
    },
    { [application.name]: application },
  );
  return plan(createContext(application, settings, { charts: readCharts(PROJECT) }));
}

function generated(application: Application): string {
  const planned = productionOf(application);
  const graph = graphOf(planned);
  return [
    "## Who talks to whom",
    "",
    "In prod with an ingress. Each arrow is a rule in the network policies of both ends, if they are deployed here. All other traffic is denied.",
    "",
    "```mermaid",
    `${mermaid(graph)}\`\`\``,
    "",
    "The same as a matrix: clients in rows, targets in columns, with the port. `80 to 3000`: the Service port and the pod port differ.",
    "",
    ...matrix(graph),
    "",
    "## Services",
    "",
    ...services(application, graph),
    "",
    ...others(application),
  ].join("\n");
}

function matrix({ edges }: Graph): string[] {
  const from = [...new Set(edges.map((edge) => edge.from))];
  const to = [...new Set(edges.map((edge) => edge.to))];
  return table(
    ["", ...to],
    from.map((client) => [
      client,
      ...to.map((target) =>
        edges
          .filter((edge) => edge.from === client && edge.to === target)
          .map(({ port, targetPort }) => (port === targetPort ? `${port}` : `${port} to ${targetPort}`))
          .join(", "),
      ),
    ]),
  );
}

function services({ services }: Application, { nodes }: Graph): string[] {
  const described = nodes.filter(({ kind }) => kind === "service");
  return table(
    ["service", "language", "image", "ports", "pods", "resources", "probes"],
    described.map(({ name, facts }) => [
      name,
      services[name]?.language ?? "",
      ...["Image", "Ports", "Pods", "Resources", "Probes"].map((topic) =>
        (facts[topic] ?? ["none"]).join("<br>"),
      ),
    ]),
  );
}

/** Optional services, externals and callers, each with its reason. */
function others({ services, externals = {}, callers = {} }: Application): string[] {
  const optional = Object.entries(services).flatMap(([name, { optional: reason }]) =>
    reason === undefined
      ? []
      : [[name, "optional service", reason, `\`flotilla:services.${name}.enabled: true\``]],
  );
  const external = Object.entries(externals).map(([name, { host, port, reason, standIn }]) => [
    name,
    `external, ${host}:${port}`,
    reason,
    standIn ? "`flotilla:standIns: true` deploys a stand-in instead" : "",
  ]);
  const caller = Object.entries(callers).map(([name, { namespace, reason }]) => [
    name,
    `caller, namespace ${namespace}`,
    reason,
    "",
  ]);
  const rows = [...optional, ...external, ...caller];
  return rows.length === 0
    ? []
    : ["## What is not deployed", "", ...table(["name", "what", "reason", "to deploy"], rows), ""];
}
