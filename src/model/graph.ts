/** The dependency graph of an application. */
import type { Application, Port, Service } from "./application";
import { factsOf } from "./store-kinds";
import type { Program } from "./task";

/** An edge of the graph: A uses B. */
export interface Edge {
  from: string;
  to: string;
  /** The kind of B. `caller` if A is a caller; B is then always a service. */
  kind: "service" | "store" | "external" | "caller";
  /** The port of the Kubernetes Service, or of the store or external. */
  port: number;
  /** The port of the pods, which network policies use. */
  targetPort: number;
  protocol: string;
}

/** Returns all edges, in the order of the inventory. Unknown names are skipped; `validate/` reports them. */
export function edgesOf(application: Application): Edge[] {
  return [
    ...Object.entries(programsOf(application)).flatMap(([from, { uses = [] }]) =>
      uses.flatMap((to) => edgesTo(application, from, to)),
    ),
    ...Object.entries(application.callers ?? {}).flatMap(([from, { calls }]) =>
      calls.flatMap((to) =>
        edgesTo(application, from, to).map((edge): Edge => ({ ...edge, kind: "caller" })),
      ),
    ),
  ];
}

/** Returns the names of the services or stores that a service or task uses. A stand-in is a service. */
export function usedBy(
  application: Application,
  { uses = [] }: Pick<Service, "uses">,
  kind: "services" | "stores",
): string[] {
  return uses.filter((target) => own<object>(application[kind], target));
}

function edgesTo(application: Application, from: string, to: string): Edge[] {
  const store = own(application.stores, to);
  if (store) {
    const { port, protocol } = factsOf(store.kind);
    return [{ from, to, kind: "store", port, targetPort: port, protocol }];
  }
  const service = own(application.services, to);
  const external = own(application.externals ?? {}, to);
  if (external && !service) {
    const { port, protocol, pods } = external;
    return [{ from, to, kind: "external", port, targetPort: pods?.port ?? port, protocol }];
  }
  return Object.values(service?.ports ?? {}).map((port) => ({
    from,
    to,
    kind: "service",
    port: servicePort(port),
    targetPort: port.container,
    protocol: port.protocol,
  }));
}

/** Returns the services and tasks of an application, by name. Their names differ. */
export const programsOf = ({ services, tasks = {} }: Application): Record<string, Program> => ({
  ...services,
  ...tasks,
});

/** Returns a service or task of an application. */
export const programOf = ({ services, tasks = {} }: Application, name: string): Program | undefined =>
  own<Program>(services, name) ?? own(tasks, name);

/** Returns the kind of a service or task, for messages. */
export const kindOfProgram = ({ services }: Application, name: string): "service" | "task" =>
  own(services, name) ? "service" : "task";

/** Returns a cycle, such as `["a", "b", "a"]`, or undefined if there is none. */
export function findCycle(needs: Record<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: string[]): string[] | undefined => {
    const start = path.indexOf(name);
    if (start >= 0) return [...path.slice(start), name];
    if (done.has(name)) return undefined;
    for (const next of own(needs, name) ?? []) {
      const cycle = visit(next, [...path, name]);
      if (cycle) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of Object.keys(needs)) {
    const cycle = visit(name, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** The port of the Kubernetes Service for a port of a container. */
export const servicePort = ({ container, service }: Port): number => service ?? container;

/** Returns an own property of a record, never an inherited one: a service can be named `constructor`. */
export function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
