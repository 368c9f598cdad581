/**
 * Text with references, as data: `text\`mongodb://${host("mongodb")}/shop\`` keeps its parts apart, so that a plan can
 * fill in hosts and can tell which texts mention a password without ever holding one.
 */

/** What a reference stands for; `of` names a service or a store of the same application. */
export type Reference =
  | { ref: "host"; of: string }
  | { ref: "readHost"; of: string }
  | { ref: "port"; of: string }
  | { ref: "url"; of: string }
  | { ref: "members"; of: string }
  | { ref: "replicaSet"; of: string }
  | { ref: "username"; of: string; account: string }
  | { ref: "password"; of: string; account: string; encoding?: Encoding };

/** How a password is written: as it is, or as a part of a URL. */
export type Encoding = "uri";

/** A plain string, or parts of which some are references. */
export type Text = string | readonly (string | Reference)[];

/** The host name of a service, store or external. */
export const host = (of: string): Reference => ({ ref: "host", of });

/** The host name for reads that may lag a little: a replicated mysql's secondaries, of all else the host itself. */
export const readHost = (of: string): Reference => ({ ref: "readHost", of });

/** `host:port` of all members of a store, with commas between them: one entry, but for a replicated mongodb. */
export const members = (of: string): Reference => ({ ref: "members", of });

/** `&replicaSet=<name>` for the end of a replicated mongodb's connection string, of a standalone one nothing. */
export const replicaSet = (of: string): Reference => ({ ref: "replicaSet", of });

/** The first Service port of a service, or the port of a store or external. */
export const port = (of: string): Reference => ({ ref: "port", of });

/** `<scheme>://<host>/` of a service or external that speaks http, with its port where it is not the scheme's own. */
export const url = (of: string): Reference => ({ ref: "url", of });

/** The user name of an account of a store or external. */
export const username = (of: string, account: string): Reference => ({ ref: "username", of, account });

/** The password of an account of a store or external: whatever mentions it lives in a Secret. */
export const password = (of: string, account: string): Reference => ({ ref: "password", of, account });

/** The same as a part of a URL: a password that somebody else chose may hold any character. */
export const passwordInUrl = (of: string, account: string): Reference => ({
  ref: "password",
  of,
  account,
  encoding: "uri",
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

/** The references a text holds, in order. */
export function referencesOf(value: Text): Reference[] {
  return typeof value === "string" ? [] : value.filter((part): part is Reference => typeof part !== "string");
}

/** Whether a text mentions a password and so must not be a plain value. */
export function mentionsPassword(value: Text): boolean {
  return referencesOf(value).some((reference) => reference.ref === "password");
}
