/** How many resources pulumi works on at one time. */
import { availableParallelism } from "node:os";

const AT_ONE_TIME = 32;

/**
 * PULUMI_PARALLEL, where it is set; else 32, or 4 for each core where that is more. The latter is pulumi's own default, which is
 * for work on this machine, but a release mostly waits for its pods: of 8, 16 and 32 at one time the last was chosen by
 * measurement (42 releases, two cores, official provider, embedded cluster).
 */
export const parallelism = ({ PULUMI_PARALLEL } = process.env): string =>
  PULUMI_PARALLEL || String(Math.max(AT_ONE_TIME, 4 * availableParallelism()));
