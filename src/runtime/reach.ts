/** Checks whether an address accepts TCP connections. */
import { BlockList, connect, isIP } from "node:net";

/** Time limit for opening a connection, in seconds. */
const LIMIT_SECONDS = 5;

/** Returns why a connection cannot be opened, or undefined if it can. */
export function unreachable(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (reason?: string) => {
      socket.destroy();
      resolve(reason);
    };
    socket.setTimeout(LIMIT_SECONDS * 1000, () => finish(`no answer within ${LIMIT_SECONDS} s`));
    socket.once("connect", () => finish());
    socket.once("error", (error: NodeJS.ErrnoException) => finish(reasonOf(error)));
  });
}

/**
 * Whether requests to a host go through a proxy from the environment. The rules are those of Go, which kubectl and the provider
 * use (golang.org/x/net/http/httpproxy).
 */
export function usesProxy(host: string, environment: NodeJS.ProcessEnv, port = "443"): boolean {
  const setting = (name: string) => environment[name] || environment[name.toLowerCase()] || "";
  const bare = host.replace(/^\[|\]$/g, "");
  // Requests to this machine never go through a proxy.
  const isLocal = bare === "localhost" || bare === "::1" || isInNetwork(bare, "127.0.0.0/8");
  const except = setting("NO_PROXY").toLowerCase().split(",");
  return (
    setting("HTTPS_PROXY") !== "" && !isLocal && !except.some((entry) => covers(entry.trim(), bare, port))
  );
}

/** Whether an entry of NO_PROXY applies to a host. */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === "*" || isInNetwork(host, entry)) return true;
  const [, name = "", only = port] =
    /^\[?(.*?)\]?(?::(\d+))?$/.exec(isIP(entry) ? `[${entry}]` : entry) ?? [];
  const domain = name.replace(/^\*(?=\.)/, "");
  if (domain === "" || only !== port) return false;
  return host === domain || host.endsWith(domain.startsWith(".") ? domain : `.${domain}`);
}

function isInNetwork(host: string, network: string): boolean {
  const [address = "", bits] = network.split("/");
  const family = isIP(address);
  if (family === 0 || family !== isIP(host) || !(Number(bits) <= (family === 4 ? 32 : 128))) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family === 4 ? "ipv4" : "ipv6");
  return list.check(host, family === 4 ? "ipv4" : "ipv6");
}

function reasonOf(error: NodeJS.ErrnoException): string {
  const reasons: Record<string, string> = {
    ECONNREFUSED: "connection refused",
    ENOTFOUND: "host name not found",
    EAI_AGAIN: "host name not found (no DNS)",
    ETIMEDOUT: "timed out",
    EHOSTUNREACH: "no route to host",
    ENETUNREACH: "no route to network",
  };
  // If several addresses were tried, the error is an AggregateError. The first inner error has the code.
  const inner = error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException) : error;
  return reasons[inner.code ?? ""] ?? inner.code ?? inner.message;
}
