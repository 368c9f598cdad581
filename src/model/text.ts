/**
 * Text with references, as data. `text\`mongodb://${host("mongodb")}/shop\`` keeps the reference as a separate part, so the plan
 * can fill in the host, and knows which texts contain a password without knowing the password.
 */
import type { Binary } from "./application";

/**
 * A reference to a property of a service, store or external of the same application, or to one of its secrets, which `of` names;
 * or a value from the cluster, where `of` is the field, the resource or the object's name.
 */
export type Reference =
  | { ref: "host"; of: string }
  | { ref: "readHost"; of: string }
  | { ref: "port"; of: string }
  | { ref: "url"; of: string }
  | { ref: "members"; of: string }
  | { ref: "replicaSet"; of: string }
  | { ref: "username"; of: string; account: string; encoding?: Encoding }
  | { ref: "password"; of: string; account: string; encoding?: Encoding }
  | { ref: "secret"; of: string; encoding?: Encoding }
  | PodReference;

/** The units of a request or limit in a variable: of a CPU, or of bytes. */
export const DIVISORS = ["1", "1m", "1k", "1M", "1G", "1Ki", "1Mi", "1Gi"] as const;
export type Divisor = (typeof DIVISORS)[number];

/** A value that only the pod knows. It is the whole value of a variable; commands and other variables can refer to it as `$(NAME)`. */
export type PodReference =
  | { ref: "podField"; of: string }
  | { ref: "containerResource"; of: string; divisor?: Divisor }
  | { ref: "secretKey" | "configMapKey"; of: string; key: string; optional?: true }
  /** `$(NAME)` of a variable that Kubernetes replaces. Flotilla creates it; inventories do not contain it. */
  | { ref: "variable"; of: string };

/** How a password, user name or secret is encoded: `uri` for a part of a URL, `jsonString` for a part of a JSON string. */
export type Encoding = "uri" | "jsonString";

/** A plain string, or a list of strings and references. */
export type Text = string | readonly (string | Reference)[];

/** The host name of a service, store or external. */
export const host = (of: string): Reference => ({ ref: "host", of });

/** The host name for reads that may be slightly stale: the secondaries of a replicated mysql, otherwise the host itself. */
export const readHost = (of: string): Reference => ({ ref: "readHost", of });

/** `host:port` of the members of a store, separated by commas. Only a replicated mongodb has more than one. */
export const members = (of: string): Reference => ({ ref: "members", of });

/** The end of a mongodb connection string: `&replicaSet=<name>` for a replicated store, otherwise nothing. */
export const replicaSet = (of: string): Reference => ({ ref: "replicaSet", of });

/** The first Service port of a service, or the port of a store or external. */
export const port = (of: string): Reference => ({ ref: "port", of });

/** The URL `<scheme>://<host>/` of a service or external with HTTP, with the port unless it is the scheme's default. */
export const url = (of: string): Reference => ({ ref: "url", of });

/** The user name of an account of a store or external. */
export const username = (of: string, account: string): Reference => ({ ref: "username", of, account });

/** The password of an account of a store or external. Text that contains it is kept in a Secret. */
export const password = (of: string, account: string): Reference => ({ ref: "password", of, account });

/** The password, encoded for a URL. Passwords of externals can have any characters. */
export const passwordInUrl = (of: string, account: string): Reference => ({
  ref: "password",
  of,
  account,
  encoding: "uri",
});

/** The user name, encoded for a URL. User names of externals can have any characters. */
export const usernameInUrl = (of: string, account: string): Reference => ({
  ref: "username",
  of,
  account,
  encoding: "uri",
});

/** The password, encoded for a JSON string (without the quotes), as in a variable whose value is JSON. */
export const passwordInJson = (of: string, account: string): Reference => ({
  ref: "password",
  of,
  account,
  encoding: "jsonString",
});

/** The value of a secret of the application (`secrets`). Text that contains it is kept in a Secret. */
export const secret = (of: string): Reference => ({ ref: "secret", of });

/** The secret, encoded for a URL. A value that a stack gives can have any characters. */
export const secretInUrl = (of: string): Reference => ({ ref: "secret", of, encoding: "uri" });

/** The secret, encoded for a JSON string (without the quotes), as in a variable whose value is JSON. */
export const secretInJson = (of: string): Reference => ({ ref: "secret", of, encoding: "jsonString" });

/** A field of the pod, such as `status.podIP` or `metadata.name`. */
export const podField = (of: string): Reference => ({ ref: "podField", of });

/**
 * A request or limit of the container, such as `limits.memory`, as a whole number. `divisor` is its unit, such as `1Mi`, by which
 * it is divided and rounded up. Default: `1`, one CPU or one byte.
 */
export const containerResource = (of: string, divisor?: Divisor): Reference => ({
  ref: "containerResource",
  of,
  ...(divisor === undefined ? {} : { divisor }),
});

/** A key of a Secret that others create in the namespace. With `optional`, the variable is not set if the Secret or key is missing. */
export const secretKey = (of: string, key: string, options: { optional?: true } = {}): Reference => ({
  ref: "secretKey",
  of,
  key,
  ...options,
});

/** A key of a ConfigMap that others create in the namespace. With `optional`, the variable is not set if the ConfigMap or key is missing. */
export const configMapKey = (of: string, key: string, options: { optional?: true } = {}): Reference => ({
  ref: "configMapKey",
  of,
  key,
  ...options,
});

/** Template tag that keeps references as data. */
export function text(
  literals: TemplateStringsArray,
  ...references: (string | Reference | readonly (string | Reference)[])[]
): Text {
  const parts: (string | Reference)[] = [];
  literals.forEach((literal, index) => {
    if (literal !== "") parts.push(literal);
    const reference = references[index];
    if (reference === undefined) return;
    if (Array.isArray(reference)) parts.push(...reference);
    else parts.push(reference as string | Reference);
  });
  return parts;
}

/** `host:port` of a service, store or external. */
export const address = (of: string) => [host(of), ":", port(of)] as const;

/** Returns the references of a text, in order. */
export function referencesOf(value: Text): Reference[] {
  return typeof value === "string" ? [] : value.filter((part): part is Reference => typeof part !== "string");
}

/** Whether the content of a file is text. */
export const isText = (content: Text | Binary): content is Text =>
  typeof content === "string" || Array.isArray(content);

const POD_REFERENCES: readonly string[] = [
  "podField",
  "containerResource",
  "secretKey",
  "configMapKey",
  "variable",
] satisfies PodReference["ref"][];

/** Whether only the pod knows the value of a reference. */
export const isOfPod = (part: string | Reference): part is PodReference =>
  typeof part !== "string" && POD_REFERENCES.includes(part.ref);

/** Whether only the pod knows the value of a text. */
export const needsPod = (value: Text): boolean => referencesOf(value).some(isOfPod);

/** Whether a text contains a password or a secret, and must be kept in a Secret. */
export function mentionsPassword(value: Text): boolean {
  return referencesOf(value).some(({ ref }) => ref === "password" || ref === "secret");
}
