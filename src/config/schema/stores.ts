/** The settings of stores and of their images. */
import { z } from "zod";
import { PROFILES } from "../../model/application";
import {
  bytes,
  digest,
  generation,
  image,
  imagePath,
  name,
  objectName,
  reason,
  registryHost,
  resourcesKey,
  valuesKey,
} from "./fields";
import { key } from "./key";
import { exceptions } from "./services";

/** The organization with Bitnami's versioned images since 2025-08-28. It gets no updates. */
export const LEGACY_PREFIX = "bitnamilegacy";

export const store = z.strictObject({
  storage: key(
    bytes.optional(),
    "Size of each volume; fixed once the store is deployed.",
    'bytes ("8Gi")',
    "the inventory's",
  ),
  resources: resourcesKey,
  storageClass: key(
    objectName.optional(),
    "Its StorageClass; fixed once the store is deployed.",
    "name",
    "`storageClass` of the stack",
  ),
  profile: key(
    z.enum(PROFILES).optional(),
    "One pod or several; fixed once the store is deployed.",
    PROFILES.join(" or "),
    "`profile` of the stack",
  ),
  digest: key(
    digest.optional(),
    "Digest of its image; it wins over the tag.",
    "sha256: and 64 hex digits",
    "none",
  ),
  generation: key(
    generation.default(1),
    "Counts the rotations of its generated passwords: one more makes new ones (`flotilla rotate`).",
    "1 to 999",
  ),
  loaders: key(
    z.record(z.string(), z.strictObject(image)).default({}),
    "Its loaders' images, by loader: a private build.",
    "map by loader",
  ),
  clusterKey: key(
    z
      .strictObject({
        generation: key(
          generation.default(1),
          "One more makes a new one; pods with the old and the new one do not find each other.",
          "1 to 999",
        ),
        acceptSplit: key(
          z.int().min(1).optional(),
          "The generation for which all pods of the store are stopped: only that one is let through.",
          "1 to 999",
          "none",
        ),
      })
      .default({ generation: 1 }),
    "The secret by which its pods know each other: an erlang cookie, a replica set's key.",
    "map",
  ),
  values: valuesKey,
  exceptions,
});

export const storeImages = z.strictObject({
  registry: key(registryHost.default("docker.io"), "The registry.", "host[:port]"),
  repositoryPrefix: key(imagePath.default(LEGACY_PREFIX), "Path in front of each image's name.", "path"),
  pullSecrets: key(
    z.array(name).default([]),
    "Secrets in the namespace to pull with; others make them.",
    "names",
  ),
  digests: key(
    z.record(z.string(), digest).optional(),
    "Digests of the images beside the stores' own, by the image's name: `redis-sentinel`, `mysqld-exporter`, `kubectl`, `os-shell`.",
    "sha256: and 64 hex digits, by image",
    "none",
  ),
  acceptNoUpdates: key(
    reason.optional(),
    `Why images of ${LEGACY_PREFIX}, which get no updates any more, are good enough here; it answers the warning.`,
    "sentence",
    "none: it is warned of",
  ),
});
