/**
 * A client of a store. Ten operations per second use a connection that it keeps, and two use a new one each. It reports how many
 * succeed and fail, and how many of those fail because the store refuses the password. It is ready once an operation has succeeded.
 */
import { createServer } from "node:http";
import { reporter } from "./report.js";
import { connect, isRefusal, within } from "./stores.js";

const counts = { kept: { ok: 0, failed: 0 }, fresh: { ok: 0, failed: 0 }, refused: 0, error: null };
const report = reporter(() => counts);
let kept;
let isBusy = false;
let isEnding = false;

async function count(which, work) {
  try {
    await work();
    counts[which].ok++;
  } catch (error) {
    counts[which].failed++;
    if (isRefusal(error)) counts.refused++;
    counts.error = `${which}: ${error.code ?? error.message}`;
    return false;
  }
  return true;
}

setInterval(async () => {
  if (isBusy || isEnding) return;
  isBusy = true;
  const worked = await count("kept", async () => {
    kept ??= await connect();
    await within(kept.operate());
  });
  if (!worked) {
    await kept?.close();
    kept = undefined;
  }
  isBusy = false;
}, 100);

setInterval(async () => {
  if (isEnding) return;
  await count("fresh", async () => {
    const { operate, close } = await connect();
    try {
      await within(operate());
    } finally {
      await close();
    }
  });
}, 500);

const server = createServer((_, response) => {
  response.statusCode = counts.kept.ok > 0 ? 200 : 503;
  response.end(JSON.stringify(counts));
}).listen(8080);

process.on("SIGTERM", () => {
  isEnding = true;
  // Operations in progress still count.
  setTimeout(() => {
    report.end();
    server.close();
    process.exit(0);
  }, 1000);
});
