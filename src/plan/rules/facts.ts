/** The facts about a release that rules check, from its values or its rendered objects. Undefined means unknown. */
import type { ReleasePlan } from "../plan";

/** Facts about a release. */
export interface ReleaseFacts {
  release: string;
  kind: ReleasePlan["kind"];
  workloads: WorkloadFacts[];
  budgets: BudgetFacts[];
  /** Services that open a port of the nodes, by kind and name. */
  nodePorts: string[];
  /** Size of the Secret in which Helm keeps the release, in bytes. */
  bytes?: number;
  /** Plain texts in values or objects. */
  literals: Literal[];
}

/** Facts about a workload. */
export interface WorkloadFacts {
  /** Kind and name. */
  object: string;
  /** Whether its pods run permanently, unlike those of a Job. */
  runsOn: boolean;
  /** Number of pods; the minimum if an autoscaler decides. */
  pods: number;
  containers: ContainerFacts[];
  /** Whether its pods are spread over nodes or zones. */
  isSpread?: boolean;
}

/** Facts about a container. */
export interface ContainerFacts {
  name: string;
  /** Image, as pods reference it. */
  image: string;
  /** Whether it is an init container that ends before the others start. */
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
  /** The workload whose pods it selects. Undefined if it selects none. */
  workload?: string;
  minAvailable?: number | string;
  maxUnavailable?: number | string;
}

/** A plain text in values or objects. */
export interface Literal {
  /** Place of the text: an object and a path in it. */
  where: string;
  /** Name of its key or variable. */
  name: string;
  value: string;
}
