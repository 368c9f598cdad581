/** The settings of services and externals. */
import { z } from "zod";
import {
  cidr,
  cidrs,
  digest,
  generation,
  host,
  image,
  labels,
  name,
  port,
  reason,
  replicas,
  repository,
  resourcesKey,
  tag,
  valuesKey,
  variableName,
} from "./fields";
import { key } from "./key";

const pods = z.int().min(1).max(1000);

/** The bounds of an autoscaler. The arguments are their defaults, in words. */
export const bounds = (fewest: string, most: string) =>
  z.strictObject({
    minReplicas: key(pods.optional(), "Fewest pods.", "pods, 1 to 1000", fewest),
    maxReplicas: key(pods.optional(), "Most pods.", "pods, 1 to 1000", most),
  });

/** The rule that takes exceptions for single variables and files. */
const BY_NAME = "plain-secret";

/** The key for rules that do not apply to a service or store. */
export const exceptions = key(
  z
    .record(z.string(), z.union([reason, z.record(z.string(), reason)], "must say why, or by variable why"))
    .superRefine((rules, context) => {
      for (const [rule, why] of Object.entries(rules))
        if (rule !== BY_NAME && typeof why !== "string")
          context.addIssue({
            code: "custom",
            path: [rule],
            input: why,
            message: `must say why, in a sentence that others understand; only ${BY_NAME} takes a reason by variable`,
          });
    })
    .optional(),
  "Rules of `flotilla check` that do not apply to it, by rule, each with the reason; of `plain-secret` also by variable or file.",
  "sentence by rule",
  "none: all rules apply",
);

/** The text of a variable. Numbers and booleans become texts, as in inventories. */
const variableText = z
  .union([z.string(), z.number(), z.boolean()], { error: "must be text, a number, true or false" })
  .transform(String);

export const service = z.strictObject({
  ...image,
  enabled: key(
    z.boolean().optional(),
    "Whether the stack has the service.",
    "true or false",
    "true, unless the inventory calls it optional",
  ),
  replicas: key(
    replicas.optional(),
    "Pods, where no autoscaler decides; 0 stops it, also where one would.",
    "pods, 0 to 1000",
    "`replicas` of the stack",
  ),
  autoscaling: key(
    bounds("the inventory's, then the stack's", "the inventory's, then the stack's").nullish(),
    "The bounds of its autoscaler; null takes it away.",
    "map",
    "the inventory's, then the stack's",
  ),
  env: key(
    z.record(variableName, variableText.nullable()).optional(),
    "Environment variables added to the inventory's or in place of them; null takes one away. Nothing secret.",
    "text by name",
    "the inventory's",
  ),
  resources: resourcesKey,
  egress: key(
    z
      .record(
        z.string(),
        z.strictObject({
          cidr: key(cidr.optional(), "Addresses, such as 10.1.0.0/16.", "CIDR", "any"),
          ports: key(z.array(port).min(1), "Ports it may connect to.", "ports, 1 to 65535", "required"),
        }),
      )
      .optional(),
    "What the service may connect to besides what the inventory says it uses, by any name.",
    "map by name",
    "nothing",
  ),
  values: valuesKey,
  exceptions,
});

export const external = z.strictObject({
  host: key(host.optional(), "Where it answers.", "DNS name", "the inventory's"),
  port: key(port.optional(), "The port it answers on.", "port, 1 to 65535", "the inventory's"),
  pods: key(
    z
      .strictObject({
        namespace: key(name, "Their namespace.", "DNS label", "required"),
        labels: key(labels, "Their labels.", "text by name", "required"),
        port: key(port.optional(), "The port they listen on.", "port, 1 to 65535", "`port`"),
      })
      .optional(),
    "The pods behind it, in another namespace of the cluster.",
    "map",
    "the inventory's, unless there is a host",
  ),
  cidr: key(
    cidrs.optional(),
    "Its addresses, such as 10.1.0.0/16, in place of pods.",
    "CIDR, or list of CIDRs",
    "any",
  ),
  generation: key(
    generation.default(1),
    "Counts the changes of its passwords: one more restarts the services that log in with them.",
    "1 to 999",
  ),
});

/** The keys that replace an image which Flotilla chooses. */
export const ownImage = z.strictObject({
  repository: key(
    repository.optional(),
    "Image repository with registry.",
    "registry/path",
    "the shared chart's",
  ),
  tag: key(tag.optional(), "Image tag, in quotes.", "text", "the shared chart's"),
  digest: key(
    digest.optional(),
    "Digest of the image; it wins over the tag.",
    "sha256: and 64 hex digits",
    "none",
  ),
});
