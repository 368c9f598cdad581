/** Decides which service `flotilla open` shows, and where it answers. */
import type { Application, Port } from "../../src/model/application";
import { own } from "../../src/model/graph";
import { suggest } from "../../src/model/nearest";
import { isTcp } from "../../src/model/ports";
import { routesOf } from "../../src/model/public";

/** A port of a service that is opened. */
export interface OpenTarget {
  service: string;
  /** Port of the Service. */
  port: number;
  /** Port of its pods. */
  podPort: number;
  scheme: "http" | "tcp";
  /** Path of the first page. Default "/". */
  path: string;
}

/** Returns the target, or why there is none. By default it is the service that is public. */
export function openTargetOf({ services }: Application, name?: string): OpenTarget | { problem: string } {
  const withPorts = Object.keys(services).filter(
    (each) => Object.keys(services[each]?.ports ?? {}).length > 0,
  );
  const open = name ?? withPorts.filter((each) => Object.keys(routesOf(services[each] ?? {})).length > 0);
  if (Array.isArray(open) && open.length !== 1)
    return {
      problem:
        open.length === 0
          ? `the application has no public service${withPorts.length === 0 ? ", and no service has a port" : `. Name one: ${withPorts.join(", ")}`}`
          : `the application has several public services. Name one: ${open.join(", ")}`,
    };
  const service = Array.isArray(open) ? (open[0] as string) : open;
  const found = own(services, service);
  if (found === undefined)
    return { problem: `the application has no service named ${service}. ${suggest(service, withPorts)}` };
  const ports = found.ports ?? {};
  // kubectl forwards TCP only.
  const [route] = Object.values(routesOf(found));
  const portName = route?.port ?? Object.keys(ports).find((each) => isTcp(ports[each] as Port));
  const port = portName === undefined ? undefined : own(ports, portName);
  if (port === undefined)
    return { problem: `${service} has no ${Object.keys(ports).length === 0 ? "port" : "TCP port"}` };
  return {
    service,
    port: port.service ?? port.container,
    podPort: port.container,
    scheme: port.protocol === "http" ? "http" : "tcp",
    path: route?.path ?? "/",
  };
}
