/** Reads the objects of a namespace. */
import type { Balanced, Claim, Facts, KubernetesEvent, Pod, Workload } from "../core/explain/facts";
import type { Kubectl, ObjectList } from "./kubectl";

type Any = { kind: string } & (Workload | Pod | Claim | Balanced | KubernetesEvent);

/** Kinds of workloads. */
export const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet", "Job"];

/** The workloads of a namespace. */
export async function readWorkloads(kubectl: Kubectl, namespace: string): Promise<Workload[]> {
  const kinds = "deployments,statefulsets,daemonsets,jobs";
  return (await kubectl.json<ObjectList<Workload>>(["get", kinds, "-n", namespace])).items;
}

/** Reads everything that can explain why something is not ready. */
export async function readFacts(kubectl: Kubectl, namespace: string): Promise<Facts> {
  const kinds =
    "deployments,statefulsets,daemonsets,jobs,replicasets,pods,persistentvolumeclaims,services,events";
  const { items } = await kubectl.json<ObjectList<Any>>(["get", kinds, "-n", namespace]);
  const of = <T>(...kind: string[]): T[] => items.filter((item) => kind.includes(item.kind)) as T[];
  return {
    workloads: of(...WORKLOADS),
    replicaSets: of("ReplicaSet"),
    pods: of("Pod"),
    claims: of("PersistentVolumeClaim"),
    services: of("Service"),
    events: of("Event"),
  };
}
