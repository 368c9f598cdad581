/** The type of a chart feature, and helpers to inspect the rendered objects. */
import type { MicroserviceValues } from "../../../src/plan/services/microservice-values";
import type { KubernetesObject } from "../render";

export interface Feature {
  name: string;
  values: Omit<MicroserviceValues, "image"> & Partial<Pick<MicroserviceValues, "image">>;
  expect: (objects: KubernetesObject[]) => void;
}

export const IMAGE = { repository: "example.com/web", tag: "1.0.0" };
export const RESOURCES = {
  requests: { cpu: "10m", memory: "16Mi", "ephemeral-storage": "1Mi" },
  limits: { cpu: "20m", memory: "32Mi", "ephemeral-storage": "2Mi" },
};
export const HTTP = { http: { container: 8080, service: 80, appProtocol: "http" } };
export const BOTH = { ...HTTP, rpc: { container: 9000, appProtocol: "kubernetes.io/h2c" } };

/** Allow ingress and egress: values that have no effect without it are refused. */
export const LET_IN = { networkPolicy: { ingress: { all: { anywhere: true as const } } } };
export const LET_OUT = { networkPolicy: { egress: { all: { anywhere: true as const } } } };

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];
export const workloadOf = (objects: KubernetesObject[]): KubernetesObject =>
  objects.find(({ kind }) => WORKLOADS.includes(kind));
export const podOf = (objects: KubernetesObject[]): KubernetesObject => {
  const { spec } = workloadOf(objects);
  return (spec.jobTemplate?.spec ?? spec).template;
};
export const containerOf = (objects: KubernetesObject[]): KubernetesObject =>
  podOf(objects).spec.containers[0];
export const envOf = (objects: KubernetesObject[]) => containerOf(objects).env;
export const namesOf = (list: { name: string }[] | undefined) => (list ?? []).map(({ name }) => name);
export const annotationsOf = (object: KubernetesObject) => object.metadata.annotations;
