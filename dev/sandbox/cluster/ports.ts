/** Free ports on this machine. */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Above the well-known ports of services, below the ephemeral ports of outgoing connections (32768 on Linux, 49152 elsewhere). */
const [FIRST, LAST] = [20_000, 32_000];

/**
 * Returns `count` free loopback ports. They are random, because another sandbox that is stopped now keeps its ports for its
 * next start.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
