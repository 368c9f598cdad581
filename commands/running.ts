/** What runs, as the cluster tells it: releases, pods, endpoints. */
import { join } from "node:path";
import execa from "execa";
import type { PlanOutputs } from "../plan/plan";
import { type OpenWorld, pulumi } from "../tools/world";

export interface RunningRelease {
  release: string;
  kind: "store" | "service" | "stand-in" | "job";
  namespace: string;
  chart: string;
  /** Helm's word for the newest revision: deployed, failed, pending-upgrade ... */
  status: string;
  /** Pods that are ready, and pods that should be; of a Job those that have succeeded. */
  pods: { ready: number; wanted: number };
  /** `host:port` inside the cluster. */
  endpoint?: string;
  image: string;
}

interface Outputs extends PlanOutputs {
  namespace: string;
}

interface Workload {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec: {
    replicas?: number;
    completions?: number;
    template: { spec: { containers: { image: string }[] } };
  };
  status?: { readyReplicas?: number; succeeded?: number };
}

export async function readRunning(open: OpenWorld, stack: string): Promise<RunningRelease[]> {
  const { stdout } = await pulumi(open, ["stack", "output", "--json", "--stack", stack]);
  const outputs = JSON.parse(stdout) as Outputs;
  const [workloads, statuses] = await Promise.all([
    kubectl<Workload>(open, outputs.namespace, ["get", "deployments,statefulsets,jobs"]),
    helmStatuses(open, outputs.namespace),
  ]);
  const describe = (release: string, kind: RunningRelease["kind"], endpoint?: string): RunningRelease => {
    const own = workloads.filter(
      ({ metadata }) => metadata.labels?.["app.kubernetes.io/instance"] === release,
    );
    const wanted = sum(own.map(({ spec }) => spec.completions ?? spec.replicas ?? 1));
    return {
      release,
      kind,
      namespace: outputs.namespace,
      chart: own[0]?.metadata.labels?.["helm.sh/chart"] ?? "-",
      status: statuses.get(release) ?? "missing",
      // For some seconds after an update the old pods are ready as well.
      pods: {
        ready: Math.min(
          wanted,
          sum(own.map(({ status }) => status?.readyReplicas ?? status?.succeeded ?? 0)),
        ),
        wanted,
      },
      endpoint,
      image: own[0]?.spec.template.spec.containers[0]?.image ?? "-",
    };
  };
  const described = [...Object.keys(outputs.stores), ...Object.keys(outputs.services)];
  const jobs = [...statuses.keys()].filter((release) => !described.includes(release)).sort();
  return [
    ...Object.entries(outputs.stores).map(([name, { host, port }]) =>
      describe(name, "store", `${host}:${port}`),
    ),
    ...jobs.map((name) => describe(name, "job")),
    ...Object.entries(outputs.services).map(([name, { url, standIn }]) =>
      describe(name, standIn ? "stand-in" : "service", url?.replace(/^\w+:\/\//, "")),
    ),
  ];
}

/** Helm keeps each revision in a Secret whose labels say what became of it; no helm is needed to read them. */
async function helmStatuses(open: OpenWorld, namespace: string): Promise<Map<string, string>> {
  const revisions = await kubectl<{ metadata: { labels: Record<string, string> } }>(open, namespace, [
    "get",
    "secrets",
    "--selector=owner=helm",
  ]);
  const newest = revisions
    .map(({ metadata: { labels } }) => labels)
    .sort((a, b) => Number(a.version) - Number(b.version));
  return new Map(newest.map(({ name, status }) => [name as string, status as string]));
}

async function kubectl<T>(open: OpenWorld, namespace: string, args: string[]): Promise<T[]> {
  const { stdout } = await execa(join(open.world.bin, "kubectl"), [...args, "-n", namespace, "-o", "json"], {
    env: open.environment as NodeJS.ProcessEnv,
  });
  return (JSON.parse(stdout) as { items: T[] }).items;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
