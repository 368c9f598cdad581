/** The schema of images in an inventory. */
import { z } from "zod";
import { anyTag, digest, MUTABLE_TAG, NO_MUTABLE_TAG, repository } from "../image-formats";
import { mustBe } from "../issues";
import { compact } from "../records";

const parts = z
  .strictObject({ repository, tag: anyTag, digest: digest.optional() })
  .refine(({ tag, digest }) => tag !== MUTABLE_TAG || digest !== undefined, {
    path: ["tag"],
    message: NO_MUTABLE_TAG,
  });

/** An image as `registry/path:tag@digest`. A colon before a slash belongs to the port of the registry. */
const REFERENCE = /^(?<repository>[^@]+?)(?::(?<tag>[^:/@]+))?(?:@(?<digest>.+))?$/;

/** An image, as `{ repository, tag }` or as `registry/path:tag`. */
export const image = z.union(
  [
    parts,
    z.string().transform((text, context) => {
      const { repository = "", tag, digest } = REFERENCE.exec(text)?.groups ?? {};
      if (tag === undefined) {
        context.addIssue({
          code: "custom",
          message: "has no tag: write registry/path:tag or registry/path:tag@sha256:...",
        });
        return z.NEVER;
      }
      const read = parts.safeParse(compact({ repository, tag, digest }));
      if (read.success) return read.data;
      for (const issue of read.error.issues)
        context.addIssue({ code: "custom", message: `${issue.path.join(".")} ${mustBe(issue)}` });
      return z.NEVER;
    }),
  ],
  { error: 'must be an image: { repository, tag } or "registry/path:tag"' },
);
