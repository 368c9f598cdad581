/** The schema of a file's content: text with references, or binary content. */
import { z } from "zod";
import type { Binary } from "../application";
import { contentOf } from "../disk";
import { text } from "./text";

/** Base64 with padding, without line breaks. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const binary = z.strictObject({
  base64: z
    .string()
    .transform((written) => written.replace(/\s/g, ""))
    .refine((written) => BASE64.test(written), "must be base64"),
});

/** The bytes of a file, as `readFileSync` returns them. */
const bytes: z.ZodType<string | Binary, Uint8Array> = z.instanceof(Uint8Array).transform(contentOf);

/** What `fromFile` returns for a file that it cannot read. */
const unreadable = z.strictObject({ unreadable: z.string() }).transform((file, context): Binary => {
  context.addIssue({ code: "custom", message: file.unreadable });
  return z.NEVER;
});

export const fileContent = z.union([text, binary, bytes, unreadable], {
  error:
    'must be text, a reference such as host("db"), a list of these, { base64: "..." }, or fromFile(__dirname, "...")',
});
