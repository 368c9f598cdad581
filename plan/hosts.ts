/** Fills the references of a text: hosts and ports are known at plan time, passwords become named credentials. */
import type { Application } from "../model/application";
import { own, STORE_PORTS, servicePort } from "../model/graph";
import { storeHost } from "../model/names";
import type { Reference, Text } from "../model/text";
import { credentialName } from "./credentials";
import type { SecretText } from "./plan";

/** Host name of a service or store. */
export function hostOf(application: Application, name: string): string {
  const store = own(application.stores, name);
  return store ? storeHost(name, store.kind) : name;
}

/** Port clients connect to. */
export function portOf(application: Application, name: string): number {
  const store = own(application.stores, name);
  if (store) return STORE_PORTS[store.kind].port;
  const port = Object.values(own(application.services, name)?.ports ?? {})[0];
  if (!port) throw new Error(`${name} has no port`);
  return servicePort(port);
}

/** A text without passwords, filled in. */
export function fill(application: Application, text: Text): string {
  const parts = fillSecret(application, text);
  if (parts.some((part) => typeof part !== "string"))
    throw new Error("a text with a password has no plain form");
  return parts.join("");
}

/** A text that may mention passwords: they stay names of credentials. Neighbouring strings are joined. */
export function fillSecret(application: Application, text: Text): SecretText {
  const parts: (string | { credential: string })[] = [];
  for (const part of typeof text === "string" ? [text] : text) {
    const filled = typeof part === "string" ? part : resolve(application, part);
    const last = parts.at(-1);
    if (typeof filled === "string" && typeof last === "string") parts[parts.length - 1] = last + filled;
    else parts.push(filled);
  }
  return parts;
}

function resolve(application: Application, reference: Reference): string | { credential: string } {
  switch (reference.ref) {
    case "host":
      return hostOf(application, reference.of);
    case "port":
      return String(portOf(application, reference.of));
    case "username":
      return (
        own(application.stores, reference.of)?.accounts?.[reference.account]?.username ?? reference.account
      );
    case "password":
      return { credential: credentialName(reference.of, reference.account) };
  }
}
