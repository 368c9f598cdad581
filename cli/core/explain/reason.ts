/** Why something is not ready, in words, and what to do about it. */

export type Cause =
  | "unschedulable"
  | "image"
  | "crash"
  | "memory"
  | "probe"
  | "waiting"
  | "configuration"
  | "quota"
  | "admission"
  | "volume"
  | "balancer"
  | "job"
  | "conflict"
  | "node"
  | "starting";

export interface Reason {
  cause: Cause;
  /** Kind and name of the object. */
  object: string;
  /** One sentence. */
  what: string;
  /** What Kubernetes, or the program itself, says. */
  said?: string[];
  /** What to do, as commands or words. */
  todo: string[];
  /** Whose last lines may tell more. */
  logs?: { pod: string; container: string; previous: boolean };
}

/** Where a reason is: for the commands that it names. */
export interface Where {
  stack: string;
  namespace: string;
  release: string;
  /** Its part of the settings. Default: it has none of its own. */
  settings?: "services" | "stores";
}

export const kubectl = ({ namespace }: Where, command: string): string =>
  `kubectl -n ${namespace} ${command}`;

/** The command that changes a setting of the release; `example` stands for its value. */
export const setting = ({ stack, settings, release }: Where, path: string, example: string): string[] =>
  settings === undefined
    ? []
    : [`pulumi config set --path flotilla:${settings}.${release}.${path} ${example} --stack ${stack}`];
