/** The settings of services, externals and secrets. */
import { z } from "zod";
import { bytes } from "../../model/formats";
import {
  cidr,
  cidrs,
  digest,
  generation,
  host,
  image,
  labels,
  name,
  objectName,
  passable,
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
    minReplicas: key(pods.optional(), "Minimum number of pods.", "pods, 1 to 1000", fewest),
    maxReplicas: key(pods.optional(), "Maximum number of pods.", "pods, 1 to 1000", most),
  });

/** The rule whose exceptions can be limited to single variables and files. */
const BY_NAME = "plain-secret";

/** The key for rules that do not apply to a service or store. */
export const exceptions = key(
  z
    .record(
      z.string(),
      z.union([reason, z.record(z.string(), reason)], "must be a reason, or a map of reasons by variable"),
    )
    .superRefine((rules, context) => {
      for (const [rule, why] of Object.entries(rules))
        if (rule !== BY_NAME && typeof why !== "string")
          context.addIssue({
            code: "custom",
            path: [rule],
            input: why,
            message: `must be a reason in a full sentence; only ${BY_NAME} accepts reasons by variable`,
          });
    })
    .optional(),
  "Rules of `flotilla check` that do not apply here, with the reason. For `plain-secret` also a map of reasons by variable or file.",
  "sentence by rule",
  "none: all rules apply",
);

/** The value of a variable. Numbers and booleans become text, as in inventories. */
const variableText = z
  .union([passable, z.number(), z.boolean()], { error: "must be text, a number, true or false" })
  .transform(String);

/** The key for variables of a service or task. */
export const variablesKey = key(
  z.record(variableName, variableText.nullable()).optional(),
  "Environment variables, merged over the inventory's; null removes one. No secrets.",
  "text by name",
  "the inventory's",
);

const container = z.strictObject({ ...image, resources: resourcesKey });
export type ContainerSettings = z.output<typeof container>;

/** The key for sidecars and init containers. */
export const containersKey = key(
  z.record(z.string(), container).optional(),
  "Images and resources of sidecars and init containers, by name.",
  "map",
  "the inventory's",
);

export const service = z.strictObject({
  ...image,
  enabled: key(
    z.boolean().optional(),
    "Whether to deploy the service.",
    "true or false",
    "true, unless it is optional in the inventory",
  ),
  replicas: key(
    replicas.optional(),
    "Number of pods, without an autoscaler. 0 stops the service, also with an autoscaler.",
    "pods, 0 to 1000",
    "`replicas` of the stack",
  ),
  autoscaling: key(
    bounds("the inventory's, then the stack's", "the inventory's, then the stack's").nullish(),
    "Bounds of the autoscaler. null removes the autoscaler.",
    "map",
    "the inventory's, then the stack's",
  ),
  env: variablesKey,
  resources: resourcesKey,
  containers: containersKey,
  egress: key(
    z
      .record(
        z.string(),
        z.strictObject({
          cidr: key(cidr.optional(), "Allowed addresses, such as 10.1.0.0/16.", "CIDR", "any"),
          ports: key(z.array(port).min(1), "Allowed ports.", "ports, 1 to 65535", "required"),
        }),
      )
      .optional(),
    "Additional destinations that the service may connect to, by a name of your choice.",
    "map by name",
    "none",
  ),
  volumes: key(
    z
      .record(
        z.string(),
        z.strictObject({
          storage: key(
            bytes.optional(),
            "Size of the volume. It can grow, but not shrink.",
            "Kubernetes quantity",
            "the inventory's",
          ),
          storageClass: key(
            objectName.optional(),
            "StorageClass of the volume. Cannot change once the service is deployed.",
            "name",
            "`storageClass` of the stack",
          ),
        }),
      )
      .optional(),
    "Overrides by volume for data.",
    "map by volume",
    "the inventory's",
  ),
  values: valuesKey,
  exceptions,
});

export const external = z.strictObject({
  host: key(host.optional(), "Host name.", "DNS name", "the inventory's"),
  port: key(port.optional(), "Port.", "port, 1 to 65535", "the inventory's"),
  pods: key(
    z
      .strictObject({
        namespace: key(name, "Namespace of the pods.", "DNS label", "required"),
        labels: key(labels, "Labels of the pods.", "text by name", "required"),
        port: key(port.optional(), "Port that the pods listen on.", "port, 1 to 65535", "`port`"),
      })
      .optional(),
    "Pods behind the external, in another namespace of the cluster.",
    "map",
    "the inventory's, unless there is a host",
  ),
  cidr: key(
    cidrs.optional(),
    "Addresses of the external, such as 10.1.0.0/16, instead of pods.",
    "CIDR, or list of CIDRs",
    "any",
  ),
  generation: key(
    generation.default(1),
    "Number of the current passwords. Increase it after a password changes, to restart the services that use it.",
    "1 to 999",
  ),
});

export const secret = z.strictObject({
  generation: key(
    generation.default(1),
    "Number of the current value. A new number generates a new value and restarts the services that use it (`flotilla rotate`). A deployed number has its old value again.",
    "1 to 999",
  ),
  given: key(
    z.literal(true).optional(),
    "Whether the value comes from `credentials` or `externalSecrets`, as `secret-<name>`, instead of being generated.",
    "true",
    "the inventory's",
  ),
});

/** The keys that replace an image that Flotilla chooses. */
export const ownImage = z.strictObject({
  repository: key(
    repository.optional(),
    "Image repository with registry.",
    "registry/path",
    "the shared chart's",
  ),
  tag: key(tag.optional(), "Image tag, in quotes.", "text", "the shared chart's"),
  digest: key(digest.optional(), "Image digest. Wins over the tag.", "sha256: and 64 hex digits", "none"),
});
