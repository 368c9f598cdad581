/** Property values as the engine sends them: JSON in which secrets, unknowns and assets are specially marked. */
import { SECRET_SIGNATURE, SIGNATURE } from "../../../../cli/core/revealed";
import { isRecord } from "../../../../src/model/records";

export type Property = null | boolean | number | string | Property[] | Properties;
export type Properties = { [key: string]: Property };

/** Placeholder for a value that is not known yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const secret = (value: Property): Properties => ({ [SIGNATURE]: SECRET_SIGNATURE, value });

function isSecret(value: Property | undefined): value is { value: Property } & Properties {
  return isMap(value) && value[SIGNATURE] === SECRET_SIGNATURE;
}

export function isMap(value: Property | undefined): value is Properties {
  return isRecord(value);
}

/** Returns the value without secret marks, at every depth. */
export function reveal(value: Property): Property {
  if (isSecret(value)) return reveal(value.value);
  if (Array.isArray(value)) return value.map(reveal);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, reveal(entry)]));
}

export const revealMap = (properties: Properties): Properties => reveal(properties) as Properties;

/** Whether anything in the value is not known yet. */
export function hasUnknown(value: Property): boolean {
  const revealed = reveal(value);
  if (Array.isArray(revealed)) return revealed.some(hasUnknown);
  if (isMap(revealed)) return Object.values(revealed).some(hasUnknown);
  return revealed === UNKNOWN;
}
