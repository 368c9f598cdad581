/**
 * Evaluates the rendered network policies of whole applications, for every pair of pods and every port, and compares the
 * result with the graph of the inventory. `npm run test:connectivity` only runs this file.
 */
import assert from "node:assert/strict";
import Table from "cli-table3";
import { PLAIN_TABLE } from "../../cli/terminal/table";
import { EVERYWHERE } from "../environments";
import { type Endpoint, isAllowed, type Policy, type Target } from "../network/evaluate";
import { MANY_PROTOCOLS } from "../network/protocols";
import { API_PORTS, allowedByGraph, keyOf, outsiders, podsIn, policiesIn } from "../network/world";
import { WITH_TASKS } from "../tasks";
import { releasesOf } from "./examples";
import { isDeployed, type KubernetesObject, parseObjects, renderText } from "./render";

const table = new Table({
  ...PLAIN_TABLE,
  head: ["APPLICATION", "ENVIRONMENT", "ENDS", "PORTS", "ALLOWED", "DENIED"],
});

/** Totals over all environments, by application. */
const counts = new Map<string, { allowed: number; denied: number }>();

describe("connectivity", () => {
  for (const { application, environment, plan, config } of [...EVERYWHERE, WITH_TASKS, ...MANY_PROTOCOLS])
    describe(`of ${application.name} in ${environment}`, () => {
      const objects: Record<string, KubernetesObject[]> = {};
      let policies: Policy[];
      let ends: Endpoint[];
      let targets: Target[];

      before(async function () {
        this.timeout(60_000);
        for (const release of releasesOf(plan))
          objects[release.name as string] = parseObjects(await renderText(release)).filter(isDeployed);
        const { name: namespace, isolation } = plan.namespace;
        policies = [
          ...policiesIn(Object.values(objects).flat()),
          { metadata: { name: "default-deny", namespace }, spec: isolation as Policy["spec"] },
        ];
        const pods = Object.entries(objects).flatMap(([release, list]) => podsIn(list, release));
        ends = [...pods, ...outsiders(application, plan)];
        const declared = pods.flatMap(({ ports }) => ports.map(({ port }) => port));
        const edges = plan.edges.map(({ targetPort }) => targetPort);
        // A port that nothing uses, and those of DNS and the web.
        const numbers = [...new Set([...declared, ...edges, ...API_PORTS, 53, 80, 12345])].sort(
          (a, b) => a - b,
        );
        const others = [
          ...pods.flatMap(({ ports }) => ports),
          ...plan.edges.map(({ targetPort, protocol }) => ({
            port: targetPort,
            protocol: protocol.toUpperCase(),
          })),
        ].filter(({ protocol }) => protocol === "UDP" || protocol === "SCTP");
        const all = [
          ...numbers.map((port) => ({ port, protocol: "TCP" })),
          { port: 53, protocol: "UDP" },
          { port: 8080, protocol: "UDP" },
          ...others.flatMap(({ port }) => ["UDP", "SCTP"].map((protocol) => ({ port, protocol }))),
        ];
        targets = [...new Map(all.map((target) => [`${target.port}/${target.protocol}`, target])).values()];
      });

      it("is that of the graph: every edge allowed, everything else denied", () => {
        const byGraph = allowedByGraph(application, plan, config);
        const [wronglyDenied, wronglyAllowed]: [string[], string[]] = [[], []];
        const seen = new Set<string>();
        let denied = 0;
        for (const from of ends)
          for (const to of ends)
            for (const target of targets) {
              // Policies do not apply within a pod, and connections between two outsiders do not matter here.
              if (from === to || (!isOwn(from) && !isOwn(to))) continue;
              const key = keyOf(from.name, to.name, target);
              const isOpen = isAllowed({ policies }, from, to, target);
              if (isOpen) seen.add(key);
              else denied += 1;
              if (isOpen && !byGraph.has(key)) wronglyAllowed.push(key);
              if (!isOpen && byGraph.has(key)) wronglyDenied.push(key);
            }
        assert.deepEqual({ wronglyAllowed, wronglyDenied }, { wronglyAllowed: [], wronglyDenied: [] });
        assert.deepEqual([...seen].sort(), [...byGraph].sort(), "no edge of the graph was left unasked");
        table.push([application.name, environment, ends.length, targets.length, seen.size, denied]);
        const before = counts.get(application.name) ?? { allowed: 0, denied: 0 };
        counts.set(application.name, { allowed: before.allowed + seen.size, denied: before.denied + denied });
      });

      it("is seen to be wrong when a policy is missing or too wide", () => {
        const byGraph = allowedByGraph(application, plan, config);
        const wrong = (changed: Policy[]) => {
          const asked = ends.flatMap((from) =>
            ends.flatMap((to) => (from === to ? [] : targets.map((target) => ({ from, to, target })))),
          );
          return asked.some(
            ({ from, to, target }) =>
              (isOwn(from) || isOwn(to)) &&
              isAllowed({ policies: changed }, from, to, target) !==
                byGraph.has(keyOf(from.name, to.name, target)),
          );
        };
        const [first, ...others] = policies as [Policy, ...Policy[]];
        assert.ok(wrong(policies.slice(0, -1)), "without the default deny");
        assert.ok(wrong(others), `without ${first.metadata.name}`);
        assert.ok(wrong([{ ...first, spec: { ...first.spec, ingress: [{}] } }, ...others]), "too wide");
      });

      const isOwn = (end: Endpoint) => "labels" in end && end.namespace === plan.namespace.name;
    });

  after(() => {
    const lines = [...counts].map(
      ([name, { allowed, denied }]) => `${name}: ${allowed} pairs allowed, ${denied} denied, as in its graph`,
    );
    process.stdout.write(`\n${table.toString()}\n\n${lines.join("\n")}\n`);
  });
});
