/** The schema of probes, and of the ports that they and routes name. */
import { z } from "zod";
import type { Port, Probe } from "../application";
import { headerName, headerValue, port, portName, reason, urlPath } from "../formats";
import { isTcp } from "../ports";

/** A port, by its name or its number. */
export const portOf = z.union([portName, port], { error: "must be the name or number of a port" });

export const probe = z.union(
  [
    z.strictObject({
      http: z.strictObject({
        path: urlPath,
        port: portOf,
        scheme: z.enum(["http", "https"]).optional(),
        headers: z.record(headerName, headerValue).optional(),
        notStartup: reason.optional(),
      }),
    }),
    z.strictObject({ grpc: z.strictObject({ port: portOf, service: z.string().min(1).optional() }) }),
    z.strictObject({ tcp: z.strictObject({ port: portOf }) }),
    z.strictObject({ exec: z.strictObject({ command: z.array(z.string()).min(1) }) }),
  ],
  {
    error:
      "must be one of { http: { path, port } }, { grpc: { port } }, { tcp: { port } }, { exec: { command } }",
  },
);

type Ports = Record<string, Pick<Port, "container" | "protocol">> | undefined;
type Refuse = (path: readonly string[], port: number) => never;

/** Returns a function that reports a port that a service or sidecar does not have. */
export const refuseIn =
  (owner: string, ports: Ports, context: z.RefinementCtx): Refuse =>
  (path, number) => {
    const known = Object.values(ports ?? {}).map(({ container }) => container);
    const has =
      known.length === 0 ? `the ${owner} has no ports` : `the ${owner}'s ports are ${known.join(", ")}`;
    context.addIssue({ code: "custom", path: [...path], message: `is ${number}, but ${has}` });
    return z.NEVER;
  };

/** Returns the name of a port that is written as a name or number. */
export function nameOfPort(
  port: string | number,
  ports: Ports,
  path: readonly string[],
  refuse: Refuse,
): string {
  if (typeof port === "string") return port;
  const found = Object.entries(ports ?? {}).filter(([, { container }]) => container === port);
  // Probes, routes and metrics use TCP; a UDP port can have the same number.
  const [name] = found.find(([, candidate]) => isTcp(candidate)) ?? found[0] ?? [];
  return name ?? refuse(path, port);
}

/** Returns a probe whose port is a name. */
export function probeWithName(
  written: z.output<typeof probe>,
  ports: Ports,
  path: readonly string[],
  refuse: Refuse,
): Probe {
  const name = (port: string | number, kind: string) =>
    nameOfPort(port, ports, [...path, kind, "port"], refuse);
  if ("http" in written) return { http: { ...written.http, port: name(written.http.port, "http") } };
  if ("grpc" in written) return { grpc: { ...written.grpc, port: name(written.grpc.port, "grpc") } };
  if ("tcp" in written) return { tcp: { port: name(written.tcp.port, "tcp") } };
  return written;
}
