/** The facts about a release that rules check, from its values or its rendered objects. Undefined: unknown. */
import type { ReleasePlan } from "../plan";

/** Facts about a release. */
export interface ReleaseFacts {
  release: string;
  kind: ReleasePlan["kind"];
  workloads: WorkloadFacts[];
  budgets: BudgetFacts[];
  /** Services that open a node port, by kind and name. */
  nodePorts: string[];
  /** Size of Helm's Secret for the release, in bytes. */
  bytes?: number;
  /** Plain text in values or objects. */
  literals: Literal[];
}

/** Facts about a workload. */
export interface WorkloadFacts {
  /** Kind and name. */
  object: string;
  /** Whether the pods run permanently, unlike the pods of a Job. */
  isLongRunning: boolean;
  /** Number of pods, or the minimum of the autoscaler. */
  pods: number;
  containers: ContainerFacts[];
  /** Whether the pods are spread over nodes or zones. */
  isSpread?: boolean;
}

/** Facts about a container. */
export interface ContainerFacts {
  name: string;
  /** Image, as pods reference it. */
  image: string;
  /** Whether it is an init container that exits before the others start. */
  isInit: boolean;
  requests?: Quantities;
  limits?: Quantities;
  /** Whether it declares a port. */
  listens?: boolean;
  hasReadiness?: boolean;
  hasLiveness?: boolean;
}

/** Requests or limits, as Kubernetes quantities. */
export interface Quantities {
  cpu?: string;
  memory?: string;
}

/** Facts about a disruption budget. */
export interface BudgetFacts {
  /** Kind and name. */
  object: string;
  /** The workload whose pods it selects. Undefined if there is none. */
  workload?: string;
  minAvailable?: number | string;
  maxUnavailable?: number | string;
}

/** Plain text in values or objects. */
export interface Literal {
  /** Place of the text: an object and a path in it. */
  where: string;
  /** Name of its key or variable. */
  name: string;
  value: string;
}
