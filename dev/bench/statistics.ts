/** Figures of repeated measurements, and how a cost grows. */
import { linearRegression, max, median, min } from "simple-statistics";

export interface Spread {
  min: number;
  median: number;
  max: number;
}

/** @throws Error when there is no value. */
export const spread = (values: readonly number[]): Spread => ({
  min: min([...values]),
  median: median([...values]),
  max: max([...values]),
});

/** A cost by the size of what it was measured on. */
export interface Point {
  size: number;
  seconds: number;
}

/**
 * The power of the size that a cost grows with: 1 is linear, 2 quadratic. Least squares on logarithms, so that a size
 * counts as much as one ten times as large.
 */
export const growth = (points: readonly Point[]): number =>
  linearRegression(points.map(({ size, seconds }) => [Math.log(size), Math.log(seconds)])).m;
