/** The tasks of an application: programs that run to their end, as Jobs and CronJobs. */
import type { Application, Image, Resources, Service } from "./application";
import type { MountedVolume } from "./volumes";

/** What services and tasks have in common: a program with variables, files and connections. */
export type Program = Pick<
  Service,
  | "team"
  | "uses"
  | "env"
  | "envFrom"
  | "user"
  | "writable"
  | "workingDirectory"
  | "files"
  | "command"
  | "args"
  | "pod"
  | "serviceAccountAnnotations"
  | "sidecars"
  | "initContainers"
  | "volumes"
  | "permissions"
>;

/** How concurrent runs of a cron task are handled, in Kubernetes' own words. */
export const CONCURRENCY = ["Forbid", "Allow", "Replace"] as const;
export type Concurrency = (typeof CONCURRENCY)[number];

/** A program that runs to completion: a migration (`before`) or a cron task (`cron`). It has exactly one of the two. */
export interface Task extends Program {
  /** The image; `{ of: "orders" }` is the image of a service, with the stack's tag or digest. */
  image: Image | ImageOf;
  /** Time limit of a run, in seconds, from the start of its Job: image pull and waiting for stores count. */
  seconds: number;
  /** How often a failed run is started again. Default: 0. */
  retries?: number;
  /** Requests and limits. Default: requests of 50m CPU and 128Mi, limits of 1 CPU and 512Mi. */
  resources?: Resources;
  /** Volumes from existing objects, by name. Default: none. */
  volumes?: Record<string, MountedVolume>;
  /**
   * Names of the services that the migration comes before. It runs once for each version (image, working directory, command, arguments, variables,
   * files and volumes, and those of its init containers and sidecars). If it fails, none of these services is updated. Default: none, for a cron task.
   */
  before?: string[];
  /** When the task runs. Default: never, for a migration. */
  cron?: Cron;
}

/** The image of a service. */
export interface ImageOf {
  /** Name of the service. */
  of: string;
}

/** When a cron task runs. */
export interface Cron {
  /** Five fields, such as `30 3 * * *`, or a word such as `@daily`. */
  schedule: string;
  /** Time zone of the schedule, such as `Europe/Berlin`. Default: `Etc/UTC`. */
  timeZone?: string;
  /** What happens if the previous run has not ended: no new run, both run, or the new one replaces it. Default: `Forbid`. */
  concurrency?: Concurrency;
  /** A run that cannot start within this time is skipped, in seconds, at least 10. Default: 300. */
  startingDeadlineSeconds?: number;
  /** How many ended Jobs are kept. Default: 3 successful ones and 3 failed ones. */
  history?: { successful?: number; failed?: number };
  /** Whether no runs start. A stack can set it: `flotilla:tasks.<name>.suspend`. Default: false. */
  suspend?: boolean;
}

/** Longest name of a migration: its release appends a hyphen and a digest of 8 characters, and Helm allows 53. */
export const MAX_MIGRATION_NAME = 44;

/** Longest name of a cron task: Kubernetes appends 11 characters for the name of each Job, and allows 63. */
export const MAX_CRON_NAME = 52;

/** Returns the release of a version of a migration. Each version has its own, so an existing release means that its Job succeeded. */
export const migrationRelease = (task: string, version: string): string => `${task}-${version}`;

/** Whether a name has the form of a migration's release. */
export const isMigrationRelease = (name: string, task: string): boolean =>
  name.startsWith(`${task}-`) && /^[0-9a-f]{8}$/.test(name.slice(task.length + 1));

/** Whether a task has the image of a service. */
export const isImageOf = (image: Image | ImageOf): image is ImageOf => "of" in image;

/** Returns the services whose images tasks have, by task. */
export const imagesOfTasks = ({ tasks = {} }: Pick<Application, "tasks">): Record<string, string> =>
  Object.fromEntries(
    Object.entries(tasks).flatMap(([name, { image }]) => (isImageOf(image) ? [[name, image.of]] : [])),
  );

/** Returns a task as a service without ports, for checks of what both have in common. */
export const asService = ({ image, seconds, retries, before, cron, ...program }: Task): Service => ({
  language: "generic",
  image: { repository: "", tag: "" },
  ...program,
});
