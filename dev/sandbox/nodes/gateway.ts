/**
 * Connects the machine and the network namespace of a real node, which have no interface in common: sockets in the file system
 * are the same on both sides. One gateway runs on each side.
 */
import { rmSync } from "node:fs";
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from "node:net";

/** A port of loopback (`127.0.0.1:80`) or the path of a socket. */
export function endpointOf(text: string): NetConnectOpts & { port: number } {
  const [, host, port] = /^([\d.]+):(\d+)$/.exec(text) ?? [];
  return (port === undefined ? { path: text } : { host, port: Number(port) }) as NetConnectOpts & {
    port: number;
  };
}

/** Returns the host and port that a client of an HTTP proxy asks for; undefined for anything but CONNECT. */
export function connectTarget(head: string): { host: string; port: number } | undefined {
  const [, host, port] = /^CONNECT ([^\s:]+|\[[\da-f:]+\]):(\d+) HTTP\/1\.[01]\r\n/i.exec(head) ?? [];
  return host === undefined ? undefined : { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

/** Sends everything from each to the other; a side that fails ends both. */
function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
    from.pipe(to);
  }
}

function serve(from: string, handle: (client: Socket) => void): Server {
  const endpoint = endpointOf(from);
  // Of a gateway that was killed.
  if ("path" in endpoint) rmSync(from, { force: true });
  return createServer({ allowHalfOpen: true, noDelay: true }, handle)
    .on("error", (error) => {
      process.stderr.write(`${from}: ${error.message}\n`);
      process.exit(1);
    })
    .listen(endpoint);
}

const forward = (from: string, to: string): Server =>
  serve(from, (client) =>
    join(client, connect({ ...endpointOf(to), allowHalfOpen: true } as NetConnectOpts)),
  );

/** Connects to any host: containerd pulls images through it, with the machine's network. */
const proxy = (from: string): Server =>
  serve(from, (client) => {
    client.on("error", () => client.destroy());
    client.once("data", (head) => {
      const target = connectTarget(head.toString("latin1"));
      if (target === undefined) return client.end("HTTP/1.1 405 Method Not Allowed\r\n\r\n");
      const server = connect({ ...target, allowHalfOpen: true });
      server.once("error", (error) => client.end(`HTTP/1.1 502 ${error.message}\r\n\r\n`));
      server.once("connect", () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        join(client, server);
      });
    });
  });

/** Arguments: `forward <from> <to>` and `proxy <from>`, any number of them. */
export function main([what, from = "", ...rest]: readonly string[]): Server[] {
  if (what === "forward") return [forward(from, rest[0] as string), ...main(rest.slice(1))];
  return what === "proxy" ? [proxy(from), ...main(rest)] : [];
}
