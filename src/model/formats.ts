/** Validators of texts that settings and inventories share. */
import { z } from "zod";

/** Name of a Service, release or namespace: an RFC 1123 label (k8s.io/apimachinery, IsDNS1123Label). */
export const dnsLabel = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "must be a DNS label: lower-case letters, digits and hyphens");

/** Name of an object, which can also be a host name (RFC 1123). */
export const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Name of an object. It can have dots, as a domain (IsDNS1123Subdomain). */
export const objectName = z
  .string()
  .max(253)
  .regex(OBJECT_NAME, "must be the name of an object: lower-case letters, digits, hyphens and dots");

/** A DNS name or an IPv4 address, without a scheme and a port. */
export const host = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/i,
    "must be a DNS name, such as shop.example.com",
  );

export const port = z.int().min(1).max(65535);

/** The name of a port (k8s.io/apimachinery, IsValidPortName). */
export const portName = z
  .string()
  .regex(
    /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    "must be the name of a port: at most 15 lower-case letters, digits and single hyphens, with a letter",
  );

export const cidr = z.union([z.cidrv4(), z.cidrv6()], "must be a range of addresses, such as 10.1.0.0/16");

export const quantity = z
  .string()
  .regex(
    /^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/,
    'must be a Kubernetes quantity, such as "500m" or "8Gi"',
  );

/** A name with an optional domain and slash in front (IsQualifiedName). */
export const QUALIFIED_NAME =
  /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

const labelKey = z.string().regex(QUALIFIED_NAME, "must be a key of labels, such as app or example.com/app");

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

/**
 * Name of an environment variable, as every version of the API server accepts it (IsEnvVarName). It can be a key of a Secret.
 * From 1.32 on, the API server accepts most other characters as well.
 */
export const variableName = z
  .string()
  .max(253)
  .regex(
    /^([-_a-zA-Z]|\.[-_a-zA-Z0-9])[-._a-zA-Z0-9]*$/,
    "must be the name of a variable: letters, digits, and - . _, not beginning with a digit or ..",
  );

/** The name of an HTTP header (RFC 9110, token). */
export const headerName = z
  .string()
  .regex(/^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/, "must be the name of an HTTP header, such as X-Request-Id");

/** The name of a metric (Prometheus' data model). */
export const metricName = z
  .string()
  .regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, "must be the name of a metric, such as requests_per_second");

/** A path in a container. Kubernetes refuses a colon in it. */
export const absolutePath = z
  .string()
  .regex(/^\/[^:\0]*$/, "must be an absolute path without a colon, such as /var/cache");

/** The reason for an exception. */
export const reason = z.string().trim().min(1, "must say why");

const PATH_COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const DOMAIN =
  "(?:[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?";

/** A repository, with or without a registry (github.com/distribution/reference, regexp.go). */
const REPOSITORY = new RegExp(`^(?:${DOMAIN}/)?${PATH_COMPONENT}(?:/${PATH_COMPONENT})*$`);

export const repository = z
  .string()
  .max(255)
  .regex(
    REPOSITORY,
    "must be a repository, such as registry.example.com/team/shop: in lower case, without a tag or digest",
  );

export const tag = z
  .string()
  .regex(/^[\w][\w.-]{0,127}$/, "must be an image tag: at most 128 letters, digits and _ . -")
  .refine((value) => value !== "latest", "must not be latest: it is another image tomorrow");

export const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hex digits, as the registry tells it");
