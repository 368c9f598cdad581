/** Value types that several keys share. */
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
  passable,
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
        cpu: key(quantity.nullish(), "Guaranteed CPU.", 'cores ("250m" is a quarter)', "the inventory's"),
        memory: key(bytes.nullish(), "Guaranteed memory.", 'bytes ("256Mi")', "the inventory's"),
        "ephemeral-storage": key(
          bytes.nullish(),
          "Guaranteed disk for logs, temporary files and the container's writable layer.",
          'bytes ("64Mi")',
          "the inventory's, or 64Mi",
        ),
      })
      .optional(),
    "Guaranteed resources of a container. The scheduler reserves them.",
    "map",
    "the inventory's",
  ),
  limits: key(
    z
      .strictObject({
        cpu: key(
          quantity.nullish(),
          "CPU limit. A container that needs more is throttled.",
          "cores",
          "the inventory's",
        ),
        memory: key(
          bytes.nullish(),
          "Memory limit. A container that uses more is killed.",
          "bytes",
          "the inventory's",
        ),
        "ephemeral-storage": key(
          bytes.nullish(),
          "Disk limit. A pod that uses more is evicted.",
          "bytes",
          "the inventory's, or 1Gi (2Gi for Bitnami's stores)",
        ),
      })
      .optional(),
    "Maximum resources of a container.",
    "map",
    "the inventory's",
  ),
});

/** The keys that replace an image of the inventory. */
export const image = {
  repository: key(
    repository.optional(),
    "Image repository with registry, for a private build. To mirror a whole registry, use `registryMirrors`.",
    "registry/path",
    "the inventory's",
  ),
  tag: key(
    tag.optional(),
    'Image tag. Put numbers in quotes: YAML reads 1.10 as the number 1.1, and "1.10" as a tag.',
    "text",
    "the inventory's",
  ),
  digest: key(
    digest.optional(),
    "Image digest. Wins over the tag.",
    "sha256: and 64 hex digits",
    "the inventory's, unless `tag` is set",
  ),
};

/** The key for requests and limits of a service or store. */
export const resourcesKey = key(
  resources.optional(),
  "Requests and limits. Merged over the inventory's.",
  "map",
  "the inventory's",
);

/** The key for values of a service's or store's chart. */
export const valuesKey = key(
  z.record(z.string(), z.unknown()).optional(),
  "Helm values that no other key sets. Merged over the planned values; null removes one. No secrets.",
  "map",
  "the planned values",
);
