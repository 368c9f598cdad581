/** The types of the resources in a state. */
import type { ReleasePlan } from "../plan/plan";

/** Types of the components. They never change: the engine replaces a resource whose type changes. */
export const COMPONENT_TYPES = {
  application: "flotilla:index:Application",
  credentials: "flotilla:index:Credentials",
  job: "flotilla:index:Job",
  microservice: "flotilla:index:Microservice",
  namespace: "flotilla:index:Namespace",
  store: "flotilla:index:Store",
  task: "flotilla:index:Task",
} as const;

/** Type of the component around a Helm release, by the kind of the release. */
export const RELEASE_COMPONENTS: Record<ReleasePlan["kind"], string> = {
  store: COMPONENT_TYPES.store,
  service: COMPONENT_TYPES.microservice,
  job: COMPONENT_TYPES.job,
  task: COMPONENT_TYPES.task,
};

/** Types of resources of the engine and the providers. */
export const STACK = "pulumi:pulumi:Stack";
export const KUBERNETES_PROVIDER = "pulumi:providers:kubernetes";
export const RELEASE = "kubernetes:helm.sh/v3:Release";
export const NAMESPACE = "kubernetes:core/v1:Namespace";
export const QUOTA = "kubernetes:core/v1:ResourceQuota";
export const SECRET = "kubernetes:core/v1:Secret";
export const PASSWORD = "random:index/randomPassword:RandomPassword";
