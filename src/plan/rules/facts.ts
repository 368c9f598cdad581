/** What rules look at: a release, as its values or its rendered objects tell it. What is undefined is not known. */
import type { ReleasePlan } from "../plan";

export interface ReleaseFacts {
  release: string;
  kind: ReleasePlan["kind"];
  workloads: WorkloadFacts[];
  budgets: BudgetFacts[];
  /** Services that open a port of the nodes. */
  nodePorts: string[];
  /** Bytes of the Secret in which Helm keeps it. */
  bytes?: number;
  /** Plain texts that somebody wrote, or a chart. */
  literals: Literal[];
}

export interface WorkloadFacts {
  /** Kind and name. */
  object: string;
  /** Whether it is to run for ever, rather than to end. */
  runsOn: boolean;
  /** Pods, the fewest where an autoscaler decides. */
  pods: number;
  containers: ContainerFacts[];
  /** Whether its pods are told to keep apart. */
  isSpread?: boolean;
}

export interface ContainerFacts {
  name: string;
  /** As a pod names it. */
  image: string;
  /** Whether it ends before the others start. */
  isInit: boolean;
  requests?: Quantities;
  limits?: Quantities;
  /** Whether it listens on a port that it names. */
  listens?: boolean;
  hasReadiness?: boolean;
  hasLiveness?: boolean;
}

export interface Quantities {
  cpu?: string;
  memory?: string;
}

export interface BudgetFacts {
  /** Kind and name. */
  object: string;
  /** The workload whose pods it counts; none where it counts nobody's. */
  workload?: string;
  minAvailable?: number | string;
  maxUnavailable?: number | string;
}

export interface Literal {
  /** Where it stands: an object and a path in it. */
  where: string;
  /** What it is called. */
  name: string;
  value: string;
}
