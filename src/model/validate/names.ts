/** Checks the names of an inventory: their format, and that each is used once. */
import type { Application } from "../application";
import { DNS_LABEL, MAX_APPLICATION_NAME, rotationPrefix, storeJobs, storeServices } from "../names";
import { isMigrationRelease } from "../task";
import type { Report } from "./report";

/** Checks the name of the application, and that no name collides with a Service or Job of a store. */
export function checkApplication(application: Application, report: Report): void {
  const { name } = application;
  if (name.length > MAX_APPLICATION_NAME || !DNS_LABEL.test(name))
    report(
      "name",
      `"${name}" cannot be part of a namespace's name`,
      `Use at most ${MAX_APPLICATION_NAME} lower-case letters, digits and hyphens, starting with a letter.`,
    );
  const others = new Set(
    [application.services, application.stores, application.externals ?? {}, application.tasks ?? {}].flatMap(
      (record) => Object.keys(record),
    ),
  );
  const taken = Object.entries(application.stores).flatMap(([store, { kind, loaders }]) => [
    ...storeServices(store, kind).map((name) => ({ name, store, what: "a host" })),
    ...storeJobs(store, Object.keys(loaders ?? {})).map((name) => ({ name, store, what: "a Job" })),
  ]);
  for (const { name, store, what } of taken)
    if (name !== store && others.has(name))
      report(name, `store ${store} creates ${what} with this name`, "Rename one of the two.");
  for (const store of Object.keys(application.stores))
    for (const name of others)
      if (name.startsWith(rotationPrefix(store)))
        report(name, `names of this form are reserved for rotations of store ${store}`, "Use another name.");
  for (const [task, { before }] of Object.entries(application.tasks ?? {}))
    for (const name of others)
      if (before && isMigrationRelease(name, task))
        report(name, `names of this form are reserved for versions of task ${task}`, "Use another name.");
}

/** Checks that no name is that of the headless Service of a StatefulSet. */
export function checkHeadless({ services, stores, externals = {} }: Application, report: Report): void {
  for (const [name, { workload }] of Object.entries(services)) {
    const headless = `${name}-headless`;
    if (
      workload === "StatefulSet" &&
      [services, stores, externals].some((record) => Object.hasOwn(record, headless))
    )
      report(headless, `service ${name} creates a host with this name`, "Rename one of the two.");
  }
}

/** Checks that services, stores, tasks, externals and callers have different names: names of hosts and releases. */
export function checkHosts(application: Application, report: Report): void {
  const seen = new Map<string, string>();
  for (const [kind, record] of [
    ["store", application.stores],
    ["service", application.services],
    ["task", application.tasks ?? {}],
    ["external", application.externals ?? {}],
    ["caller", application.callers ?? {}],
  ] as const)
    for (const name of Object.keys(record)) {
      const other = seen.get(name);
      if (other !== undefined)
        report(
          `${kind} ${name}`,
          `a ${other} has the same name`,
          `Rename one of them: each name is a ${kind === "task" ? "release" : "host"} name.`,
        );
      seen.set(name, kind);
    }
}
