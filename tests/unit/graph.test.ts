/** The graph of an application: every node, every connection, in every format. */
import assert from "node:assert/strict";
import { instance } from "@viz-js/viz";
import { dot } from "../../cli/core/graph/dot";
import { graphOf, PEOPLE } from "../../cli/core/graph/graph";
import { html } from "../../cli/core/graph/graph-page";
import { layout } from "../../cli/core/graph/layout";
import { mermaid } from "../../cli/core/graph/mermaid";
import { EVERYWHERE, find, planned } from "../environments";
import { generatedApplication } from "../generated";
import { planFor } from "../support";

const prod = graphOf(find("robot-shop", "prod").plan);

describe("the graph", () => {
  it("has every service, store, Job and external, and the ingress", () => {
    const named = (kind: string) => prod.nodes.filter((node) => node.kind === kind).map(({ name }) => name);
    const { application, plan } = find("robot-shop", "prod");
    assert.deepEqual(named("service").sort(), Object.keys(application.services).sort());
    assert.deepEqual(named("store").sort(), Object.keys(application.stores).sort());
    assert.deepEqual(named("external"), ["payment-gateway"]);
    assert.equal(
      named("job").length,
      Object.values(plan.releases).filter(({ kind }) => kind === "job").length,
    );
    assert.deepEqual(named("people"), [PEOPLE]);
    const shown = prod.edges.map(({ from, to, port }) => `${from} ${to} ${port}`);
    for (const { from, to, port } of plan.edges) assert.ok(shown.includes(`${from} ${to} ${port}`));
    assert.ok(shown.includes(`${PEOPLE} web 443`));
    assert.ok(shown.includes("mysql-load-cities mysql 3306"));
  });

  it("shows stand-ins and callers as such", () => {
    const kinds = Object.fromEntries(
      graphOf(find("order-service", "local").plan).nodes.map(({ name, kind }) => [name, kind]),
    );
    assert.equal(kinds["order-db"], "stand-in");
    assert.equal(kinds["api-gateway"], "caller");
    assert.equal(kinds["order-service"], "service");
  });

  it("shows ports, policy, resources and probes of a node", () => {
    const facts = prod.nodes.find(({ name }) => name === "cart")?.facts ?? {};
    assert.deepEqual(facts.Ports, ["http: 8080 to 8080"]);
    assert.ok(facts["Policy, in"]?.includes("web: 8080"));
    assert.ok(facts["Policy, out"]?.includes("redis: 6379"));
    assert.deepEqual(facts.Resources, ["requests: 100m CPU, 256Mi", "limits: 500m CPU, 512Mi"]);
    assert.match(facts.Probes?.join() ?? "", /readiness: GET \/health on http, every 10 s/);
  });

  it("contains no password, not even a fixed one", () => {
    for (const { plan } of EVERYWHERE) {
      const graph = graphOf(plan);
      const drawn = [
        mermaid(graph),
        dot(graph),
        JSON.stringify(graph),
        html(graph, { style: "", script: "" }),
      ];
      for (const text of drawn) assert.ok(!/iloveit/.test(text));
    }
  });

  it("is a graph that Graphviz can draw, with each connection as an arrow", async () => {
    const viz = await instance();
    for (const { plan } of EVERYWHERE) {
      const graph = graphOf(plan);
      const drawing = viz.renderString(dot(graph), { format: "svg" }).replaceAll("&#45;", "-");
      for (const { name } of graph.nodes) assert.ok(drawing.includes(`<title>${name}</title>`), name);
      const arrows = new Set(graph.edges.map(({ from, to }) => `${from} ${to}`));
      assert.equal([...drawing.matchAll(/class="edge"/g)].length, arrows.size);
    }
    const odd = { ...prod, application: 'a "quoted\\ name' };
    assert.ok(viz.renderString(dot(odd), { format: "svg" }));
  });

  it("is laid out without overlapping nodes, even with 120 of them", () => {
    const large = graphOf(
      planFor(generatedApplication(100, 20), { distribution: "upstream", environment: "local" }),
    );
    for (const graph of [prod, large]) {
      const { nodes, width, height } = layout(graph);
      for (const node of nodes) assert.ok(node.x > 0 && node.x < width && node.y > 0 && node.y < height);
      const overlap = nodes.some((a, index) =>
        nodes
          .slice(index + 1)
          .some(
            (b) =>
              Math.abs(a.x - b.x) * 2 < a.width + b.width && Math.abs(a.y - b.y) * 2 < a.height + b.height,
          ),
      );
      assert.equal(overlap, false);
    }
  });

  it("is a page whose text cannot become code", () => {
    const graph = {
      ...prod,
      application: "<img src=x onerror=alert(1)>",
      nodes: prod.nodes.map((node) => ({ ...node, facts: { "</script><script>alert(1)": ["<b>"] } })),
    };
    const page = html(graph, { style: "", script: "" });
    assert.ok(!page.includes("<img"));
    assert.equal([...page.matchAll(/<\/script>/g)].length, 2);
    assert.ok(!page.includes("<script>alert"));
  });

  it("has the ports of the ingress from a load balancer as well", () => {
    const { plan } = planned("online-boutique", "dev", { loadBalancer: {}, ingress: undefined });
    const [entry] = graphOf(plan).edges;
    assert.deepEqual(entry, { from: PEOPLE, to: "frontend", port: 80, targetPort: 8080, protocol: "http" });
  });
});
