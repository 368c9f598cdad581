/** Types of values that several keys have. */
import { z } from "zod";
import { key } from "./key";

export const name = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "must be a DNS label: lower-case letters, digits and hyphens");

/** The name of an object, which can also be a host name (RFC 1123). */
export const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The name of an object. It can have dots, as a domain. */
export const objectName = z
  .string()
  .max(253)
  .regex(OBJECT_NAME, "must be the name of an object: lower-case letters, digits, hyphens and dots");

export const quantity = z
  .string()
  .regex(
    /^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/,
    'must be a Kubernetes quantity, such as "500m" or "8Gi"',
  );

export const replicas = z.int().min(0).max(1000);

export const port = z.int().min(1).max(65535);

export const cidr = z.union([z.cidrv4(), z.cidrv6()], "must be a range of addresses, such as 10.1.0.0/16");

/** A name with an optional domain and slash in front. */
const QUALIFIED = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

const labelKey = z.string().regex(QUALIFIED, "must be a key of labels, such as app or example.com/app");

export const labels = z.record(
  labelKey,
  z
    .string()
    .max(63)
    .regex(
      /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/,
      "must be a label's value: letters, digits, - _ .",
    ),
);

export const annotations = z.record(labelKey, z.string());

export const loadBalancerClass = z
  .string()
  .regex(QUALIFIED, "must be a class of load balancers, such as service.k8s.aws/nlb");

export const generation = z.int().min(1).max(999);

export const host = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/i, "must be a DNS name, such as shop.example.com");

/** The reason for an exception. */
export const reason = z.string().trim().min(12, "must say why, in a sentence that others understand");

export const tag = z
  .string()
  .regex(/^[\w][\w.-]{0,127}$/, "must be an image tag")
  .refine((value) => value !== "latest", "must be a tag that stays what it is");

export const repository = z
  .string()
  .regex(/^[^:@\s]+(:[0-9]+\/[^:@\s]+)?$/, "must be a repository, without a tag or digest");

export const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hex digits, as the registry tells it");

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
        memory: key(quantity.nullish(), "Guaranteed memory.", 'bytes ("256Mi")', "the inventory's"),
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
        memory: key(quantity.nullish(), "Memory above which it is killed.", "bytes", "the inventory's"),
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
