/** What is measured against one another: one way to deploy, with one command for each operation. */
import type { Command } from "../measure";

/** In the order in which they are run. */
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
  /** Namespace that it deploys to; none where it deploys nothing. */
  namespace?: string;
  /** What it runs for an operation, after it has got its files ready for it. None where it has no such thing. */
  command(operation: Operation): Promise<Command | undefined>;
  /** Takes away what it leaves behind that is not measured. */
  leave(): Promise<void>;
}
