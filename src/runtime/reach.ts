/** Whether something answers at an address: a TCP connection, nothing is sent. */
import { connect } from "node:net";

/** Seconds a connection may take to open. */
const LIMIT_SECONDS = 5;

/** Undefined when the connection opens, the reason when it does not in time. */
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

/** Whether requests to a host leave through a proxy of the environment. */
export function usesProxy(host: string, environment: NodeJS.ProcessEnv): boolean {
  const proxy = environment.HTTPS_PROXY ?? environment.https_proxy;
  const except = (environment.NO_PROXY ?? environment.no_proxy ?? "").split(",").map((entry) => entry.trim());
  const excepted = except.some((entry) => {
    const domain = entry.replace(/^\*?\./, "");
    return entry === "*" || (domain !== "" && (host === domain || host.endsWith(`.${domain}`)));
  });
  // Like Go's client: this machine itself is never asked for through a proxy.
  const isLocal = host === "localhost" || /^127\.|^\[?::1\]?$/.test(host);
  return Boolean(proxy) && !excepted && !isLocal;
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
  // Several addresses were tried: the errors are inside, and their codes tell more than their sum.
  const inner = error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException) : error;
  return reasons[inner.code ?? ""] ?? inner.code ?? inner.message;
}
