// @ts-check
/** The configuration file: feature flags and the limits of orders. */

/**
 * @typedef {object} Settings
 * @property {Record<string, boolean>} features Flags for code that is still being written. No flag has code here yet.
 * @property {{ maxOrderItems: number, maxOrderValue: number }} limits Items of an order, and their total price.
 */

/**
 * Returns the settings in a text, or throws every problem, one line each.
 *
 * @param {string} text
 * @returns {Settings}
 */
export function settingsOf(text) {
  const file = parsed(text);
  const { features, limits, ...others } = file;
  const problems = Object.keys(others).map((name) => `${name} is not a setting`);
  if (!isObject(features) || Object.values(features).some((flag) => typeof flag !== "boolean"))
    problems.push('features is not an object of flags, such as {"newCheckout": false}');
  if (!isObject(limits)) problems.push("limits is not an object");
  else {
    const { maxOrderItems, maxOrderValue, ...unknown } = limits;
    if (!Number.isInteger(maxOrderItems) || maxOrderItems < 1)
      problems.push("limits.maxOrderItems is not a whole number of at least 1");
    if (typeof maxOrderValue !== "number" || maxOrderValue <= 0)
      problems.push("limits.maxOrderValue is not a number above 0");
    problems.push(...Object.keys(unknown).map((name) => `limits.${name} is not a setting`));
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return { features, limits };
}

/** @param {string} text */
function parsed(text) {
  try {
    const file = JSON.parse(text);
    if (isObject(file)) return file;
  } catch {
    // The same problem as a file with something else than an object.
  }
  throw new Error("not a JSON object");
}

/** @param {unknown} value */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
