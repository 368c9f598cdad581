/** Guesses whether a text is a secret, from its name and from the formats of well-known keys. */

/** Names of variables whose value is almost always a secret. */
const PASSWORD = /(^|_)(password|passwd|passphrase|pass|pwd|private_?key|encryption_?key)$/;

/** Names of variables whose value is a secret, or only the name of one: a header, a field, a Kubernetes object, a symbol. */
const TOKEN = /(^|_)(secret|token|api_?key|access_?key|secret_?key|credentials?)$/;

/** Values that are settings, not secrets. */
const HARMLESS =
  /^(|0|1|true|false|yes|no|on|off|none|null|enabled|disabled|required|optional|include|omit|same-origin)$/i;

/** A shell variable, a path with at least two parts, or a file name. */
const REFERENCE =
  /^\$[({]|^(\/[\w.-]+){2,}$|^[\w-]+(\.[\w-]+)*\.(pem|key|crt|cer|p12|pfx|jks|json|ya?ml|txt|conf)$/;

/** A number with or without a unit, a symbol such as `</s>`, `[SEP]` or `,`, or a URL without a login. */
const NO_TOKEN =
  /^-?\d{1,6}(\.\d+)?(ms|s|m|h|d|k|kb|mb)?$|^<[^<>]{0,30}>$|^\[[^[\]]{0,30}\]$|^[^A-Za-z0-9]+$|^https?:\/\/[^\s@?]*$/i;

/** Words in names of things that are related to secrets. */
const RELATED =
  /^(tls|ssl|certs?|certificates?|ca|auth|authorization|secrets?|credentials?|creds|tokens?|keys?|csrf|xsrf|jwt|oauth|registry|pull|header|login)$/;

/** Words in weak passwords that look like names. */
const WEAK = /^(my|your|our|super|top|very|change|changeme|insecure|keyboard|password|passwd|pass)$/;

const SHAPES: Record<string, RegExp> = {
  "a private key": /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  "an AWS access key": /\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
  "a Google API key": /\bAIza[0-9A-Za-z_-]{35}\b/,
  "a GitHub token": /\b(gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{50,})\b/,
  "a GitLab token": /\bglpat-[0-9A-Za-z_-]{20,}\b/,
  "a Slack token": /\bxox[abeoprs]-[0-9A-Za-z-]{10,}/,
  "a Stripe key": /\b[rs]k_live_[0-9A-Za-z]{20,}\b/,
  "a signed token (JWT)": /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
  "a login": /\b(Bearer|Basic) [\w+/=.-]{8,}/,
  "a password in a URL": /\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*:(?!\$[({])[^\s:@/]{3,}@/i,
};

/** Returns the kind of secret that a variable's value or a file's text looks like. Undefined if it looks harmless. `name` is the variable or the path. */
export function secretLike(name: string, value: string): string | undefined {
  const shape = Object.keys(SHAPES).find((key) => SHAPES[key]?.test(value));
  if (shape !== undefined) return shape;
  // For a file, only the text counts.
  if (name.startsWith("/")) return undefined;
  const key = snake(name);
  if (HARMLESS.test(value) || REFERENCE.test(value)) return undefined;
  if (PASSWORD.test(key)) return wordOf(PASSWORD, key);
  return TOKEN.test(key) && !NO_TOKEN.test(value) && !isName(value) ? wordOf(TOKEN, key) : undefined;
}

/** Whether a message must not quote a value, because the value or its name looks like a secret. */
export const mayBeSecret = (name: string, value: string): boolean =>
  secretLike(name, value) !== undefined || PASSWORD.test(snake(name)) || TOKEN.test(snake(name));

function wordOf(names: RegExp, key: string): string {
  const word = (names.exec(key)?.[2] ?? "secret").replaceAll("_", " ");
  return `${/^[aeiou]/.test(word) ? "an" : "a"} ${word}`;
}

/** Whether a value is the name of a header, a field or an object, such as `X-CSRF-Token`, `access_token` or `web-tls`. */
function isName(value: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9._/-]*$/.test(value)) return false;
  const words = snake(value).split(/[_/]/);
  return (
    words.length >= 2 &&
    words.length <= 4 &&
    // Random text does not consist of such words: its changes of case split it into many short ones.
    words.every((word) => /^[a-z]{1,13}\d{0,2}$/.test(word) && !WEAK.test(word)) &&
    words.some((word) => RELATED.test(word))
  );
}

/** Converts `apiKey`, `API-KEY` and `api.key` to `api_key`. */
const snake = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[-.\s]/g, "_")
    .toLowerCase();
