import type { Values } from "./plan";

/** Leaves out what says nothing, at any depth, so that a preview shows only what counts. */
export function prune(values: object): Values {
  const entries = Object.entries(values)
    .map(([key, value]) => [key, isMap(value) ? prune(value) : value])
    .filter(([, value]) => value !== undefined && !(typeof value === "object" && isEmpty(value)));
  return Object.fromEntries(entries);
}

const isMap = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isEmpty = (value: object): boolean => Object.keys(value).length === 0;
