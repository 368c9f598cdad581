/** The input and the result of a rule. */
import type { Rule } from "../../config/rules";
import type { Settings } from "../../config/schema";
import type { ContainerFacts, ReleaseFacts, WorkloadFacts } from "./facts";

/** A release that breaks a rule. */
export interface Violation {
  rule: Rule;
  release: string;
  /** The service or store that the release belongs to. */
  owner: string;
  /** The object, container or value at fault. */
  where: string;
  what: string;
  todo: string;
  /** The setting that causes it. Default: no setting. */
  key?: string;
  /** Why the stack or the inventory accepts it. Default: not accepted. */
  excepted?: string;
}

/** Reasons by rule, or by rule and name. */
export type Exceptions = Partial<Record<Rule, string | Record<string, string>>>;

/** A release to check, with its owner and exceptions. */
export interface CheckedRelease {
  facts: ReleaseFacts;
  /** The service, store or task that the release belongs to, whose exceptions apply. */
  owner: { kind: "services" | "stores" | "tasks"; name: string };
  /** The service whose image a task has. Default: its own image. */
  imageOf?: string;
  /** Rules that do not apply, each with a reason, or with reasons by variable or file. */
  exceptions: Exceptions;
  /** Whether it is a stand-in for an external, which has one pod in every environment. */
  isStandIn: boolean;
}

/** A finding of a check. */
export interface Found {
  rule: Rule;
  where: string;
  what: string;
  key?: string;
  todo?: string;
  /** The variable or file. Default: none. */
  name?: string;
}

/** Checks a release for violations of one or more rules. */
export type Check = (checked: CheckedRelease, settings: Settings) => Found[];

/** Returns every container of a release with its workload. */
export const containersOf = ({
  workloads,
}: ReleaseFacts): { workload: WorkloadFacts; container: ContainerFacts }[] =>
  workloads.flatMap((workload) => workload.containers.map((container) => ({ workload, container })));

/** Names a container in a message. */
export const at = (workload: WorkloadFacts, container: ContainerFacts): string =>
  `${workload.object}, container ${container.name}`;
