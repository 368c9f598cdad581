/** The schema of texts in an inventory: plain values, or lists of values and references. */
import { z } from "zod";
import { passable } from "../formats";
import type { Reference, Text } from "../text";

const of = z.string().min(1);
const plain = <T extends string>(ref: T) => z.strictObject({ ref: z.literal(ref), of });

const encoding = z.enum(["uri", "jsonString"]).optional();
const ofAccount = { of, account: z.string(), encoding };

/** A reference, as helpers such as `host` and `password` return it. */
export const reference: z.ZodType<Reference, Reference> = z.discriminatedUnion(
  "ref",
  [
    plain("host"),
    plain("readHost"),
    plain("port"),
    plain("url"),
    plain("members"),
    plain("replicaSet"),
    z.strictObject({ ref: z.literal("username"), ...ofAccount }),
    z.strictObject({ ref: z.literal("password"), ...ofAccount }),
    z.strictObject({ ref: z.literal("secret"), of, encoding }),
  ],
  { error: "must be a reference returned by host, port, password or another helper" },
);

/** A scalar. Numbers and booleans become text. */
const scalar = z.union([passable, z.number(), z.boolean()]).transform(String);

/** A part of a text. */
const part = z.union([scalar, reference], {
  error:
    'must be text, a number, true or false, or a reference such as host("db"); spread a nested list: ...address("db")',
});

const MUST_BE_TEXT =
  'must be text, a number, true or false, a reference such as host("db"), or a list of these';

/** A list of parts. zod's `readonly` would freeze its input, which fails for bytes. */
const parts: z.ZodType<Text, readonly z.input<typeof part>[]> = z
  .array(part)
  .transform((parts): Text => parts);

/** A text. It can also be a number, a boolean, or a single reference. */
export const text = z.union(
  [scalar.transform((value): Text => value), reference.transform((one): Text => [one]), parts],
  { error: MUST_BE_TEXT },
);
