/** How many resources pulumi works on at one time. */
import { availableParallelism } from "node:os";

/** No release is faster with more: with 64 at one time 42 releases took as long. */
const AT_ONE_TIME = 32;

/**
 * PULUMI_PARALLEL, where it is set; else 32, or 4 for each core where that is more. The latter is pulumi's own default, which is
 * for work on this machine, but a release mostly waits for its pods: on two cores 42 releases took 16.9 s with 8 at one time,
 * 12.6 s with 16 and 10.4 s with 32 (official provider, embedded cluster).
 */
export const parallelism = ({ PULUMI_PARALLEL } = process.env): string =>
  PULUMI_PARALLEL || String(Math.max(AT_ONE_TIME, 4 * availableParallelism()));
