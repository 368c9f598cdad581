/**
 * Listens on 8080, and misbehaves as MISBEHAVIOR says: `crash` (exits at once), `memory` (uses more and more, and never listens),
 * `disk` (writes 128 MiB to /tmp, and never listens), `hang` (answers for ten seconds, then never again), `slow` (answers after 40
 * seconds).
 */
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";

const { MISBEHAVIOR } = process.env;
const kept = [];
const start = Date.now();
const listen = () => createServer((_, response) => response.end("ok")).listen(8080);

process.on("SIGTERM", () => process.exit(0));
if (MISBEHAVIOR === "crash") {
  process.stderr.write("misbehave: the configuration is broken\n");
  process.exit(3);
}
if (MISBEHAVIOR === "memory") setInterval(() => kept.push(Buffer.alloc(16 * 1024 * 1024, 1)), 100);
if (MISBEHAVIOR === "disk") {
  // Enough for its limit, and not more: the disk is the machine's.
  for (let size = 0; size < 128; size += 8) appendFileSync("/tmp/file", Buffer.alloc(8 * 1024 * 1024));
  setInterval(() => {}, 1000);
}
if (MISBEHAVIOR === "slow") setTimeout(listen, 40_000);
// It must not become ready before it is killed.
else if (MISBEHAVIOR !== "memory" && MISBEHAVIOR !== "disk") listen();
if (MISBEHAVIOR === "hang")
  setInterval(() => {
    // Blocks the only thread.
    while (Date.now() - start > 10_000);
  }, 100);
