/** Types of values that several keys have. */
import { z } from "zod";
import { bytes, quantity } from "../../model/formats";
import { digest, repository, tag } from "../../model/image-formats";
import { key } from "./key";

export {
  annotations,
  bytes,
  cidr,
  cidrs,
  dnsLabel as name,
  host,
  labels,
  loadBalancerClass,
  objectName,
  port,
  publicHost,
  quantity,
  sentence as reason,
  variableName,
} from "../../model/formats";
export {
  digest,
  imagePath,
  registryHost,
  registryPath,
  repository,
  tag,
} from "../../model/image-formats";

export const replicas = z.int().min(0).max(1000);

export const generation = z.int().min(1).max(999);

const resources = z.strictObject({
  requests: key(
    z
      .strictObject({
        cpu: key(
          quantity.nullish(),
          "Guaranteed processor time.",
          'cores ("250m" is a quarter)',
          "the inventory's",
        ),
        memory: key(bytes.nullish(), "Guaranteed memory.", 'bytes ("256Mi")', "the inventory's"),
        "ephemeral-storage": key(
          bytes.nullish(),
          "Guaranteed disk for logs, temporary files and the container's own layer.",
          'bytes ("64Mi")',
          "the inventory's, or 64Mi",
        ),
      })
      .optional(),
    "What a container is promised; the scheduler looks for that much room.",
    "map",
    "the inventory's",
  ),
  limits: key(
    z
      .strictObject({
        cpu: key(
          quantity.nullish(),
          "Processor time above which it is slowed down.",
          "cores",
          "the inventory's",
        ),
        memory: key(bytes.nullish(), "Memory above which it is killed.", "bytes", "the inventory's"),
        "ephemeral-storage": key(
          bytes.nullish(),
          "Disk above which its pod is evicted.",
          "bytes",
          "the inventory's, or 1Gi, and 2Gi for Bitnami's stores",
        ),
      })
      .optional(),
    "What a container may have at most.",
    "map",
    "the inventory's",
  ),
});

/** The keys that replace an image of the inventory. */
export const image = {
  repository: key(
    repository.optional(),
    "Image repository with registry, for a private build; a mirror of a whole registry is in `registryMirrors`.",
    "registry/path",
    "the inventory's",
  ),
  tag: key(
    tag.optional(),
    'Image tag. A number must be quoted: 1.10 is the number 1.1, "1.10" is a tag.',
    "text",
    "the inventory's",
  ),
  digest: key(
    digest.optional(),
    "Digest of the image; it wins over the tag.",
    "sha256: and 64 hex digits",
    "the inventory's, as long as the tag is",
  ),
};

/** The key for requests and limits of a service or store. */
export const resourcesKey = key(
  resources.optional(),
  "Requests and limits, merged over the inventory's.",
  "map",
  "the inventory's",
);

/** The key for values of a service's or store's chart. */
export const valuesKey = key(
  z.record(z.string(), z.unknown()).optional(),
  "Values of its Helm chart for what no other key sets, merged over the planned ones; null removes one. Nothing secret.",
  "map",
  "the planned ones",
);
