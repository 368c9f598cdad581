/**
 * Keeps SLOW_COUNT requests to the URL of SLOW_URL in flight, like clients on slow networks: each takes 15 seconds to send its order.
 * Reports how many succeed and fail. The URL must answer 201.
 */
import { request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { reporter } from "./report.js";

const { SLOW_URL = "", SLOW_COUNT = "8" } = process.env;
const ORDER = JSON.stringify({ items: [{ sku: "chair", quantity: 1, unitPrice: 30 }] });
const counts = { fresh: { ok: 0, failed: 0 }, kept: { ok: 0, failed: 0 }, error: null };
const report = reporter(() => counts);
let isEnding = false;

async function send() {
  const headers = { "content-type": "application/json", "content-length": ORDER.length };
  const sent = request(SLOW_URL, { method: "POST", agent: false, headers });
  const answer = new Promise((resolve, reject) => {
    sent.once("error", reject);
    sent.once("response", (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode));
      response.once("error", reject);
    });
  });
  // The error is of interest only at the end.
  answer.catch(() => {});
  sent.write(ORDER.slice(0, 10));
  for (let second = 0; second < 15 && !isEnding; second++) await pause(1000);
  sent.end(ORDER.slice(10));
  const status = await answer;
  if (status !== 201) throw new Error(`status ${status}`);
}

async function client() {
  while (!isEnding)
    try {
      await send();
      counts.fresh.ok++;
    } catch (error) {
      counts.fresh.failed++;
      counts.error = error.code ?? error.message;
      await pause(1000);
    }
}

process.on("SIGTERM", () => {
  isEnding = true;
});
await Promise.all(Array.from({ length: Number(SLOW_COUNT) }, client));
report.end();
