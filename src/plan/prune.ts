import { isRecord } from "../model/records";
import type { Values } from "./plan";

/** Removes undefined and empty values at any depth, so that previews only show values that matter. */
export function prune(values: object): Values {
  const entries = Object.entries(values)
    .map(([key, value]) => [key, isRecord(value) ? prune(value) : value])
    .filter(([, value]) => value !== undefined && !(typeof value === "object" && isEmpty(value)));
  return Object.fromEntries(entries);
}

const isEmpty = (value: object): boolean => Object.keys(value).length === 0;
