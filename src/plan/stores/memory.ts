/** Memory settings of stores from the memory limit of their containers: servers size themselves by the machine's memory. */
import { amountOf } from "../../model/quantity";
import type { StoreShape } from "./shape";

const MI = 2 ** 20;

/** Returns the memory limit of a store's main container in bytes, or undefined without a limit. */
export function memoryLimit({ resources }: Pick<StoreShape, "resources">): number | undefined {
  const { memory } = resources.limits;
  return memory === undefined ? undefined : Math.floor(amountOf(memory));
}

/** Returns values that depend on a store's memory limit; none without a limit. */
export function fromMemoryLimit<T extends object>(
  shape: Pick<StoreShape, "resources">,
  values: (bytes: number) => T,
): T | Record<string, never> {
  const bytes = memoryLimit(shape);
  return bytes === undefined ? {} : values(bytes);
}

/**
 * Returns redis' `maxmemory` in bytes: 75 % of the limit. The rest is for the copies that a fork makes, client buffers and
 * fragmentation (Amazon ElastiCache reserves 25 % for them by default, `reserved-memory-percent`). Beyond it redis refuses
 * writes instead of being killed.
 */
export const redisMemory = (limit: number): number => Math.floor(limit * 0.75);

/**
 * Returns mysql's buffer pool: 75 % of what the limit leaves after 512 MiB for the server itself and its connections. For 1, 4 and
 * 16 GiB that is 384 MiB, 2.5 and 11 GiB; mysql's default and the minimum is 128 MiB. mysql's own rule for a container,
 * `innodb_dedicated_server`, is 50 to 75 % from 1 GB on (Reference Manual 9.x, table 17.8), which leaves a server with a limit of
 * 1 GiB too little for the rest. mysql rounds the size up to a multiple of 128 MiB times the instances, whose number depends on
 * the processors of the node. So the number is fixed: one for each GiB, at most 8.
 */
export function mysqlBufferPool(limit: number): { bytes: number; instances: number } {
  const wanted = (limit - 512 * MI) * 0.75;
  const instances = Math.min(8, Math.max(1, Math.floor(wanted / (1024 * MI))));
  const step = 128 * MI * instances;
  return { bytes: Math.max(1, Math.floor(wanted / step)) * step, instances };
}
