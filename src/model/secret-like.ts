/** Guesses whether a text is a secret, by its name and by the formats of well-known keys. */

const NAME =
  /(^|_)(password|passwd|passphrase|pass|pwd|secret|token|api_?key|private_?key|access_?key|secret_?key|encryption_?key|credentials?)$/;

/** Values that are settings and not secrets. */
const HARMLESS = /^(|0|1|true|false|yes|no|on|off|none|null|enabled|disabled|required|optional)$/i;

const SHAPES: Record<string, RegExp> = {
  "a private key": /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  "an access key of AWS": /\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
  "a key of Google's APIs": /\bAIza[0-9A-Za-z_-]{35}\b/,
  "a token of GitHub": /\b(gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{50,})\b/,
  "a token of GitLab": /\bglpat-[0-9A-Za-z_-]{20,}\b/,
  "a token of Slack": /\bxox[abeoprs]-[0-9A-Za-z-]{10,}/,
  "a key of Stripe": /\b[rs]k_live_[0-9A-Za-z]{20,}\b/,
  "a signed token (JWT)": /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
  "a login": /\b(Bearer|Basic) [\w+/=.-]{8,}/,
  "a password in an address": /\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/]+:(?!\$[({])[^\s:@/]{3,}@/i,
};

/** Returns what kind of secret a value under a name looks like, or undefined if it looks harmless. */
export function secretLike(name: string, value: string): string | undefined {
  const shape = Object.keys(SHAPES).find((key) => SHAPES[key]?.test(value));
  if (shape !== undefined) return shape;
  // A variable of the shell, or a path with at least two parts.
  const isReference = /^\$[({]/.test(value) || /^(\/[\w.-]+){2,}$/.test(value);
  return NAME.test(snake(name)) && !HARMLESS.test(value) && !isReference ? `a ${wordOf(name)}` : undefined;
}

const wordOf = (name: string): string => (NAME.exec(snake(name))?.[2] ?? "secret").replaceAll("_", " ");

/** Converts `apiKey`, `API-KEY` and `api.key` to `api_key`. */
const snake = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[-.\s]/g, "_")
    .toLowerCase();
