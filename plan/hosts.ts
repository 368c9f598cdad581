/** Fills the references of a text: hosts and ports are known at plan time, passwords become named credentials. */
import type { Settings } from "../config/schema";
import type { Application } from "../model/application";
import { own, servicePort } from "../model/graph";
import type { Reference, Text } from "../model/text";
import { credentialOf, loginOf } from "./credentials";
import type { SecretText } from "./plan";
import { type Endpoint, endpointOf, namespaceOf, profileOf } from "./stores/profile";

/** Where the clients of a service or store connect to. */
export function addressOf(application: Application, settings: Settings, name: string): Endpoint {
  const store = own(application.stores, name);
  if (store)
    return endpointOf(name, store.kind, profileOf(settings, name), namespaceOf(application, settings));
  const port = Object.values(own(application.services, name)?.ports ?? {})[0];
  if (!port) throw new Error(`${name} has no port`);
  const served = servicePort(port);
  return { host: name, readHost: name, port: served, members: [`${name}:${served}`] };
}

/** A text without passwords, filled in. */
export function fill(application: Application, settings: Settings, text: Text): string {
  const parts = fillSecret(application, settings, text);
  if (parts.some((part) => typeof part !== "string"))
    throw new Error("a text with a password has no plain form");
  return parts.join("");
}

/** A text that may mention passwords: they stay names of credentials. Neighbouring strings are joined. */
export function fillSecret(application: Application, settings: Settings, text: Text): SecretText {
  const parts: (string | { credential: string })[] = [];
  for (const part of typeof text === "string" ? [text] : text) {
    const filled = typeof part === "string" ? part : resolve(application, settings, part);
    const last = parts.at(-1);
    if (typeof filled === "string" && typeof last === "string") parts[parts.length - 1] = last + filled;
    else if (filled !== "") parts.push(filled);
  }
  return parts;
}

function resolve(
  application: Application,
  settings: Settings,
  reference: Reference,
): string | { credential: string } {
  const { of } = reference;
  // A service without a port still has a name.
  if (reference.ref === "host" && own(application.services, of)) return of;
  switch (reference.ref) {
    case "host":
    case "readHost":
    case "port":
      return String(addressOf(application, settings, of)[reference.ref]);
    case "members":
      return addressOf(application, settings, of).members.join(",");
    case "replicaSet": {
      const { replicaSet } = addressOf(application, settings, of);
      return replicaSet === undefined ? "" : `&replicaSet=${replicaSet}`;
    }
    case "username":
      return loginOf(application, settings, of, reference.account);
    case "password":
      return { credential: credentialOf(application, settings, of, reference.account) };
  }
}
