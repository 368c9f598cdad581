/** Validators that settings and inventories share. */
import { z } from "zod";
import { beginsAtFirst, firstOfRange, isMapped } from "./cidr";
import { amountOf } from "./quantity";

/** Name of a Service, release or namespace: an RFC 1123 label (k8s.io/apimachinery, IsDNS1123Label). */
export const dnsLabel = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "must be a DNS label: lower-case letters, digits and hyphens");

/** Name of an object, which can also be a host name (RFC 1123). */
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Name of an object. It can have dots, as a domain (IsDNS1123Subdomain). */
export const objectName = z
  .string()
  .max(253)
  .regex(OBJECT_NAME, "must be the name of an object: lower-case letters, digits, hyphens and dots");

/** A DNS name or an IPv4 address, without a scheme and a port. */
export const host = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)*$/,
    "must be a DNS name, such as shop.example.com",
  )
  // As in URLs, a name that ends in a number is an address.
  .refine((name) => !/(^|\.)[0-9]+$/.test(name) || z.ipv4().safeParse(name).success, {
    error: "must be a DNS name, such as shop.example.com, or an IPv4 address, such as 10.1.2.3",
  });

/** The host of an Ingress: a DNS name in lower case, not an address. */
export const publicHost = z
  .string()
  .regex(
    /^(?=.{1,253}$)(?![0-9.]+$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/,
    "must be a DNS name in lower case, such as shop.example.com",
  );

export const port = z.int().min(1).max(65535);

/** A count. The API server stores it in 32 bits. */
export const count = z.int().min(1).max(2_147_483_647);

/** A user or group ID. Pods never run as root. */
export const userId = z.int().min(1, "must not be 0: pods never run as root").max(2_147_483_647);

/** The name of a port (k8s.io/apimachinery, IsValidPortName). */
export const portName = z
  .string()
  .regex(
    /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    "must be the name of a port: at most 15 lower-case letters, digits and single hyphens, with a letter",
  );

/** A range of addresses, as the API server accepts it (IsValidCIDR). */
export const cidr = z
  .union([z.cidrv4(), z.cidrv6()], "must be a range of addresses, such as 10.1.0.0/16")
  .check((context) => {
    const refuse = (message: string) =>
      context.issues.push({ code: "custom", input: context.value, message, path: [] });
    if (isMapped(context.value)) refuse("must be a range in IPv4 notation, such as 10.1.0.0/16");
    else if (!beginsAtFirst(context.value))
      refuse(`must start at the first address of the range: ${firstOfRange(context.value)}`);
  });

/** One range of addresses, or several. */
export const cidrs = z.union(
  [cidr, z.array(cidr).min(1)],
  "must be a range of addresses, such as 10.1.0.0/16, or a list of them",
);

/** An amount. `most` is low enough that sums of many amounts print as whole numbers. */
const amount = (most: string) =>
  z
    .string()
    .regex(/^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/, {
      error: 'must be a Kubernetes quantity, such as "500m" or "8Gi"',
      abort: true,
    })
    .refine((text) => amountOf(text) > 0, { error: "must be more than 0", abort: true })
    .refine((text) => amountOf(text) <= amountOf(most), { error: `must be at most ${most}`, abort: true });

export const quantity = amount("1T");

/** An amount of memory or disk. The API server also accepts thousandths of a byte, which are always a mistake. */
export const bytes = amount("1024Ti").refine(
  (text) => !text.endsWith("m") && amountOf(text) >= 1,
  'must be whole bytes, such as "512Mi": m is a thousandth of a byte',
);

/** A name with an optional domain and slash in front (IsQualifiedName), as a pattern: the key of a label or annotation. */
export const LABEL_KEY =
  "(?:(?=[^/]{1,253}/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";
const QUALIFIED_NAME = new RegExp(`^${LABEL_KEY}$`);

const qualifiedName = (what: string) => z.string().regex(QUALIFIED_NAME, `must be ${what}`);

/** The value of a label (IsValidLabelValue). */
export const labelValue = z
  .string()
  .max(63)
  .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/, "must be a label value: letters, digits, - _ .");

export const labels = z.record(qualifiedName("a label key, such as app or example.com/app"), labelValue);

export const annotations = z.record(
  qualifiedName(
    "an annotation key, such as example.com/limit: at most 63 letters, digits, - _ . after the slash",
  ),
  z.string(),
);

/** The application protocol of a port (IsQualifiedName): a name that IANA lists, or one with a domain. */
export const appProtocol = qualifiedName("an application protocol, such as https or kubernetes.io/ws");

export const loadBalancerClass = qualifiedName("a load balancer class, such as service.k8s.aws/nlb");

/**
 * Name of an environment variable, as every version of the API server accepts it (IsEnvVarName). It is also a valid key of a
 * Secret. Since 1.32, the API server also accepts most other characters.
 */
export const variableName = z
  .string()
  .max(253)
  .regex(
    /^([-_a-zA-Z]|\.[-_a-zA-Z0-9])[-._a-zA-Z0-9]*$/,
    "must be the name of a variable: letters, digits and - . _, not starting with a digit or two dots",
  );

/** A key of a Secret or ConfigMap (IsConfigMapKey). */
export const objectKey = z
  .string()
  .max(253)
  .regex(
    /^(?!\.{1,2}$)(?!\.\.)[-._a-zA-Z0-9]+$/,
    "must be a key of a Secret or ConfigMap: letters, digits and - . _, not starting with two dots",
  );

/** Text that reaches a container unchanged: a lone surrogate would be replaced, and U+0000 ends a string. */
export const passable = z
  .string()
  .refine(
    (text) => !/[\p{Cs}\0]/u.test(text),
    "contains U+0000 or a lone surrogate (half a character), which cannot be passed to a container",
  );

/** The name of an HTTP header, as the API server accepts it (IsHTTPHeaderName). */
export const headerName = z
  .string()
  .regex(
    /^[-0-9A-Za-z]+$/,
    "must be the name of an HTTP header, such as X-Request-Id: letters, digits and hyphens",
  );

/** The value of an HTTP header: the kubelet sends no line breaks. */
export const headerValue = z
  .string()
  .regex(/^[^\p{Cc}]*$/u, "must be on one line, without control characters");

/** Kernel parameters of a pod that Pod Security `restricted` admits (k8s.io/pod-security-admission, check_sysctls.go). */
const SAFE_SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_syncookies",
];

export const sysctlName = z
  .string()
  .refine(
    (name) => SAFE_SYSCTLS.includes(name),
    `must be one of ${SAFE_SYSCTLS.join(", ")}: Pod Security allows no other`,
  );

/** The name of a metric (Prometheus' data model). */
export const metricName = z
  .string()
  .regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, "must be the name of a metric, such as requests_per_second");

/** A path in a container, below the root. Kubernetes does not allow a colon in it. */
export const absolutePath = z
  .string()
  .max(4096)
  .regex(/^(?!.*\/\.{1,2}(\/|$))\/+[^:/\p{Cc}][^:\p{Cc}]*$/u, {
    error: "must be an absolute path below /, without a colon, . or .., such as /var/cache",
    abort: true,
  });

/** The path of a file in a container. */
export const filePath = absolutePath.regex(/[^/]$/, "must be the path of a file: without / at the end");

/** Most characters of a reason. Several reasons together become annotations of one object. */
const LONGEST_REASON = 1000;

/** The path of a URL. */
export const urlPath = z.string().regex(/^\//, "must start with /");

/** Why a field differs from the default. */
export const reason = z.string().trim().min(1, "must be a reason").max(LONGEST_REASON);

/** The reason for an exception from a check. It becomes an annotation of the workload. */
export const sentence = z.string().trim().min(12, "must be a reason in a full sentence").max(LONGEST_REASON);
