/** An application's graph in one environment, as data: its nodes, their connections and the policies that allow them. */
import { type Edge, own } from "../../../src/model/graph";
import { credentialsInAll } from "../../../src/plan/credentials/secret-text";
import { resourcesIn } from "../../../src/plan/deployed";
import type { CredentialPlan, Plan, ReleasePlan } from "../../../src/plan/plan";
import type { MicroserviceValues, Probe } from "../../../src/plan/services/microservice-values";

export type NodeKind = "people" | "caller" | "service" | "stand-in" | "store" | "job" | "task" | "external";

export interface GraphNode {
  name: string;
  kind: NodeKind;
  /** Details by topic: short lines of text. */
  facts: Record<string, string[]>;
}

export interface GraphEdge {
  from: string;
  to: string;
  /** What the client connects to. */
  port: number;
  /** The container's port, which network policies match. */
  targetPort: number;
  protocol: string;
}

export interface Graph {
  application: string;
  environment: string;
  namespace: string;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** The node for everyone outside the cluster; no release can have this name. */
export const PEOPLE = "(people)";

/** Returns the graph of a plan. */
export function graphOf(plan: Plan): Graph {
  const releases = Object.values(plan.releases).filter(({ done, task }) => !done || task !== undefined);
  const jobs = releases.filter(({ kind }) => kind === "job");
  const edges = [
    ...entryEdges(plan),
    ...plan.edges.map(plain),
    ...jobs.flatMap((job) => jobEdges(plan, job)),
  ];
  const known = new Set(releases.map(nodeName));
  const outside = (kind: "caller" | "external", names: string[]): GraphNode[] =>
    [...new Set(names)].filter((name) => !known.has(name)).map((name) => ({ name, kind, facts: {} }));
  const people: GraphNode[] =
    Object.keys(plan.entries).length > 0 ? [{ name: PEOPLE, kind: "people", facts: entryFacts(plan) }] : [];
  return {
    application: plan.application,
    environment: plan.environment,
    namespace: plan.namespace.name,
    nodes: [
      ...people,
      ...outside(
        "caller",
        plan.edges.filter(({ kind }) => kind === "caller").map(({ from }) => from),
      ),
      ...releases.map((release) => ({
        name: nodeName(release),
        kind: kindOf(plan, release),
        facts: release.kind === "store" ? storeFacts(plan, release) : serviceFacts(plan, release),
      })),
      ...outside(
        "external",
        plan.edges.filter(({ kind }) => kind === "external").map(({ to }) => to),
      ),
    ],
    edges,
  };
}

/** The name of a task's node is that of the task: the release of a migration has another name for each version. */
const nodeName = ({ name, task }: ReleasePlan): string => task ?? name;

const plain = ({ from, to, port, targetPort, protocol }: Edge): GraphEdge => ({
  from,
  to,
  port,
  targetPort,
  protocol,
});

const kindOf = (plan: Plan, { name, kind }: ReleasePlan): NodeKind =>
  own(plan.outputs.services, name)?.standIn ? "stand-in" : kind;

/** Edges from people to the services that the environment exposes. */
const entryEdges = ({ entries }: Plan): GraphEdge[] =>
  Object.entries(entries).flatMap(([to, entry]) => {
    const edges = [entry, ...(entry.others ?? [])].map(({ protocol, port, targetPort }) => ({
      from: PEOPLE,
      to,
      port,
      targetPort,
      protocol,
    }));
    return [...new Map(edges.map((edge) => [JSON.stringify(edge), edge])).values()];
  });

const entryFacts = (plan: Plan): GraphNode["facts"] => ({
  "Way in": Object.keys(plan.entries).flatMap((name) =>
    entryLines(name, plan).map((line) => `${name}: ${line}`),
  ),
});

function entryLines(name: string, { entries }: Plan): string[] {
  const entry = own(entries, name);
  return (entry ? [entry, ...(entry.others ?? [])] : []).map(({ by, url }) =>
    url === undefined ? by : `${by}, ${url}`,
  );
}

/** Edges from a Job to the stores it works on. */
function jobEdges(plan: Plan, job: ReleasePlan): GraphEdge[] {
  const { networkPolicy } = job.values as unknown as MicroserviceValues;
  return Object.entries(networkPolicy?.egress ?? {}).flatMap(([to, { ports = [] }]) =>
    own(plan.releases, to) ? ports.map((port) => jobEdge(job.name, to, Number(port))) : [],
  );
}

const jobEdge = (from: string, to: string, port: number): GraphEdge => ({
  from,
  to,
  port,
  targetPort: port,
  protocol: "tcp",
});

function serviceFacts(plan: Plan, { name, task, values }: ReleasePlan): GraphNode["facts"] {
  const {
    image,
    replicas,
    autoscaling,
    ports,
    resources,
    probes,
    networkPolicy,
    user,
    cronJob,
    job,
    waitFor,
    service: clients,
  } = values as unknown as MicroserviceValues;
  const before = Object.values(plan.releases).flatMap((other) =>
    other.kind === "service" && other.needs.includes(name) ? [other.name] : [],
  );
  return withoutEmpty({
    "Way in": entryLines(name, plan),
    Image: [`${image.repository}:${image.tag}`],
    Pods:
      task === undefined
        ? [
            autoscaling?.enabled
              ? `${autoscaling.minReplicas} to ${autoscaling.maxReplicas}, autoscaled`
              : String(replicas ?? 1),
          ]
        : [],
    Schedule: cronJob?.schedule
      ? [`${cronJob.schedule}, ${cronJob.timeZone ?? "Etc/UTC"}${cronJob.suspend ? ", suspended" : ""}`]
      : [],
    "Runs before": task === undefined ? [] : before,
    "Time limit": task === undefined ? [] : [`${job?.activeDeadlineSeconds} s`],
    Ports: Object.entries(ports ?? {}).map(
      ([name, { container, service, protocol = "TCP" }]) =>
        `${name}: ${service} to ${container}${protocol === "TCP" ? "" : ` (${protocol})`}`,
    ),
    Service: [
      ...(clients?.headless ? ["headless: its name resolves to the pods"] : []),
      ...(clients?.sessionAffinity === "ClientIP"
        ? [`a client stays on one pod for ${clients.sessionAffinitySeconds ?? 10_800} s`]
        : []),
    ],
    Resources: resourceLines(resources),
    Probes: Object.entries(probes ?? {}).map(([name, probe]) => `${name}: ${describeProbe(probe)}`),
    "Waits for": Object.entries(waitFor ?? {}).map(
      ([target, { until = "answers", seconds }]) =>
        `${target}${until === "resolves" ? ": its name" : ""}${seconds === undefined ? "" : `: at most ${seconds} s at a time`}`,
    ),
    Secrets: credentialsOfService(plan, task ?? name),
    "Runs as": user ? [`${user.uid}:${user.gid}`] : [],
    "Policy, in": policyLines(networkPolicy?.ingress),
    "Policy, out": [...policyLines(networkPolicy?.egress), "the cluster's DNS: 53"],
  });
}

/** The passwords and secrets that a service or task reads, without their values. */
const credentialsOfService = ({ secrets, credentials }: Plan, program: string): string[] => {
  const own = Object.values(secrets).filter(({ owner }) => owner === program);
  return credentialsInAll(own.flatMap(({ keys }) => Object.values(keys))).map(
    (name) => `${name}: ${SOURCES[credentials[name]?.source ?? "generated"]}`,
  );
};

const SOURCES: Record<CredentialPlan["source"], string> = {
  generated: "generated",
  inventory: "fixed by an image",
  stack: "from the stack's config",
  "secret store": "from the secret store",
};

function storeFacts(plan: Plan, { name, values, chart }: ReleasePlan): GraphNode["facts"] {
  const outputs = own(plan.outputs.stores, name);
  return withoutEmpty({
    Chart: ["path" in chart ? chart.path : `${chart.url} ${chart.version}`],
    Profile: outputs ? [outputs.profile] : [],
    Address: outputs ? [`${outputs.host}:${outputs.port}`] : [],
    Secret: outputs?.secret === undefined ? ["none: no password"] : [outputs.secret],
    Resources: resourceLines(resourcesIn(values)),
  });
}

const resourceLines = (resources: MicroserviceValues["resources"]): string[] =>
  (["requests", "limits"] as const).flatMap((key) => {
    const { cpu, memory } = (resources?.[key] ?? {}) as { cpu?: string; memory?: string };
    const parts = [cpu === undefined ? [] : [`${cpu} CPU`], memory === undefined ? [] : [memory]].flat();
    return parts.length === 0 ? [] : [`${key}: ${parts.join(", ")}`];
  });

function describeProbe(probe: Probe): string {
  const what = probe.http
    ? `GET ${probe.http.path} on ${probe.http.port}${probe.http.scheme === "HTTPS" ? " by HTTPS" : ""}`
    : probe.grpc
      ? `gRPC health${probe.grpc.service === undefined ? "" : ` of ${probe.grpc.service}`} on ${probe.grpc.port}`
      : probe.tcp
        ? `connects to ${probe.tcp.port}`
        : `runs ${probe.exec?.command.join(" ")}`;
  return `${what}, every ${probe.periodSeconds} s`;
}

type Rules = NonNullable<NonNullable<MicroserviceValues["networkPolicy"]>["ingress"]>;

const policyLines = (rules: Rules | undefined): string[] =>
  Object.entries(rules ?? {}).map(([name, { namespace, cidr, anywhere, ports }]) => {
    const where = anywhere
      ? " (anywhere)"
      : cidr
        ? ` (${cidr})`
        : namespace
          ? ` (namespace ${namespace})`
          : "";
    return `${name}${where}: ${(ports ?? ["any port"]).join(", ")}`;
  });

const withoutEmpty = (facts: GraphNode["facts"]): GraphNode["facts"] =>
  Object.fromEntries(Object.entries(facts).filter(([, lines]) => lines.length > 0));
