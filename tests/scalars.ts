/** Generates YAML scalars that a user could write into a stack file. */
import fc from "fast-check";

const joined = (parts: readonly string[], size: fc.ArrayConstraints) =>
  fc.array(fc.constantFrom(...parts), size).map((chosen) => chosen.join(""));

/** Looks like a number in some notation. */
const numbers = joined([..."0011223789__..--++eExob:nfaTZ "], { minLength: 1, maxLength: 9 });

/** Looks like a time. */
const times = fc
  .tuple(
    fc.constantFrom("2024-", "0001-", "24-", "2024/"),
    fc.constantFrom("1-", "01-", "12-", "13-"),
    fc.constantFrom("1", "31", "32", "015"),
    fc.constantFrom("", "T1:2:3", "t12:34:56", " 12:34:56", "  1:2:3", "T25:00:00", "T12:34"),
    fc.constantFrom("", ".5", ",5", ".123456789123"),
    fc.constantFrom("", "Z", "z", "+01:00", "-1", "+0530", " +1"),
  )
  .map((parts) => parts.join(""));

const numeric = fc.oneof(
  fc.integer().map(String),
  fc.double().map(String),
  fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }).map(String),
);

const words = fc.constantFrom(
  ..."~ null Null NULL nUll true True TRUE tRUE false yes No on OFF y n .inf -.Inf +.INF .nan .NaN .Infinity << = 0777 08 0o17 0O17 -0o7 0b11 -0B1 0x1F -0x1f 0x_1 1_000 _1 -_1 1__0_ 1. .5 -.5 +5 -0 1e3 1E+3 1.10 6e12345 1e-999 9007199254740993 18446744073709551616 1:30 190:20:30".split(
    " ",
  ),
  "",
);

/** Strings of characters that have a meaning in YAML, and others. */
const texts = joined(
  [
    ..."019._-+eaxn: ~<>!&*'\"\\#,|?@`%{}[]=/\t\n",
    "\u2028",
    "\u0085",
    "\u00a0",
    "\ufeff",
    "é",
    "😀",
    "\\u00e9",
    "\\ud83d",
    "\\n",
    "\\t",
    "\n      ",
  ],
  { maxLength: 8 },
);

const styles: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text,
  (text) => `"${text}"`,
  (text) => `'${text}'`,
  (text) => JSON.stringify(text),
  (text) => `|\n      ${text}`,
  (text) => `>-\n      ${text}\n`,
  (text) => `|+\n      ${text}\n\n`,
  (text) => `[${text}, 'a']`,
  (text) => `{ a: ${text} }`,
  (text) => `{ ${text}: a }`,
  (text) => `!!str ${text}`,
  (text) => `!!binary ${text}`,
  (text) => `&a ${text}`,
];

/** A plain scalar that may be something other than a string. */
export const plainScalars: fc.Arbitrary<string> = fc.oneof(numbers, times, numeric, words);

/** A scalar in any style, or a small list or map. */
export const scalars: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...styles), fc.oneof(plainScalars, texts))
  .map(([style, text]) => style(text));
