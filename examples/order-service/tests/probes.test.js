// @ts-check
import assert from "node:assert/strict";
import { createReadiness } from "../src/http/health.js";
import { createFakeService } from "./fakes.js";

describe("probes, metrics and logs", () => {
  it("are ready while nothing fails, and alive in any case", async () => {
    const { app, failing, startDraining } = createFakeService();
    assert.equal((await app.inject("/health/ready")).statusCode, 200);
    failing.push("redis");
    const notReady = await app.inject("/health/ready");
    assert.equal(notReady.statusCode, 503);
    assert.deepEqual(notReady.json().failing, ["redis"]);
    failing.pop();
    startDraining();
    const draining = await app.inject("/health/ready");
    assert.equal(draining.statusCode, 503);
    assert.equal(draining.headers.connection, "close");
    assert.equal((await app.inject("/health/live")).statusCode, 200);
  });

  it("name what fails or hangs, and ask once for many probes", async () => {
    let asked = 0;
    const failing = createReadiness(
      {
        database: async () => void asked++,
        redis: () => Promise.reject(new Error("away")),
        other: () => new Promise(() => {}),
      },
      { timeoutMs: 5, keptMs: 60_000 },
    );
    const [first, second] = await Promise.all([failing(), failing()]);
    assert.deepEqual(first, ["redis", "other"]);
    assert.equal(second, first);
    assert.equal(asked, 1);
  });

  it("count requests by route, not by path, and those in flight without probes", async () => {
    const { app } = createFakeService();
    for (const path of ["/orders/1", "/orders/2", "/a", "/b", "/health/live"]) await app.inject(path);
    const { body } = await app.inject("/metrics");
    assert.match(body, /http_requests_total\{method="GET",route="\/orders\/:id",status="400"\} 2/);
    assert.match(body, /http_requests_total\{method="GET",route="none",status="404"\} 2/);
    assert.match(body, /^http_requests_in_flight 0$/m);
    assert.match(body, /^outbox_events 7$/m);
    assert.match(body, /^process_cpu_seconds_total /m);
  });

  it("log one line per request, with its ID and without anything secret", async () => {
    const { app, lines } = createFakeService();
    const headers = { authorization: "Bearer hush", cookie: "session=hush", "x-request-id": "id-1" };
    await app.inject({ url: "/orders?token=hush", headers });
    await app.inject({ url: "/orders", headers: { "x-request-id": "two\nlines" } });
    await app.inject("/health/live");
    const requests = lines.filter(({ msg }) => msg === "request");
    assert.deepEqual(
      requests.map(({ level, path, status }) => [level, path, status]),
      [
        ["info", "/orders", 200],
        ["info", "/orders", 200],
        ["debug", "/health/live", 200],
      ],
    );
    assert.equal(requests[0]?.requestId, "id-1");
    assert.match(requests[1]?.requestId, /^[0-9a-f-]{36}$/);
    assert.ok(!JSON.stringify(lines).includes("hush"));
  });
});
