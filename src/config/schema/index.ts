/**
 * The settings of a stack as one zod schema. Types, defaults, error messages, the JSON Schema for editors and
 * docs/configuration.md are derived from it. Keys are those of the stack file, without the prefix `flotilla:`.
 */
import { z } from "zod";
import { PROFILES } from "../../model/application";
import { cluster, externalSecrets, ingress, loadBalancer, monitoring, namespace, registry } from "./access";
import { bytes, cidr, name, objectName, quantity, registryHost, registryPath, replicas } from "./fields";
import { key } from "./key";
import { bounds, external, ownImage, service } from "./services";
import { LEGACY_PREFIX, store, storeImages } from "./stores";

export { LEGACY_PREFIX } from "./stores";

/** The environments. `prod` has additional rules; `local` is that of the embedded cluster. */
export const ENVIRONMENTS = ["local", "dev", "staging", "prod"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** The sources of store charts: Bitnami's registry, or Flotilla's own chart with the upstream images. */
export const DISTRIBUTIONS = ["bitnami", "upstream"] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

/** The places from which Bitnami's charts are read: their registry, or `charts/vendor`. */
export const CHART_SOURCES = ["oci", "vendored"] as const;
export type ChartSource = (typeof CHART_SOURCES)[number];

/** A registry as images name it. Images of Docker Hub name docker.io, whatever its hosts are called. */
const mirroredRegistry = registryHost.refine(
  (registry) => !/^(index|registry|registry-1)\.docker\.io$/.test(registry),
  "must be docker.io: that is how images name Docker Hub",
);

export const settingsSchema = z.strictObject({
  layers: key(
    z.array(z.string()).default([]),
    "Files of `config/layers` whose settings this one starts from; a later one wins over an earlier one, and this file over all.",
    "list of names",
  ),
  application: key(
    z.string(),
    "The application to deploy, one of `apps/`.",
    "name",
    "required; usually in Pulumi.yaml",
  ),
  environment: key(
    z.enum(ENVIRONMENTS),
    "What the stack is for. prod has rules of its own: it names its cluster, is not destroyed by one command, has at least three pods of each service.",
    ENVIRONMENTS.join(", "),
    "required",
  ),
  namespace: key(
    namespace.optional(),
    "The namespace to deploy into. The stack creates it, unless `create` is false.",
    "DNS label or map",
    "`<application>-<environment>`",
  ),
  cluster: key(cluster.default({}), "The cluster to deploy to.", "map"),
  replicas: key(
    replicas.optional(),
    "Pods per service, where no autoscaler decides.",
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
    "Whether autoscalers decide the number of pods where the inventory has them; or the bounds of those whose service has none of its own.",
    "true, false or map",
    "true in staging and prod, from `replicas` to 10 pods",
  ),
  rolloutSeconds: key(
    z.int().min(1).max(3600).default(180),
    "Time that a rollout of a service may take besides its pods' own start: to be scheduled, to pull images, to wait for stores. One that takes longer fails, and the old version stays.",
    "seconds, 1 to 3600",
  ),
  distribution: key(
    z.enum(DISTRIBUTIONS).default("bitnami"),
    "Where stores' charts come from: Bitnami, or `charts/store` on the upstream images, one pod each; fixed once the stores are deployed.",
    DISTRIBUTIONS.join(" or "),
  ),
  storageClass: key(
    objectName.optional(),
    "StorageClass of every volume; fixed once the stores are deployed.",
    "name",
    "the cluster's default class",
  ),
  profile: key(
    z.enum(PROFILES).optional(),
    "Stores with one pod or with several; fixed once they are deployed.",
    PROFILES.join(" or "),
    "replicated in prod, else standalone",
  ),
  charts: key(
    z.enum(CHART_SOURCES).default("oci"),
    "Where Bitnami's charts are read from: their registry, or `charts/vendor` (`flotilla charts pull`).",
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
    "The image that waits for stores before a service starts; it needs `sh`, `nc` and `wget`.",
    "map",
    "the shared chart's, busybox",
  ),
  registries: key(
    z.record(name, registry).default({}),
    "Registries to pull images from, by name; the password is the credential `registry-<name>`.",
    "map by name",
  ),
  registryMirrors: key(
    z.record(mirroredRegistry, registryPath).default({}),
    "Where the images of a registry are pulled from instead, by registry: `docker.io: mirror.example.com/hub`.",
    "registry or path by registry",
  ),
  allowedRegistries: key(
    z.array(registryPath).default([]),
    "Where images may come from, after mirrors; every other one is refused. Everywhere where it is empty.",
    "list of registries or paths",
  ),
  requireDigests: key(
    z.boolean().default(false),
    "Whether every image must be named by its digest.",
    "true or false",
  ),
  monitoring: key(
    monitoring.optional(),
    "What scrapes stores and services; with it stores export metrics.",
    "map",
    "nothing scrapes",
  ),
  ingress: key(ingress.optional(), "How the public services are reached from outside.", "map", "not at all"),
  loadBalancer: key(
    loadBalancer.optional(),
    "A load balancer of its own for the public service, in place of an ingress.",
    "map",
    "none",
  ),
  apiServer: key(
    cidr.optional(),
    "Addresses of the Kubernetes API, such as 10.0.0.1/32, for the pods that may use it.",
    "CIDR",
    "any, on its usual ports",
  ),
  quota: key(
    z
      .strictObject({
        cpu: key(
          quantity.optional(),
          "Processor time.",
          "cores",
          "what the plan asks for at most, and a quarter more",
        ),
        memory: key(
          bytes.optional(),
          "Memory.",
          "bytes",
          "what the plan asks for at most, and a quarter more",
        ),
        pods: key(
          z.int().min(1).optional(),
          "Pods.",
          "pods",
          "what the plan asks for at most, and a quarter more",
        ),
      })
      .default({}),
    "What the namespace's pods may ask for in all.",
    "map",
    "what the plan asks for at most, and a quarter more",
  ),
  standIns: key(
    z.boolean().default(false),
    "Whether stand-ins take the place of externals, where the inventory has one.",
    "true or false",
  ),
  externals: key(
    z.record(z.string(), external).default({}),
    "Where what others run is, by external.",
    "map by external",
    "where the inventory says",
  ),
  credentials: key(
    z.array(z.string()).default([]),
    "Passwords that others made, by name; only with `pulumi config set --secret --path flotilla:credentials.<name>`, never in a layer.",
    "encrypted text by name",
    "none",
  ),
  externalSecrets: key(
    externalSecrets.optional(),
    "Where passwords that others made are read from, in the cluster (External Secrets Operator), in place of `credentials`.",
    "map",
    "none: they are in `credentials`",
  ),
  services: key(z.record(z.string(), service).default({}), "Overrides by service.", "map by service"),
  stores: key(z.record(z.string(), store).default({}), "Overrides by store.", "map by store"),
  allowDeletion: key(
    z
      .array(
        z
          .string()
          .regex(
            /^(store|secret|password)\/.+$/,
            "must be store/<name>, secret/<name> or password/<name>; a namespace goes only with its stack (flotilla destroy)",
          ),
      )
      .default([]),
    "What the next update may delete of what left the inventory: a store with its Secret and passwords, a Secret, a password. It is used up by that update; `flotilla remove` writes it, `flotilla up` takes it out.",
    "list of store/<name>, secret/<name>, password/<name>",
  ),
});

/** Validated settings, with their defaults. */
export type Settings = z.output<typeof settingsSchema>;
export type ServiceSettings = z.output<typeof service>;
