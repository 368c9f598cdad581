/** Reasons why something is not ready, and what to do about them. */

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
  /** Messages of Kubernetes or of the program itself. */
  said?: string[];
  /** What to do: commands or sentences. */
  todo: string[];
  /** The container whose last log lines may say more. */
  logs?: { pod: string; container: string; previous: boolean };
  /** Whether the object is gone, and only its events are left. Default: it exists. */
  gone?: true;
  /** When an update saw it, in ISO format. The object may be gone since. Default: it is seen now. */
  seenAt?: string;
}

/** The context of a reason, for the commands it suggests. */
export interface Where {
  stack: string;
  namespace: string;
  release: string;
  /** The section of its settings. Default: it has no settings. */
  settings?: "services" | "stores" | "tasks";
  /** The service, store or task in that section. Default: the release's name. */
  owner?: string;
  /** The service whose image a task has: only its settings change the image. Default: the task has an image of its own. */
  imageOf?: string;
}

export const kubectl = ({ namespace }: Where, command: string): string =>
  `kubectl -n ${namespace} ${command}`;

/** The command that changes a setting of the release; `example` stands for its value. */
export const setting = (
  { stack, settings, release, owner = release }: Where,
  path: string,
  example: string,
): string[] =>
  settings === undefined
    ? []
    : [`pulumi config set --path flotilla:${settings}.${owner}.${path} ${example} --stack ${stack}`];
