/**
 * The settings of a stack as one zod schema. Types, defaults, error messages, the JSON Schema for editors and
 * docs/configuration.md are derived from it. The keys are those of the stack file, without the prefix `flotilla:`.
 */
import { z } from "zod";
import { PROFILES } from "../../model/application";
import {
  cluster,
  externalSecrets,
  gateway,
  ingress,
  loadBalancer,
  monitoring,
  namespace,
  registry,
} from "./access";
import { bytes, cidr, name, objectName, quantity, registryHost, registryPath, replicas } from "./fields";
import { key } from "./key";
import { bounds, external, ownImage, secret, service } from "./services";
import { LEGACY_PREFIX, store, storeImages } from "./stores";
import { task } from "./tasks";

export { LEGACY_PREFIX } from "./stores";

/** The environments. `prod` has additional rules; `local` is for the sandbox. */
export const ENVIRONMENTS = ["local", "dev", "staging", "prod"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** The sources of store charts: Bitnami, or Flotilla's own chart with the upstream images. */
export const DISTRIBUTIONS = ["bitnami", "upstream"] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

/** Where Bitnami's charts are read from: Bitnami's registry, or `charts/vendor`. */
export const CHART_SOURCES = ["oci", "vendored"] as const;
export type ChartSource = (typeof CHART_SOURCES)[number];

/** A registry as it appears in image names. Docker Hub is docker.io there, whatever its hosts are called. */
const mirroredRegistry = registryHost.refine(
  (registry) => !/^(index|registry|registry-1)\.docker\.io$/.test(registry),
  "must be docker.io, which is how images name Docker Hub",
);

export const settingsSchema = z.strictObject({
  layers: key(
    z.array(z.string()).default([]),
    "Layers (files in `config/layers`) that this file is based on. Later layers win over earlier ones, and this file wins over all.",
    "list of names",
  ),
  application: key(
    z.string(),
    "Application to deploy, one of `apps/`.",
    "name",
    "required; usually in Pulumi.yaml",
  ),
  environment: key(
    z.enum(ENVIRONMENTS),
    "Purpose of the stack. prod has additional rules: it must name its cluster, has at least three pods per service, and is refused by `flotilla destroy`.",
    ENVIRONMENTS.join(", "),
    "required",
  ),
  namespace: key(
    namespace.optional(),
    "Namespace to deploy into. The stack creates it unless `create` is false.",
    "DNS label or map",
    "`<application>-<environment>`",
  ),
  cluster: key(cluster.default({}), "Cluster to deploy to.", "map"),
  replicas: key(
    replicas.optional(),
    "Pods per service without an autoscaler.",
    "pods, 0 to 1000",
    "3 in prod, else 1",
  ),
  autoscaling: key(
    z
      .union(
        [z.boolean(), bounds("`replicas` of the stack", "10")],
        "must be true, false, or the bounds {minReplicas, maxReplicas}",
      )
      .optional(),
    "Whether to create the autoscalers of the inventory. A map also sets the bounds of autoscalers that have none in the inventory.",
    "true, false or map",
    "true in staging and prod, from `replicas` to 10 pods",
  ),
  rolloutSeconds: key(
    z.int().min(1).max(3600).default(180),
    "Time for a service's rollout in addition to the start-up time of its pods: scheduling, image pulls, waiting for stores. A rollout that takes longer fails, and the old version stays.",
    "seconds, 1 to 3600",
  ),
  distribution: key(
    z.enum(DISTRIBUTIONS).default("bitnami"),
    "Source of store charts: Bitnami, or `charts/store` with upstream images and one pod per store. Cannot change once the stores are deployed.",
    DISTRIBUTIONS.join(" or "),
  ),
  storageClass: key(
    objectName.optional(),
    "StorageClass of every volume. Cannot change once the stores are deployed.",
    "name",
    "the cluster's default class",
  ),
  profile: key(
    z.enum(PROFILES).optional(),
    "Whether stores have one pod or several. Cannot change once the stores are deployed.",
    PROFILES.join(" or "),
    "replicated in prod, else standalone",
  ),
  charts: key(
    z.enum(CHART_SOURCES).default("oci"),
    "Where Bitnami's charts are read from: Bitnami's registry, or `charts/vendor` (`flotilla charts pull`).",
    CHART_SOURCES.join(" or "),
  ),
  storeImages: key(
    storeImages.default({ registry: "docker.io", repositoryPrefix: LEGACY_PREFIX, pullSecrets: [] }),
    "Where Bitnami's images are pulled from: `<registry>/<repositoryPrefix>/<image>`.",
    "map",
    "Docker Hub, without updates",
  ),
  waitImage: key(
    ownImage.default({}),
    "Image of the init container that waits for stores and names. It needs `sh`, `nc`, `wget`, and `getent` or `nslookup`.",
    "map",
    "the shared chart's, busybox",
  ),
  registries: key(
    z.record(name, registry).default({}),
    "Registries that need a login. The password is the credential `registry-<name>`.",
    "map by name",
  ),
  registryMirrors: key(
    z.record(mirroredRegistry, registryPath).default({}),
    "Mirrors: images of a registry are pulled from its mirror, such as `docker.io: mirror.example.com/hub`.",
    "registry or path by registry",
  ),
  allowedRegistries: key(
    z.array(registryPath).default([]),
    "Registries that images may come from, after mirrors are applied. If empty: any.",
    "list of registries or paths",
  ),
  requireDigests: key(z.boolean().default(false), "Whether every image must have a digest.", "true or false"),
  monitoring: key(
    monitoring.optional(),
    "Prometheus monitoring. If set, stores export metrics.",
    "map",
    "none",
  ),
  gateway: key(
    gateway.optional(),
    "Gateway (Gateway API) for the public services. They get HTTPRoutes and GRPCRoutes that are attached to it.",
    "map",
    "none",
  ),
  ingress: key(
    ingress.optional(),
    "Ingress for the public services, where there is no gateway.",
    "map",
    "none",
  ),
  loadBalancer: key(
    loadBalancer.optional(),
    "Load balancer for the public service, instead of a gateway or an ingress.",
    "map",
    "none",
  ),
  apiServer: key(
    cidr.optional(),
    "Addresses of the Kubernetes API, such as 10.0.0.1/32. Pods that use the API may connect to them.",
    "CIDR",
    "any address, on the usual API ports",
  ),
  quota: key(
    z
      .strictObject({
        cpu: key(quantity.optional(), "Sum of CPU requests.", "cores", "the plan's maximum plus 25%"),
        memory: key(bytes.optional(), "Sum of memory requests.", "bytes", "the plan's maximum plus 25%"),
        pods: key(z.int().min(1).optional(), "Number of pods.", "pods", "the plan's maximum plus 25%"),
      })
      .default({}),
    "Quota of the namespace: what its pods may request in total.",
    "map",
    "the plan's maximum plus 25%",
  ),
  standIns: key(
    z.boolean().default(false),
    "Whether to deploy stand-ins instead of using the real externals, where the inventory has a stand-in.",
    "true or false",
  ),
  externals: key(
    z.record(z.string(), external).default({}),
    "Overrides by external.",
    "map by external",
    "the inventory's",
  ),
  secrets: key(
    z.record(z.string(), secret).default({}),
    "Overrides by secret of the application.",
    "map by secret",
    "the inventory's",
  ),
  credentials: key(
    z.array(z.string()).default([]),
    "Passwords that others created. Set them only with `pulumi config set --secret --path flotilla:credentials.<name>`, never in a layer.",
    "encrypted text by name",
    "none",
  ),
  externalSecrets: key(
    externalSecrets.optional(),
    "Reads passwords that others created with the External Secrets Operator, instead of from `credentials`.",
    "map",
    "none: they are in `credentials`",
  ),
  services: key(z.record(z.string(), service).default({}), "Overrides by service.", "map by service"),
  stores: key(z.record(z.string(), store).default({}), "Overrides by store.", "map by store"),
  tasks: key(z.record(z.string(), task).default({}), "Overrides by task.", "map by task"),
  allowDeletion: key(
    z
      .array(
        z
          .string()
          .regex(
            /^(store|volume|secret|password)\/.+$/,
            "must be store/<name>, volume/<service>.<volume>, secret/<name> or password/<name>; a namespace is only deleted with its stack (flotilla destroy)",
          ),
      )
      .default([]),
    "What the next update may delete after it was removed from the inventory: a store with its Secret and passwords, a volume of a service (no pod uses it then; its claim stays), a Secret, a password. Valid for one update: `flotilla remove` adds entries, `flotilla up` removes them.",
    "list of store/<name>, volume/<service>.<volume>, secret/<name>, password/<name>",
  ),
});

/** Validated settings, with defaults filled in. */
export type Settings = z.output<typeof settingsSchema>;
export type ServiceSettings = z.output<typeof service>;
export type { ContainerSettings } from "./services";
