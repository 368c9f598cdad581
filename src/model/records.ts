/** Records: plain objects whose keys are data. */

/** Whether a value is a map of keys to values: not null, and not a list. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns a record with the same keys and changed values. */
export const mapValues = <A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A, key: string) => B,
): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));

/** A record in which the keys that may be undefined are optional. */
export type Compact<T> = Omit<T, UndefinedKeys<T>> & {
  [Key in UndefinedKeys<T>]?: Exclude<T[Key], undefined>;
};

type UndefinedKeys<T> = { [Key in keyof T]-?: undefined extends T[Key] ? Key : never }[keyof T];

/** Any value. As a constraint it makes TypeScript keep literal types, unlike `unknown`. */
type Value = string | number | boolean | NonNullable<unknown> | null | undefined;

/**
 * Returns the record without the keys whose value is undefined, in the same order. In data that is printed or compared, an
 * undefined key differs from a missing one.
 */
export const compact = <V extends Value, T extends { [key: string]: V }>(record: T): Compact<T> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Compact<T>;

/** Returns plain data without the keys whose value is undefined, at every depth. */
export function withoutUndefined<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutUndefined) as T;
  return isRecord(value)
    ? (compact(mapValues(value, withoutUndefined) as Record<string, Value>) as T)
    : value;
}
