/** The schema of what pods need from their nodes and their network. */
import { z } from "zod";
import {
  absolutePath,
  annotations,
  bytes,
  count,
  dnsLabel,
  host,
  labels,
  labelValue,
  objectName,
} from "../formats";

const address = z.union([z.ipv4(), z.ipv6()], "must be an IP address, such as 10.1.2.3");

const labelKey = z.string().regex(/^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/, {
  error: "must be a label key, such as disk or example.com/disk",
});

/** A writable directory: its path, or with its size and whether it is in memory. */
export const writable = z.union(
  [
    absolutePath,
    z
      .strictObject({ path: absolutePath, size: bytes.optional(), memory: z.literal(true).optional() })
      .refine(({ memory, size }) => !memory || size !== undefined, {
        path: ["size"],
        message: "is required in memory: without it, the directory could take the memory of the program",
      }),
  ],
  { error: "must be an absolute path, or { path, size, memory: true }" },
);

const requirement = z
  .strictObject({
    key: labelKey,
    operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]),
    values: z.array(labelValue).min(1).optional(),
  })
  .superRefine(({ operator, values = [] }, context) => {
    const refuse = (message: string) => context.addIssue({ code: "custom", path: ["values"], message });
    if (/Exist/.test(operator) && values.length > 0) refuse(`must not be set for ${operator}`);
    if (/In$/.test(operator) && values.length === 0) refuse(`must have a value for ${operator}`);
    if (/^[GL]t$/.test(operator) && !(values.length === 1 && /^-?[0-9]+$/.test(values[0] as string)))
      refuse(`must be one integer in quotes for ${operator}`);
  });

const toleration = z
  .strictObject({
    key: labelKey,
    value: labelValue.optional(),
    effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
    seconds: z.int().min(0).max(2_147_483_647).optional(),
  })
  .refine(({ effect, seconds }) => seconds === undefined || effect === "NoExecute", {
    path: ["seconds"],
    message: "must only be set for the effect NoExecute",
  });

const spread = z.strictObject({
  topologyKey: labelKey.optional(),
  maxSkew: count.optional(),
  whenUnsatisfiable: z.enum(["ScheduleAnyway", "DoNotSchedule"]).optional(),
});

const byName = <T extends z.ZodType>(schema: T) => z.record(dnsLabel.max(53), schema);

export const podNeeds = z.strictObject({
  labels: labels.optional(),
  annotations: annotations.optional(),
  hostAliases: z.record(host, address).optional(),
  dns: z
    .strictObject({
      policy: z.enum(["ClusterFirst", "Default", "None"]).optional(),
      nameservers: z.array(address).max(3, "must have at most 3 addresses").optional(),
      searches: z.array(host).max(32).optional(),
      options: z.record(z.string().min(1), z.string()).optional(),
    })
    .optional(),
  nodeSelector: labels.optional(),
  nodeAffinity: z
    .strictObject({
      required: z.array(requirement).min(1).optional(),
      preferred: z.array(requirement).min(1).optional(),
    })
    .optional(),
  near: z.array(z.string()).optional(),
  antiAffinity: z.enum(["preferred", "required", "none"]).optional(),
  topologySpread: byName(spread).optional(),
  tolerations: byName(toleration).optional(),
  priorityClass: objectName.optional(),
  runtimeClass: objectName.optional(),
});
