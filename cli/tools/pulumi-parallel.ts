/** How many resources pulumi works on in parallel. */
import { availableParallelism } from "node:os";

const AT_ONE_TIME = 32;

/**
 * PULUMI_PARALLEL if it is set, else 32 or 4 per core, whichever is more. Pulumi's own default, 4 per core, is meant for
 * CPU-bound work, but a release mostly waits for its pods. 32 was the best of 8, 16 and 32 in measurements (42 releases, two
 * cores, official provider, sandbox cluster).
 */
export const parallelism = ({ PULUMI_PARALLEL } = process.env): string =>
  PULUMI_PARALLEL || String(Math.max(AT_ONE_TIME, 4 * availableParallelism()));
