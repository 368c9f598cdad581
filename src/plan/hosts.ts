import { own, servicePort } from "../model/graph";
import { compact } from "../model/records";
import type { Reference, Text } from "../model/text";
import type { AppContext } from "./context";
import { credentialOf, loginOf } from "./credentials";
import { secretText } from "./credentials/application-secrets";
import { ENCODERS } from "./credentials/encodings";
import type { CredentialText, SecretText } from "./plan";
import { type Endpoint, endpointOf, replicaSetOption } from "./stores/profile";

/** Returns the address of a service, store or external. A stand-in is a service. */
export function addressOf(context: AppContext, name: string): Endpoint {
  const { application, stores, namespace } = context;
  const shape = own(stores, name);
  if (shape) return endpointOf(shape, namespace);
  const service = own(application.services, name);
  const external = service ? undefined : own(application.externals ?? {}, name);
  if (external) return at(external.host, external.port);
  const port = Object.values(service?.ports ?? {})[0];
  if (!port) throw new Error(`${name} has no port`);
  return at(name, servicePort(port));
}

const at = (host: string, port: number): Endpoint => ({
  host,
  readHost: host,
  port,
  members: [`${host}:${port}`],
});

/** The default ports of URL schemes. */
const SCHEME_PORTS: Record<string, number> = { http: 80, https: 443 };

function urlOf(context: AppContext, name: string): string {
  const { application } = context;
  const { host, port } = addressOf(context, name);
  const isExternal = own(application.services, name) === undefined;
  const scheme = (isExternal && own(application.externals ?? {}, name)?.protocol) || "http";
  return `${scheme}://${host}${port === SCHEME_PORTS[scheme] ? "" : `:${port}`}/`;
}

/** Replaces the references in a text. @throws Error if it contains a password. */
export function fill(context: AppContext, text: Text): string {
  const parts = fillSecret(context, text);
  if (parts.some((part) => typeof part !== "string")) throw new Error("text with a password cannot be plain");
  return parts.join("");
}

/** Replaces the references in a text. Passwords stay names of credentials. Adjacent strings are joined. */
export function fillSecret(context: AppContext, text: Text): SecretText {
  return joined(
    (typeof text === "string" ? [text] : text).map((part) =>
      typeof part === "string" ? part : resolve(context, part),
    ),
  );
}

/** Joins adjacent strings. */
export function joined(filled: SecretText): SecretText {
  const parts: (string | CredentialText)[] = [];
  for (const part of filled) {
    const last = parts.at(-1);
    if (typeof part === "string" && typeof last === "string") parts[parts.length - 1] = last + part;
    else if (part !== "") parts.push(part);
  }
  return parts;
}

/** Returns the value of a reference. A password stays the name of a credential. */
export function resolve(context: AppContext, reference: Reference): string | CredentialText {
  const { application, settings } = context;
  const { of } = reference;
  // A service without a port still has a name.
  if (reference.ref === "host" && own(application.services, of)) return of;
  switch (reference.ref) {
    case "host":
    case "readHost":
    case "port":
      return String(addressOf(context, of)[reference.ref]);
    case "url":
      return urlOf(context, of);
    case "members":
      return addressOf(context, of).members.join(",");
    case "replicaSet":
      return replicaSetOption(addressOf(context, of));
    case "username": {
      const name = loginOf(context, of, reference.account);
      return reference.encoding === undefined ? name : ENCODERS[reference.encoding].encode(name);
    }
    case "podField":
    case "containerResource":
    case "secretKey":
    case "configMapKey":
    case "variable":
      throw new Error(`only the pod knows the ${reference.ref} ${of}`);
    case "secret":
      return compact({ ...secretText(context, of), encoding: reference.encoding });
    case "password": {
      const credential = credentialOf(context, of, reference.account);
      const { generation = 1 } = own(settings.externals, of) ?? {};
      return compact({
        credential,
        encoding: reference.encoding,
        generation: generation > 1 ? generation : undefined,
      });
    }
  }
}
