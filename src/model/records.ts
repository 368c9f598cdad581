/** Records: plain objects whose keys are data. */

/** Whether a value is a plain map of keys to values: no list, and not null. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A record, changed value by value. */
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

/** Any value. Spelled out, it makes TypeScript keep the literal types of the values that are given. */
type Value = string | number | boolean | NonNullable<unknown> | null | undefined;

/**
 * Returns the record without the keys whose value is undefined, for data that is printed or compared, where a key that is
 * undefined and one that is missing are not the same. The order of the keys stays.
 */
export const compact = <V extends Value, T extends { [key: string]: V }>(record: T): Compact<T> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Compact<T>;
