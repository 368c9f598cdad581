/**
 * Sends requests to the URL of LOAD_URL at a constant rate, LOAD_RATE per second with a connection each and as many over
 * connections that stay open, until SIGTERM. Reports how many succeed and fail.
 */
import { Agent, request } from "node:http";
import { reporter } from "./report.js";

const TIMEOUT = 10_000;
const { LOAD_URL = "", LOAD_RATE = "8" } = process.env;
const agents = {
  fresh: new Agent({ keepAlive: false }),
  kept: new Agent({ keepAlive: true, maxSockets: 4 }),
};
const counts = { fresh: { ok: 0, failed: 0 }, kept: { ok: 0, failed: 0 }, slowest: 0, error: null };
const report = reporter(() => counts);

function send(which) {
  const start = Date.now();
  const fail = (reason) => {
    counts[which].failed++;
    counts.error = `${which}: ${reason}`;
  };
  const sent = request(LOAD_URL, { agent: agents[which], timeout: TIMEOUT }, (response) => {
    response.resume();
    response.once("end", () => {
      counts.slowest = Math.max(counts.slowest, Date.now() - start);
      if (response.statusCode === 200) counts[which].ok++;
      else fail(`status ${response.statusCode}`);
    });
    response.once("error", (error) => fail(error.code ?? error.message));
  });
  sent.once("timeout", () => sent.destroy(new Error("timeout")));
  sent.once("error", (error) => fail(error.code ?? error.message));
  sent.end();
}

const timer = setInterval(() => {
  send("fresh");
  send("kept");
}, 1000 / Number(LOAD_RATE));

process.on("SIGTERM", () => {
  clearInterval(timer);
  setTimeout(() => {
    report.end();
    process.exit(0);
  }, 1500);
});
