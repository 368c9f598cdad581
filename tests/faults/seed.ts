/** Repeatable randomness: `FAULTS_SEED=<number> npm run test:faults`. */
import { createHash, randomInt } from "node:crypto";

export const SEED = process.env.FAULTS_SEED ?? String(randomInt(1_000_000));

/** Whether to run every case, and the long soak test; else a short form of both. */
export const LONG = process.env.FAULTS === "long";

/** Returns a number from 0 to 1, the same for the same seed and words. */
export function chance(...words: readonly (string | number)[]): number {
  const digest = createHash("sha256")
    .update([SEED, ...words].join(" "))
    .digest();
  return digest.readUInt32BE(0) / 2 ** 32;
}

/** Returns one of several, the same for the same seed and words. */
export function pick<T>(from: readonly T[], ...words: readonly (string | number)[]): T {
  return from[Math.floor(chance(...words) * from.length)] as T;
}
