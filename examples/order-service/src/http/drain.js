// @ts-check
/** Ends the connections of a server without failing a request. */
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Follows the connections of a server.
 *
 * @param {import("node:http").Server} server
 */
export function createDrain(server) {
  /** Connections, and whether they had a request. @type {Map<import("node:net").Socket, boolean>} */
  const sockets = new Map();
  server.on("connection", (socket) => {
    sockets.set(socket, false);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("request", (request) => sockets.set(request.socket, true));

  /**
   * Waits for the clients to leave. For a while, the server still accepts connections, because clients learn late that the pod
   * is going, and each response asks its client to leave, with `Connection: close`. Then it closes idle connections. A request
   * that runs is waited for, however long it takes.
   *
   * @param {() => Promise<void>} close Stops listening, closes idle connections and waits for the others.
   * @param {number} [noticeMs]
   */
  return async function drain(close, noticeMs = 5000) {
    await sleep(noticeMs);
    const closed = close();
    // Browsers open connections in advance. Node.js does not count those without a request as idle.
    for (const [socket, hadRequest] of sockets) if (!hadRequest) socket.destroy();
    await closed;
  };
}
