// @ts-check
/** Readers of environment variables. Each returns a value, or throws what is wrong without repeating the value. */

/** @param {string} text */
export const anyText = (text) => text;

/** @param {string[]} choices */
export const oneOf =
  (...choices) =>
  (/** @type {string} */ text) => {
    if (!choices.includes(text)) throw new Error(`not one of ${choices.join(", ")}`);
    return text;
  };

/**
 * @param {number} min
 * @param {number} max
 */
export const wholeNumber = (min, max) => (/** @type {string} */ text) => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new Error(`not a whole number from ${min} to ${max}`);
  return value;
};

/** @param {string} text */
export function host(text) {
  if (!/^[\w.:-]+$/.test(text)) throw new Error("not a host name or an IP address");
  return text;
}

/**
 * `host:port`, separated by commas.
 *
 * @param {string} text
 */
export function addresses(text) {
  const all = text.split(",").map((one) => one.trim());
  for (const one of all) {
    const [, port] = /^[\w.-]+:(\d{1,5})$/.exec(one) ?? [];
    if (port === undefined || Number(port) < 1 || Number(port) > 65535)
      throw new Error("not a list of host:port, separated by commas");
  }
  return all;
}

/** @param {string} text */
export function postgresUrl(text) {
  const url = urlOf(text, ["postgresql:", "postgres:"]);
  if (!url?.username || url.hostname === "" || url.pathname.length < 2)
    throw new Error("not of the form postgresql://user:password@host:5432/database");
  return text;
}

/** @param {string} text */
export function httpUrl(text) {
  const url = urlOf(text, ["http:", "https:"]);
  if (!url) throw new Error("not of the form http://host:port/");
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}

/**
 * `<name of the ConfigMap>/<key>`, or nothing.
 *
 * @param {string} text
 */
export function configMapKey(text) {
  if (text === "") return undefined;
  const [, name, key] = /^([a-z0-9.-]+)\/([\w.-]+)$/.exec(text) ?? [];
  if (name === undefined || key === undefined) throw new Error("not of the form <ConfigMap>/<key>");
  return { name, key };
}

/**
 * @param {string} text
 * @param {string[]} protocols
 */
function urlOf(text, protocols) {
  // Not the error of `new URL`: it repeats the text, which may contain a password.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && protocols.includes(url.protocol) ? url : undefined;
}
