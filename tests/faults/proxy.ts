/**
 * An API server that misbehaves: a reverse proxy on loopback in front of the real one. It requires no certificate, but its address
 * has a random path, in a kubeconfig that only its user can read.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Agent, request } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { parse, stringify } from "yaml";

/** What it does to requests; `share` is the fraction of requests that are affected, evenly spread. */
export type Behaviour =
  | { kind: "fair" }
  | { kind: "answers"; status: number; share: number }
  | { kind: "slow"; milliseconds: number }
  | { kind: "cuts"; share: number }
  /** The first request that matches reaches the API server, but its answer is withheld while `meanwhile` runs. */
  | {
      kind: "withholds";
      matches: (request: { method: string; path: string }) => boolean;
      meanwhile: () => Promise<void>;
    };

export const FAIR: Behaviour = { kind: "fair" };

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, string> }[];
  users: { name: string; user: Record<string, string> }[];
  contexts: unknown;
  "current-context": string;
}

export class ApiProxy {
  /** Number of requests that were not forwarded normally. */
  harmed = 0;
  private current: Behaviour = FAIR;
  private requests = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
    private readonly agent: Agent,
    private readonly path: string,
  ) {
    server.on("request", (incoming: IncomingMessage, outgoing: ServerResponse) =>
      this.take(incoming, outgoing),
    );
    server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
      // Cut connections are intended.
      socket.on("error", () => undefined);
    });
  }

  /** Starts it, and writes a kubeconfig that uses it. */
  static async start(kubeconfig: string, file: string): Promise<ApiProxy> {
    const config = parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
    const { cluster } = config.clusters[0] as Kubeconfig["clusters"][number];
    const { user } = config.users[0] as Kubeconfig["users"][number];
    const agent = new Agent({
      keepAlive: true,
      ca: content(cluster, "certificate-authority"),
      cert: content(user, "client-certificate"),
      key: content(user, "client-key"),
    });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const path = `/${randomBytes(16).toString("hex")}`;
    for (const entry of config.clusters) entry.cluster = { server: `http://127.0.0.1:${port}${path}` };
    for (const entry of config.users) entry.user = {};
    writeFileSync(file, stringify(config), { mode: 0o600 });
    return new ApiProxy(server, new URL(cluster.server as string), agent, path);
  }

  behave(behaviour: Behaviour): void {
    this.current = behaviour;
    this.requests = 0;
    this.harmed = 0;
    if (behaviour.kind === "cuts") this.cut();
  }

  /** Closes every open connection. */
  cut(): void {
    this.harmed += this.sockets.size;
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    this.agent.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(incoming: IncomingMessage, outgoing: ServerResponse): void {
    if (!incoming.url?.startsWith(`${this.path}/`)) {
      outgoing.writeHead(404).end();
      return;
    }
    const behaviour = this.current;
    const harms = "share" in behaviour && this.isNext(behaviour.share);
    if (harms || behaviour.kind === "slow") this.harmed++;
    if (harms && behaviour.kind === "cuts") {
      incoming.socket.destroy();
      return;
    }
    if (harms && behaviour.kind === "answers") {
      refuse(outgoing, behaviour.status);
      return;
    }
    if (behaviour.kind === "withholds" && this.harmed === 0 && behaviour.matches(this.requestOf(incoming))) {
      this.harmed++;
      this.pass(incoming, outgoing, behaviour.meanwhile);
      return;
    }
    if (behaviour.kind === "slow") setTimeout(() => this.pass(incoming, outgoing), behaviour.milliseconds);
    else this.pass(incoming, outgoing);
  }

  private isNext(share: number): boolean {
    this.requests++;
    return Math.floor(this.requests * share) > Math.floor((this.requests - 1) * share);
  }

  private requestOf({ method = "", url = "" }: IncomingMessage): { method: string; path: string } {
    return { method, path: url.slice(this.path.length) };
  }

  private pass(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    meanwhile: () => Promise<void> = async () => undefined,
  ): void {
    const { headers } = incoming;
    const { method, path } = this.requestOf(incoming);
    const options = { agent: this.agent, method, path, headers: { ...headers, host: this.target.host } };
    const forwarded = request(this.target, options, async (answer) => {
      await meanwhile();
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      // Headers of a watch, which may have no events for a long time.
      outgoing.flushHeaders();
      answer.on("error", () => outgoing.destroy());
    });
    // As if it was not listening: the client sees a closed connection.
    forwarded.on("error", () => outgoing.destroy());
    outgoing.on("close", () => forwarded.destroy());
    incoming.pipe(forwarded);
  }
}

/** Returns the response of an API server that refuses. */
function refuse(outgoing: ServerResponse, status: number): void {
  const [reason, message] =
    status === 429
      ? ["TooManyRequests", "the server has received too many requests and has asked us to try again later"]
      : ["InternalError", "an error on the server has prevented the request from succeeding"];
  outgoing.writeHead(status, {
    "content-type": "application/json",
    ...(status === 429 ? { "retry-after": "1" } : {}),
  });
  outgoing.end(
    JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", reason, message, code: status }),
  );
}

/** Returns a kubeconfig value, inline or from a file. */
function content(entry: Record<string, string>, key: string): Buffer {
  const inline = entry[`${key}-data`];
  return inline === undefined ? readFileSync(entry[key] as string) : Buffer.from(inline, "base64");
}
