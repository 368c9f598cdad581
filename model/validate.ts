/** What is wrong with an inventory, found before anything is planned. */
import type { Application, Service, Store, User } from "./application";
import { findCycle, own, servicePort } from "./graph";
import {
  DNS_LABEL,
  MAX_APPLICATION_NAME,
  MAX_RELEASE_NAME,
  MAX_STORE_NAME,
  nameOfPath,
  rotationPrefix,
  storeJobs,
  storeServices,
} from "./names";
import { suggest } from "./nearest";
import { FIRST_SAFE_ID } from "./presets";
import type { Problem } from "./problems";
import { mentionsPassword, type Reference, referencesOf, type Text } from "./text";

/** All problems of an inventory, in its order. */
export function validateApplication(application: Application): Problem[] {
  const problems: Problem[] = [];
  const file = `apps/${application.name}.ts`;
  const report = (where: string, what: string, todo: string) =>
    problems.push({ where: `${file}: ${where}`, what, todo });

  checkApplication(application, report);
  for (const name of Object.keys(application.services)) {
    checkName(`service ${name}`, name, report);
    if (own(application.stores, name))
      report(`service ${name}`, "a store has the same name", "Rename one: both would be the same release.");
  }
  for (const name of Object.keys(application.stores))
    checkName(`store ${name}`, name, report, MAX_STORE_NAME);
  for (const [name, service] of Object.entries(application.services))
    checkService(application, name, service, report);
  for (const [name, store] of Object.entries(application.stores))
    checkStore(application, name, store, report);

  const cycle = findCycle(
    Object.fromEntries(Object.entries(application.stores).map(([name, store]) => [name, store.needs ?? []])),
  );
  if (cycle)
    report(
      `store ${cycle[0]}`,
      `the stores need each other in a circle: ${cycle.join(" -> ")}`,
      "Remove one of these from `needs`: none of them could ever be started first.",
    );
  return problems;
}

type Report = (where: string, what: string, todo: string) => void;

function checkApplication(application: Application, report: Report): void {
  const { name } = application;
  if (name.length > MAX_APPLICATION_NAME || !DNS_LABEL.test(name))
    report(
      "name",
      `"${name}" cannot be part of a namespace's name`,
      `Use at most ${MAX_APPLICATION_NAME} lower-case letters, digits and hyphens, starting with a letter.`,
    );
  const taken = Object.entries(application.stores).flatMap(([store, { kind, loaders }]) => [
    ...storeServices(store, kind).map((name) => ({ name, store, what: "a host" })),
    ...storeJobs(store, Object.keys(loaders ?? {})).map((name) => ({ name, store, what: "a Job" })),
  ]);
  for (const { name, store, what } of taken)
    if (name !== store && (own(application.services, name) || own(application.stores, name)))
      report(name, `store ${store} has ${what} of this name`, "Rename one of the two.");
  for (const store of Object.keys(application.stores))
    for (const name of [...Object.keys(application.services), ...Object.keys(application.stores)])
      if (name.startsWith(rotationPrefix(store)))
        report(name, `the rotations of store ${store} have such names`, "Give it another name.");
  const publicServices = Object.keys(application.services).filter(
    (service) => own(application.services, service)?.publicPort !== undefined,
  );
  if (publicServices.length > 1)
    report(
      `service ${publicServices[1]}`,
      `${publicServices.join(" and ")} are both public`,
      "Keep `publicPort` on one: an environment has one public host.",
    );
}

function checkName(where: string, name: string, report: Report, limit = MAX_RELEASE_NAME): void {
  if (name.length > limit)
    report(
      where,
      `the release name has ${name.length} characters, ${limit === MAX_RELEASE_NAME ? "Helm" : "a store"} allows ${limit}`,
      "Give it a shorter name.",
    );
  else if (!DNS_LABEL.test(name))
    report(
      where,
      "the name is not a DNS label",
      "Use lower-case letters, digits and hyphens, starting with a letter.",
    );
}

function checkService(application: Application, name: string, service: Service, report: Report): void {
  const where = `service ${name}`;
  const stores = Object.keys(application.stores);
  const externals = Object.keys(application.externals ?? {});
  const known = [...Object.keys(application.services), ...stores, ...externals];
  const uses = service.uses ?? [];
  for (const target of uses) {
    if (target === name) report(where, "it uses itself", `Remove "${target}" from \`uses\`.`);
    else if (!known.includes(target))
      report(
        where,
        `it uses "${target}", which is neither a service nor a store of ${application.name}`,
        suggest(target, known),
      );
    else if (listensNowhere(own(application.services, target)))
      report(
        where,
        `it uses "${target}", which listens on no port`,
        `Give ${target} a port or remove the edge.`,
      );
  }
  const seen = { container: new Map<number, string>(), service: new Map<number, string>() };
  for (const [portName, port] of Object.entries(service.ports ?? {})) {
    const served = servicePort(port);
    const listening = seen.container.get(port.container);
    const serving = seen.service.get(served);
    if (listening)
      report(where, `ports ${listening} and ${portName} are both ${port.container}`, "Change one of them.");
    else if (serving)
      report(
        where,
        `ports ${serving} and ${portName} are both ${served} of the Service`,
        "Change one of them.",
      );
    seen.container.set(port.container, portName);
    seen.service.set(served, portName);
  }
  checkPaths(where, service, report);
  if (service.user && isLow(service.user) && service.user.reason === undefined)
    report(
      where,
      `its user ${service.user.uid}:${service.user.gid} is below ${FIRST_SAFE_ID}, where a node has its own users`,
      `Use ${FIRST_SAFE_ID} or more, or give the \`reason\` why the image needs this one.`,
    );
  const probePort = service.probe && Object.values(service.probe)[0].port;
  if (probePort !== undefined && !own(service.ports ?? {}, probePort))
    report(
      where,
      `its probe asks port "${probePort}", which it does not have`,
      suggestPort(service, probePort),
    );
  if (service.publicPort !== undefined && !own(service.ports ?? {}, service.publicPort))
    report(
      where,
      `its public port is "${service.publicPort}", which it does not have`,
      suggestPort(service, service.publicPort),
    );
  const texts = [...Object.entries(service.env ?? {}), ...Object.entries(service.files ?? {})];
  for (const [key, text] of texts)
    for (const reference of referencesOf(text as Text))
      checkReference(application, uses, `${where}, ${key}`, reference, report);
}

const isLow = ({ uid, gid }: User): boolean => uid < FIRST_SAFE_ID || gid < FIRST_SAFE_ID;

const listensNowhere = (service: Service | undefined): boolean =>
  service !== undefined && Object.keys(service.ports ?? {}).length === 0;

function checkPaths(where: string, service: Service, report: Report): void {
  const seen = new Map<string, string>();
  for (const path of [...(service.writable ?? []), ...Object.keys(service.files ?? {})]) {
    const name = nameOfPath(path);
    const other = seen.get(name);
    if (other !== undefined)
      report(
        where,
        `the paths ${other} and ${path} are too much alike`,
        "Change one: both get the same name.",
      );
    seen.set(name, path);
  }
  for (const [path, text] of Object.entries(service.files ?? {}))
    if (mentionsPassword(text))
      report(`${where}, ${path}`, "a file may not hold a password", "Pass it as an environment variable.");
}

function suggestPort(service: Service, name: string): string {
  return suggest(name, Object.keys(service.ports ?? {}));
}

/** What only a store has. */
const OF_STORES: readonly Reference["ref"][] = ["readHost", "members", "replicaSet", "username", "password"];

function checkReference(
  application: Application,
  uses: readonly string[],
  where: string,
  reference: Reference,
  report: Report,
): void {
  const { of } = reference;
  if (!uses.includes(of)) {
    report(where, `it mentions "${of}", which the service does not use`, `Add "${of}" to \`uses\`.`);
    return;
  }
  if (own(application.services, of) && OF_STORES.includes(reference.ref)) {
    report(where, `it mentions the ${reference.ref} of "${of}", which is a service`, "Only a store has one.");
    return;
  }
  if (own(application.externals ?? {}, of)) {
    report(where, `it mentions "${of}", which is outside the cluster`, "Write the address out.");
    return;
  }
  checkAccount(application, where, reference, report);
}

function checkAccount(application: Application, where: string, reference: Reference, report: Report): void {
  if (reference.ref !== "password" && reference.ref !== "username") return;
  const { of } = reference;
  const store = own(application.stores, of);
  const accounts =
    store?.kind === "redis" && !store.noPassword ? ["default"] : Object.keys(store?.accounts ?? {});
  if (!accounts.includes(reference.account))
    report(
      where,
      `it mentions account "${reference.account}" of "${of}", which has no such account`,
      suggest(reference.account, accounts),
    );
}

function checkStore(application: Application, name: string, store: Store, report: Report): void {
  const where = `store ${name}`;
  const stores = Object.keys(application.stores);
  for (const other of store.needs ?? [])
    if (!stores.includes(other))
      report(
        where,
        `it needs "${other}", which is not a store of ${application.name}`,
        suggest(other, stores),
      );
  const accounts = Object.entries(store.accounts ?? {});
  if (store.noPassword !== undefined && store.kind !== "redis")
    report(where, `a ${store.kind} cannot run without a password`, "Remove `noPassword`.");
  if (store.kind === "redis" && accounts.length > 0)
    report(where, "redis has one user only, the default one", "Remove `accounts`.");
  if (store.kind === "rabbitmq" && accounts.length !== 1)
    report(
      where,
      "rabbitmq takes exactly one account",
      "Describe one account; further users are made in the store.",
    );
  for (const [account, { database, username, credential }] of accounts) {
    // It is part of Secret keys, of credentials and of environment variables.
    if (!/^[a-z][a-z0-9]{0,30}$/.test(account))
      report(`${where}, account "${account}"`, "the key is not a word", "Use lower-case letters and digits.");
    if (["root", "default", "metrics", "replication", store.kind].includes(account))
      report(
        `${where}, account ${account}`,
        "the name is taken by the store itself",
        "Name the account after its user.",
      );
    if (!/^[A-Za-z][A-Za-z0-9_]{0,31}$/.test(username))
      report(
        `${where}, account ${account}`,
        `"${username}" cannot be a user name`,
        "Use letters, digits and _.",
      );
    if ("fixed" in credential && !/^[A-Za-z0-9]+$/.test(credential.fixed))
      report(
        `${where}, account ${account}`,
        "its fixed password has other characters than letters and digits",
        "Not all stores and scripts take them: the image must allow for another.",
      );
    if (store.kind !== "mysql" && /_[0-9]+$/.test(username))
      report(
        `${where}, account ${account}`,
        `"${username}" looks like a later generation of another user`,
        "Let it not end in _ and a number: that is what a rotation appends.",
      );
    const needsDatabase = store.kind === "mongodb" || store.kind === "mysql";
    if (needsDatabase && !/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(database ?? ""))
      report(
        `${where}, account ${account}`,
        "it has no proper database",
        "Name its database: letters, digits and _.",
      );
  }
  if ((store.kind === "mongodb" || store.kind === "mysql") && accounts.length === 0)
    report(where, "it has no account, so no service could log in", "Describe at least one account.");
  for (const [loader, { env }] of Object.entries(store.loaders ?? {})) {
    if (!/^[a-z]([-a-z0-9]{0,10}[a-z0-9])?$/.test(loader))
      report(
        `${where}, loader "${loader}"`,
        "the key cannot be part of a release's name",
        "Use at most 12 lower-case letters, digits and hyphens.",
      );
    for (const [key, text] of Object.entries(env))
      for (const reference of referencesOf(text))
        if (reference.of !== name)
          report(
            `${where}, loader ${loader}, ${key}`,
            `it mentions "${reference.of}", which is not its store`,
            "A loader reaches its own store only.",
          );
        else checkAccount(application, `${where}, loader ${loader}, ${key}`, reference, report);
  }
}
