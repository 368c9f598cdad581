/**
 * The settings a stack can make: one zod schema is the truth for types, defaults and errors.
 * Keys are those of the stack file without the `flotilla:` prefix.
 */
import { z } from "zod";
import { PROFILES } from "../model/application";

/** Environments; prod is the one with extra rules. `local` is the embedded cluster's. */
export const ENVIRONMENTS = ["local", "dev", "staging", "prod"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** Where a store's chart comes from: Bitnami's registry, or Flotilla's own chart on the upstream images. */
export const DISTRIBUTIONS = ["bitnami", "upstream"] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

/** Where Bitnami's charts are read from: their registry, or `charts/vendor`. */
export const CHART_SOURCES = ["oci", "vendored"] as const;
export type ChartSource = (typeof CHART_SOURCES)[number];

/** Where Bitnami's versioned images are since 2025-08-28, without updates. */
export const LEGACY_PREFIX = "bitnamilegacy";

const name = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "must be a DNS label: lower-case letters, digits and hyphens");

const quantity = z
  .string()
  .regex(
    /^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/,
    'must be a Kubernetes quantity, such as "500m" or "8Gi"',
  );

const replicas = z.int().min(0).max(1000);

const port = z.int().min(1).max(65535);

const cidr = z.union([z.cidrv4(), z.cidrv6()], "must be a range of addresses, such as 10.1.0.0/16");

const labels = z.record(z.string(), z.string());

const resources = z.strictObject({
  requests: z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() }).optional(),
  limits: z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() }).optional(),
});

const tag = z
  .string()
  .regex(/^[\w][\w.-]{0,127}$/, "must be an image tag")
  .refine((value) => value !== "latest", "must be a version: what `latest` is changes by itself");

const repository = z
  .string()
  .regex(/^[^:@\s]+(:[0-9]+\/[^:@\s]+)?$/, "must be a repository, without a tag or digest");

const service = z.strictObject({
  /** Image tag. Default: the inventory's. A number must be quoted, or `1.10` becomes 1.1. */
  tag: tag.optional(),
  /** Image repository with registry, for a mirror or a private build. Default: the inventory's. */
  repository: repository.optional(),
  /** Whether the stack has the service. Default: unless the inventory calls it optional. */
  enabled: z.boolean().optional(),
  /** Pods, where no autoscaler decides. Default: `flotilla:replicas`. */
  replicas: replicas.optional(),
  /** The bounds of its autoscaler. Default: the inventory's. */
  autoscaling: z
    .strictObject({ minReplicas: z.int().min(1).optional(), maxReplicas: z.int().min(1).optional() })
    .optional(),
  /** Environment variables added to the inventory's or in place of them; nothing secret. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).optional(),
  /** Requests and limits, merged over the inventory's. */
  resources: resources.optional(),
  /** What the service may connect to besides what the inventory says it uses, by any name. Default: nothing. */
  egress: z
    .record(
      z.string(),
      z.strictObject({
        /** Addresses, such as 10.1.0.0/16. Default: any. */
        cidr: cidr.optional(),
        /** Ports, 1 to 65535. */
        ports: z.array(port).min(1),
      }),
    )
    .optional(),
});

const store = z.strictObject({
  /** Size of the volume, such as "8Gi"; fixed once the store is deployed. Default: the inventory's. */
  storage: quantity.optional(),
  /** Requests and limits, merged over the inventory's. */
  resources: resources.optional(),
  /** Its StorageClass; fixed once the store is deployed. Default: `flotilla:storageClass`. */
  storageClass: z.string().min(1).optional(),
  /** One pod or several; fixed once the store is deployed. Default: `flotilla:profile`. */
  profile: z.enum(PROFILES).optional(),
  /** Counts the rotations of its generated passwords: one more makes new ones (`flotilla rotate`). */
  generation: z.int().min(1).max(999).default(1),
  /** Its loaders' images, by loader: for a mirror. Default: the inventory's. */
  loaders: z
    .record(z.string(), z.strictObject({ repository: repository.optional(), tag: tag.optional() }))
    .default({}),
  /** The secret by which its pods know each other: an erlang cookie, a replica set's key. */
  clusterKey: z
    .strictObject({
      /** One more makes a new one; pods with the old and the new one do not find each other. */
      generation: z.int().min(1).max(999).default(1),
      /** The generation for which all pods of the store are stopped: only that one is let through. Default: none. */
      acceptSplit: z.int().min(1).optional(),
    })
    .default({ generation: 1 }),
});

const external = z.strictObject({
  /** Where it answers. Default: the inventory's host. */
  host: z
    .string()
    .regex(/^[a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?$/, "must be a DNS name")
    .optional(),
  /** Default: the inventory's. */
  port: port.optional(),
  /** The pods behind it, in another namespace: labels, and the port they listen on. Default: the inventory's, unless there is a host. */
  pods: z.strictObject({ namespace: name, labels, port: port.optional() }).optional(),
  /** Its addresses, such as 10.1.0.0/16, in place of pods. Default: any. */
  cidr: cidr.optional(),
  /** Counts the changes of its passwords: one more restarts the services that log in with them. */
  generation: z.int().min(1).max(999).default(1),
});

const registry = z.strictObject({
  /** Host, such as ghcr.io. */
  server: z.string().regex(/^[a-zA-Z0-9.-]+(:[0-9]+)?$/, "must be a registry's host, such as ghcr.io"),
  username: z.string().min(1),
});

export const settingsSchema = z.strictObject({
  /** The application to deploy, one of `apps/`. */
  application: z.string(),
  /** One of the environments. */
  environment: z.enum(ENVIRONMENTS),
  /** The namespace to create and deploy into. Default `<application>-<environment>`. */
  namespace: name.optional(),
  /** The cluster to deploy to. */
  cluster: z
    .strictObject({
      /** A context of the kubeconfig. Default: the current context; prod must name its own. */
      context: z.string().min(1).optional(),
      /** Path of the kubeconfig. Default: KUBECONFIG, then ~/.kube/config. */
      kubeconfig: z.string().min(1).optional(),
    })
    .default({}),
  /** Pods per service, 0 to 1000. */
  replicas: replicas.default(1),
  /** Where stores' charts come from; fixed once the stores are deployed: each keeps its data its own way. */
  distribution: z.enum(DISTRIBUTIONS).default("bitnami"),
  /** StorageClass of every volume; fixed once the stores are deployed. Default: the cluster's default class. */
  storageClass: z.string().min(1).optional(),
  /** Stores with one pod or with several; fixed once they are deployed. Default: replicated in prod, else standalone. */
  profile: z.enum(PROFILES).optional(),
  /** Where Bitnami's charts are read from: `oci`, or `vendored` for `charts/vendor` (`flotilla charts pull`). */
  charts: z.enum(CHART_SOURCES).default("oci"),
  /** Where Bitnami's images are pulled from: `<registry>/<repositoryPrefix>/<image>`. */
  storeImages: z
    .strictObject({
      registry: z
        .string()
        .regex(/^[a-zA-Z0-9.-]+(:[0-9]+)?$/, "must be a registry's host, such as mirror.example.com:5000")
        .default("docker.io"),
      /** Path in front of each image's name. */
      repositoryPrefix: z
        .string()
        .regex(/^[a-z0-9]+([._/-][a-z0-9]+)*$/, "must be a path, such as mirror/bitnami")
        .default(LEGACY_PREFIX),
      /** Names of Secrets in the namespace to pull with. Default: none. */
      pullSecrets: z.array(name).default([]),
    })
    .default({ registry: "docker.io", repositoryPrefix: LEGACY_PREFIX, pullSecrets: [] }),
  /** What scrapes stores and services; with it stores export metrics. Default: nothing does. */
  monitoring: z
    .strictObject({
      /** Namespace of the pods that scrape. */
      namespace: name.default("monitoring"),
      /** Make ServiceMonitors, with these labels; the cluster must know them (Prometheus operator). Default: none. */
      serviceMonitor: z.strictObject({ labels: z.record(z.string(), z.string()).default({}) }).optional(),
    })
    .optional(),
  /** Stores that left the inventory and may be deleted with their data (`flotilla remove`). */
  removeStores: z.array(z.string()).default([]),
  /** How the public service is reached from outside. Default: not at all. */
  ingress: z
    .strictObject({
      /** DNS name, such as shop.example.com. */
      host: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "must be a DNS name"),
      /** IngressClass. Default: the cluster's default class. */
      className: z.string().min(1).optional(),
      /** Name of the TLS Secret; with it the public URL is https. Default: plain http. */
      tlsSecret: z.string().min(1).optional(),
      /** cert-manager's ClusterIssuer that makes the certificate; with it the public URL is https. Default: none. */
      clusterIssuer: z.string().min(1).optional(),
      /** Namespace of the ingress controller: its pods may connect to the public service. */
      namespace: name.default("ingress-nginx"),
    })
    .optional(),
  /** A load balancer of its own for the public service, in place of an ingress. Default: none. */
  loadBalancer: z
    .strictObject({
      /** Of the Service, for the cloud's controller. */
      annotations: z.record(z.string(), z.string()).default({}),
      /** Which implementation makes it. Default: the cloud's. */
      className: z.string().min(1).optional(),
      /** Who may reach it, as ranges of addresses. Default: everybody. */
      sourceRanges: z.array(cidr).default([]),
    })
    .optional(),
  /** Addresses of the Kubernetes API, such as 10.0.0.1/32, for the pods that may use it. Default: any, on its usual ports. */
  apiServer: cidr.optional(),
  /** Whether autoscalers decide the number of pods where the inventory has them. Default: in staging and prod. */
  autoscaling: z.boolean().optional(),
  /** What the namespace's pods may ask for in all. Default: what the plan asks for at most, and a quarter more. */
  quota: z
    .strictObject({ cpu: quantity.optional(), memory: quantity.optional(), pods: z.int().min(1).optional() })
    .default({}),
  /** Whether stand-ins take the place of externals, where the inventory has one. */
  standIns: z.boolean().default(false),
  /** Where externals are, by name. Default: where the inventory says. */
  externals: z.record(z.string(), external).default({}),
  /** Registries to pull images from, by name; the password is `flotilla:credentials.registry-<name>`. Default: none. */
  registries: z.record(name, registry).default({}),
  /** Names of the passwords that the stack was given (`pulumi config set --secret --path flotilla:credentials.<name>`). */
  credentials: z.array(z.string()).default([]),
  /** Overrides by service. */
  services: z.record(z.string(), service).default({}),
  /** Overrides by store. */
  stores: z.record(z.string(), store).default({}),
});

/** Validated stack config, defaults filled in. */
export type Settings = z.output<typeof settingsSchema>;
export type ServiceSettings = z.output<typeof service>;
