/** A contestant of the benchmark: one way to deploy, with one command per operation. */
import type { Command } from "../measure";

/** Operations, in the order in which they run. */
export const OPERATIONS = [
  "first up",
  "no-op preview",
  "no-op up",
  "one service changed",
  "destroy",
] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface Contestant {
  name: string;
  /** Namespace it deploys to; undefined if it deploys nothing. */
  namespace?: string;
  /** Prepares the files for an operation and returns its command; undefined if the contestant does not have the operation. */
  command(operation: Operation): Promise<Command | undefined>;
  /** Cleans up what the contestant leaves behind, unmeasured. */
  leave(): Promise<void>;
}
