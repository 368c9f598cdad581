/** The schema of texts in an inventory: plain values, or lists of values and references. */
import { z } from "zod";
import { LABEL_KEY, objectKey, objectName, passable } from "../formats";
import { DIVISORS, type Reference, type Text } from "../text";

const of = z.string().min(1);
const plain = <T extends string>(ref: T) => z.strictObject({ ref: z.literal(ref), of });

const encoding = z.enum(["uri", "jsonString"]).optional();
const ofAccount = { of, account: z.string(), encoding };

const ofKey = { key: objectKey, optional: z.literal(true).optional() };

/** A field of a pod that a variable can have (k8s.io/kubernetes, validEnvDownwardAPIFieldPathExpressions). */
export const podField = z
  .string()
  .regex(
    new RegExp(
      `^(metadata\\.(name|namespace|uid|(annotations|labels)\\['${LABEL_KEY}'\\])|spec\\.(nodeName|serviceAccountName)|status\\.(hostIPs?|podIPs?))$`,
    ),
    "must be a field of the pod: metadata.name, metadata.namespace, metadata.uid, metadata.labels['<key>'], metadata.annotations['<key>'], spec.nodeName, spec.serviceAccountName, status.podIP, status.podIPs, status.hostIP or status.hostIPs",
  );

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
    z.strictObject({ ref: z.literal("podField"), of: podField }),
    z
      .strictObject({
        ref: z.literal("containerResource"),
        of: z
          .string()
          .regex(
            /^(limits|requests)\.(cpu|memory|ephemeral-storage)$/,
            "must be a resource, such as limits.memory",
          ),
        divisor: z.enum(DIVISORS).optional(),
      })
      .refine(({ of, divisor = "1" }) => ["1", of.endsWith("cpu") ? "1m" : divisor].includes(divisor), {
        path: ["divisor"],
        message: "must be 1 or 1m for a CPU",
      })
      .refine(({ of, divisor }) => of.endsWith("cpu") || divisor !== "1m", {
        path: ["divisor"],
        message: "must not be 1m: there is no thousandth of a byte",
      }),
    z.strictObject({ ref: z.literal("secretKey"), of: objectName, ...ofKey }),
    z.strictObject({ ref: z.literal("configMapKey"), of: objectName, ...ofKey }),
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
