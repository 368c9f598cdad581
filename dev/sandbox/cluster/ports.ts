/** Ports of this machine. */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Above what services have by convention, and below what systems give to outgoing connections (32768 on Linux, 49152 elsewhere). */
const [FIRST, LAST] = [20_000, 32_000];

/**
 * As many ports on loopback as are asked for, of which none is in use. They are random ones: what is stopped now and comes
 * again later keeps its own.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
