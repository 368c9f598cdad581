/** Statistics of repeated measurements, and growth of a cost with size. */
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

/** A cost, measured at a given size. */
export interface Point {
  size: number;
  seconds: number;
}

/**
 * Returns the exponent with which a cost grows with the size: 1 is linear, 2 quadratic. Least squares on logarithms, so that
 * small sizes count as much as large ones.
 */
export const growth = (points: readonly Point[]): number =>
  linearRegression(points.map(({ size, seconds }) => [Math.log(size), Math.log(seconds)])).m;
