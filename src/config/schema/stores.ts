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

/** The Docker Hub organization with Bitnami's versioned images since 2025-08-28. It gets no updates. */
export const LEGACY_PREFIX = "bitnamilegacy";

export const store = z.strictObject({
  storage: key(
    bytes.optional(),
    "Size of each volume. Cannot change once the store is deployed.",
    'bytes ("8Gi")',
    "the inventory's",
  ),
  resources: resourcesKey,
  storageClass: key(
    objectName.optional(),
    "StorageClass of the volumes. Cannot change once the store is deployed.",
    "name",
    "`storageClass` of the stack",
  ),
  profile: key(
    z.enum(PROFILES).optional(),
    "Whether the store has one pod or several. Cannot change once the store is deployed.",
    PROFILES.join(" or "),
    "`profile` of the stack",
  ),
  digest: key(digest.optional(), "Image digest. Wins over the tag.", "sha256: and 64 hex digits", "none"),
  generation: key(
    generation.default(1),
    "Number of the current generated passwords. Increasing it rotates them (`flotilla rotate`).",
    "1 to 999",
  ),
  loaders: key(
    z.record(z.string(), z.strictObject(image)).default({}),
    "Images of the loaders, for private builds.",
    "map by loader",
  ),
  clusterKey: key(
    z
      .strictObject({
        generation: key(
          generation.default(1),
          "Number of the current secret. Increasing it creates a new one; pods with different secrets cannot form a cluster.",
          "1 to 999",
        ),
        acceptSplit: key(
          z.int().min(1).optional(),
          "Generation that may be deployed although old and new pods cannot form a cluster. Stop all pods of the store first.",
          "1 to 999",
          "none",
        ),
      })
      .default({ generation: 1 }),
    "Secret that the store's pods authenticate each other with: RabbitMQ's Erlang cookie, MongoDB's replica set key.",
    "map",
    "generation 1",
  ),
  values: valuesKey,
  exceptions,
});

export const storeImages = z.strictObject({
  registry: key(registryHost.default("docker.io"), "Registry.", "host[:port]"),
  repositoryPrefix: key(imagePath.default(LEGACY_PREFIX), "Path before the name of each image.", "path"),
  pullSecrets: key(z.array(name).default([]), "Existing pull secrets in the namespace.", "names"),
  digests: key(
    z.record(z.string(), digest).optional(),
    "Digests of the additional images, by image name: `redis-sentinel`, `mysqld-exporter`, `kubectl`, `os-shell`.",
    "sha256: and 64 hex digits, by image",
    "none",
  ),
  acceptNoUpdates: key(
    reason.optional(),
    `Why it is acceptable to use images of ${LEGACY_PREFIX}, which no longer get updates. Silences the warning.`,
    "sentence",
    "none: a warning",
  ),
});
