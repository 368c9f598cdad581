/**
 * Decides what a plain scalar means. Pulumi's engine reads a stack file with another parser (gopkg.in/yaml.v3, resolve.go) than this
 * program, and passes numbers on as JSON. A scalar is accepted only if every reader reads the same value and prints it as written.
 */

/** The result of reading a plain scalar. */
export interface PlainScalar {
  /** The value. For a refused scalar: the text as written. */
  value: string | number | boolean | null;
  /** Why the scalar is refused. */
  refusal?: Refusal;
}

/** Why a scalar is refused. */
export interface Refusal {
  what: string;
  /** How to write the value that YAML reads, such as `511` for `0777`. Undefined if that is not possible. */
  meant?: string;
}

const NULLS: readonly string[] = ["", "~", "null", "Null", "NULL"];

/** Reads a plain scalar. */
export function plainScalar(source: string): PlainScalar {
  if (NULLS.includes(source)) return { value: null };
  if (/^(true|True|TRUE|false|False|FALSE)$/.test(source)) return boolean(source);
  if (TIME.test(source))
    return { value: source, refusal: { what: `YAML reads ${source} as a time, not as text` } };
  if (/^[-+]?\.inf$|^\.nan$/i.test(source) || isNumber(source)) return number(source);
  return { value: source };
}

function boolean(source: string): PlainScalar {
  const meant = source.toLowerCase();
  if (source === meant) return { value: source === "true" };
  return { value: source, refusal: { what: `YAML reads ${source} as ${meant}`, meant } };
}

/** The engine turns a time into text such as `2024-01-15 00:00:00 +0000 UTC`. */
const TIME =
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(([Tt]| +)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}([.,][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})?)?$/;

/** The engine ignores underscores, and reads `0b11`, `0o17` and `017`. */
const isNumber = (source: string): boolean =>
  /^[-+.0-9]/.test(source) && (integer(source) !== undefined || DECIMAL.test(plain(source)));

const DECIMAL = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;

const plain = (source: string): string => source.replaceAll("_", "");

/** Returns the value of an integer in any notation of the engine, which reads `0o-7` as well as `-0o7`. */
function integer(source: string): bigint | undefined {
  const signed = plain(source).replace(/^0([bo])([-+])(?=[0-9])/, "$20$1");
  const [, sign, digits] =
    /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/.exec(signed) ?? [];
  if (digits === undefined) return undefined;
  const size = BigInt(digits.replace(/^0[oO]?(?=[0-7])/, "0o"));
  return sign === "-" ? -size : size;
}

function number(source: string): PlainScalar {
  const whole = integer(source);
  const value = whole === undefined ? Number(plain(source)) : Number(whole);
  if (source === String(value)) return { value };
  const printed = whole === undefined ? String(value) : String(whole);
  const isKept = Number.isFinite(value) && printed === String(value);
  return {
    value: source,
    refusal: isKept
      ? { what: `YAML reads ${source} as the number ${printed}`, meant: printed }
      : { what: `YAML reads ${source} as a number, and would write it differently` },
  };
}
