/** Input that is nearly right: valid input with one to three mutations. */
import fc from "fast-check";

/** Values that often break programs. */
const NASTY: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      null,
      true,
      false,
      0,
      -1,
      1,
      1.5,
      65536,
      1e21,
      Number.MAX_SAFE_INTEGER,
      "",
      " ",
      "0",
      "1e3",
      "yes",
      "null",
    ],
    ...[
      "-",
      ".",
      "..",
      "/",
      "~",
      "*",
      "a/b",
      "UPPER",
      "naïve",
      "a b",
      "line\nbreak",
      "tab\there",
      "{{ .Values }}",
    ],
    ...[
      "$(HOME)",
      `\${x}`,
      "'",
      '"',
      "#",
      "a".repeat(64),
      "a".repeat(300),
      "127.0.0.1",
      "10.0.0.0/33",
      "::1",
      "1Gi",
    ],
    ...[
      "100m",
      "-1Gi",
      "1e-9",
      "\u0000",
      "\u202e",
      "constructor",
      "__proto__",
      "toString",
      [],
      {},
      [null],
      [[]],
    ],
    ...[{ "": "" }, { constructor: 1 }, ["a", "a"]],
  ),
  fc.string({ maxLength: 20 }),
  fc.integer(),
  fc.jsonValue({ maxDepth: 2 }),
);

const KEYS = fc.constantFrom(
  ...[
    "name",
    "enabled",
    "tag",
    "replicas",
    "env",
    "resources",
    "limits",
    "cpu",
    "host",
    "port",
    "labels",
    "path",
  ],
  ...["a-b", "a.b", "A_B", "wait-for-db", "1a", "x".repeat(53), "/tmp/a", `/${"tmp/".repeat(20)}a`],
  ...["__proto__", "constructor", "toString", "", "a b", "UPPER", "x".repeat(100)],
);

interface Mutation {
  /** Path to a value: indexes modulo the number of keys at each step. */
  path: number[];
  kind: "replace" | "remove" | "add" | "copy";
  value: unknown;
  key: string;
}

const mutation = (value: fc.Arbitrary<unknown>): fc.Arbitrary<Mutation> =>
  fc.record({
    path: fc.array(fc.nat(), { minLength: 1, maxLength: 7 }),
    kind: fc.constantFrom("replace", "replace", "remove", "add", "copy"),
    value,
    key: KEYS,
  });

/** Returns any of the originals with one to three mutations. */
export const mutated = <T extends object>(...originals: readonly T[]): fc.Arbitrary<T> =>
  fc
    .tuple(fc.constantFrom(...originals), fc.array(mutation(NASTY), { minLength: 1, maxLength: 3 }))
    .map(([original, mutations]) => {
      const copy = structuredClone(original);
      for (const each of mutations) mutate(copy, each);
      return copy;
    });

function mutate(root: object, { path, kind, value, key }: Mutation): void {
  let holder = root as Record<string, unknown>;
  for (const [index, step] of path.entries()) {
    const keys = Object.keys(holder);
    if (keys.length === 0) break;
    const chosen = keys[step % keys.length] as string;
    const inner = holder[chosen];
    if (index < path.length - 1 && typeof inner === "object" && inner !== null) {
      holder = inner as Record<string, unknown>;
      continue;
    }
    if (kind === "remove") delete holder[chosen];
    else if (kind === "replace") holder[chosen] = value;
    else if (kind === "copy") define(holder, key, inner);
    else define(holder, key, value);
    return;
  }
  define(holder, key, value);
}

/** Assignment would not make a key of `__proto__`. */
const define = (holder: object, key: string, value: unknown): unknown =>
  Object.defineProperty(holder, Array.isArray(holder) ? holder.length : key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });

/** Keys whose types are unions of literals: the compiler catches other values. */
const CLOSED = ["language", "kind", "protocol", "generated", "ref"];

const OF_TYPE: Record<string, fc.Arbitrary<unknown>> = {
  string: NASTY.filter((value) => typeof value === "string"),
  number: fc.oneof(fc.constantFrom(0, -1, 1.5, 65536, 1e21), fc.integer()),
  boolean: fc.boolean(),
};

/** Strings and numbers that are valid for some keys and invalid for others. */
export const PLAUSIBLE: Record<string, fc.Arbitrary<unknown>> = {
  string: fc.constantFrom(
    ...[
      "a",
      "a-b",
      "A_B",
      "a.b.example.com",
      "api",
      "db",
      "http",
      "x".repeat(53),
      "x".repeat(63),
      "1",
      "0.5",
    ],
    ...[
      "1m",
      "100Mi",
      "10Gi",
      "2Ti",
      "/",
      "/tmp",
      "/tmp/",
      "/a b",
      "/a?b=c",
      "/ä",
      `/${"a/".repeat(40)}`,
      "10.0.0.5/8",
    ],
    ...[
      "::/0",
      "::ffff:10.0.0.0/104",
      "registry.example.com:5000/a/b:1",
      `a@sha256:${"0".repeat(64)}`,
      "get",
      "*",
    ],
    ...[
      "a reason that is a sentence",
      "two\nlines of a reason",
      "emoji 😀 and 'quotes' \"too\"",
      "# {{ no }} $$ $(X)",
    ],
  ),
  number: fc.constantFrom(0, 1, 2, 10, 80, 101, 8080, 65535, 86_400, 100_000, 2 ** 31 - 1, 2 ** 31, 2 ** 53),
  boolean: fc.boolean(),
};

/** Returns the original with one to three values replaced by values of the same type. */
export const retyped = <T extends object>(original: T, ofType = OF_TYPE): fc.Arbitrary<T> => {
  const places = leavesOf(original);
  const change = fc
    .nat(places.length - 1)
    .chain((index) =>
      fc.tuple(fc.constant(index), ofType[places[index]?.type as string] as fc.Arbitrary<unknown>),
    );
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const copy = structuredClone(original);
    const found = leavesOf(copy);
    for (const [index, value] of changes) {
      const { holder, key } = found[index] as Leaf;
      holder[key] = value;
    }
    return copy;
  });
};

interface Leaf {
  holder: Record<string, unknown>;
  key: string;
  type: string;
}

const leavesOf = (holder: object): Leaf[] =>
  Object.entries(holder).flatMap(([key, value]) =>
    typeof value === "object" && value !== null
      ? leavesOf(value)
      : CLOSED.includes(key) || !((typeof value) in OF_TYPE)
        ? []
        : [{ holder: holder as Record<string, unknown>, key, type: typeof value }],
  );
