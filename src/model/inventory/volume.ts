/** The schema of volumes. */
import { z } from "zod";
import { absolutePath, bytes, dnsLabel } from "../formats";
import { ACCESS_MODES } from "../volumes";

const kept = z.strictObject({
  path: absolutePath,
  storage: bytes,
  accessMode: z.enum(ACCESS_MODES).optional(),
});

/** Longest name of a volume. The name of its claim also contains the service's. */
const LONGEST_NAME = 30;

export const volumes = z.record(dnsLabel.max(LONGEST_NAME), kept);
