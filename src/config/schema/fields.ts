/** Types of values that several keys have. */
import { z } from "zod";
import { digest, QUALIFIED_NAME, quantity } from "../../model/formats";
import { key } from "./key";

export {
  annotations,
  cidr,
  digest,
  dnsLabel as name,
  labels,
  OBJECT_NAME,
  objectName,
  port,
  quantity,
  variableName,
} from "../../model/formats";

export const replicas = z.int().min(0).max(1000);

export const loadBalancerClass = z
  .string()
  .regex(QUALIFIED_NAME, "must be a class of load balancers, such as service.k8s.aws/nlb");

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
