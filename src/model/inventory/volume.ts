/** The schema of volumes. */
import { z } from "zod";
import { absolutePath, bytes, dnsLabel, LABEL_KEY, objectKey, objectName } from "../formats";
import { ACCESS_MODES } from "../volumes";

/** A path in a volume: relative, and not above it. */
const inVolume = z
  .string()
  .max(4096)
  .regex(
    /^(?!\/)(?!(.*\/)?\.\.(\/|$))[^:\p{Cc}]+$/u,
    "must be a path in the volume, without / at the beginning, .. or a colon",
  );

/** The path of a file that Kubernetes writes: names that begin with two dots are its own. */
const file = inVolume.regex(/^(?!\.\.)/, "must not begin with two dots");

/** A map with at least one entry. */
const some = <K extends z.ZodType<string, string>, V extends z.ZodType>(key: K, value: V) =>
  z.record(key, value).refine((map) => Object.keys(map).length > 0, "must have at least one entry");

const mount = { path: absolutePath, subPath: inVolume.optional() };

const kept = z.strictObject({
  ...mount,
  storage: bytes,
  accessMode: z.enum(ACCESS_MODES).optional(),
});

const keys = {
  keys: some(objectKey, file).optional(),
  optional: z.literal(true).optional(),
};
const secret = { secret: objectName, ...keys };
const configMap = { configMap: objectName, ...keys };

/** A field of a pod that a file can have (k8s.io/kubernetes, validVolumeDownwardAPIFieldPathExpressions). */
const field = z
  .string()
  .regex(
    new RegExp(
      `^metadata\\.(name|namespace|uid|labels|annotations|(annotations|labels)\\['${LABEL_KEY}'\\])$`,
    ),
    "must be metadata.name, metadata.namespace, metadata.uid, metadata.labels, metadata.annotations, metadata.labels['<key>'] or metadata.annotations['<key>']",
  );
const fields = { fields: some(file, field) };

const attributes = z.record(z.string().min(1), z.string());

const token = z.strictObject({
  path: file,
  audience: z.string().min(1),
  // Kubernetes' minimum, and the maximum of the chart's schema.
  seconds: z.int().min(600).max(2_147_483_647).optional(),
});

const source = z.union(
  [z.strictObject(secret), z.strictObject(configMap), z.strictObject(fields), z.strictObject({ token })],
  { error: "must be one of { secret }, { configMap }, { fields }, { token }" },
);

const mounted = [
  z.strictObject({ ...mount, ...secret }),
  z.strictObject({ ...mount, ...configMap }),
  z.strictObject({
    ...mount,
    claim: objectName,
    accessMode: z.enum([...ACCESS_MODES, "ReadOnlyMany"]).optional(),
    readOnly: z.literal(true).optional(),
  }),
  z.strictObject({ ...mount, ...fields }),
  z.strictObject({
    ...mount,
    csi: z.strictObject({
      driver: objectName.max(63),
      readOnly: z.literal(true).optional(),
      fsType: z.string().min(1).optional(),
      attributes: attributes.optional(),
      secret: objectName.optional(),
    }),
  }),
  z.strictObject({ ...mount, projected: some(dnsLabel.max(53), source) }),
] as const;

/** Longest name of a volume. The name of its claim also contains the service's. */
const LONGEST_NAME = 30;

const OF_OTHERS =
  "{ path, secret }, { path, configMap }, { path, claim }, { path, fields }, { path, csi }, { path, projected }";

/** The volumes of a service. */
export const volumes = z.record(
  dnsLabel.max(LONGEST_NAME),
  z.union([kept, ...mounted], { error: `must be one of { path, storage }, ${OF_OTHERS}` }),
);

/** The volumes of a task, which keeps no data of its own. */
export const mountedVolumes = z.record(
  dnsLabel.max(LONGEST_NAME),
  z.union(mounted, { error: `must be one of ${OF_OTHERS}` }),
);
