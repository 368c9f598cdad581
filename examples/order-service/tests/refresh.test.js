// @ts-check
import assert from "node:assert/strict";
import { refreshSettings } from "../src/configuration/refresh.js";
import { createKeptLog } from "./fakes.js";

const settings = (/** @type {number} */ maxOrderItems) => ({
  features: {},
  limits: { maxOrderItems, maxOrderValue: 1 },
});

describe("settings that are read again", () => {
  it("apply when they change; what is invalid or cannot be read is logged once and changes nothing", async () => {
    const answers = [
      JSON.stringify(settings(1)),
      JSON.stringify(settings(2)),
      "not JSON",
      "not JSON",
      new Error("the API server answers 403"),
      JSON.stringify(settings(2)),
      JSON.stringify(settings(3)),
    ];
    const { log, lines } = createKeptLog();
    const end = new AbortController();
    /** @type {number[]} */
    const applied = [];
    await refreshSettings({
      read: async () => {
        const answer = answers.shift();
        if (answers.length === 0) end.abort();
        if (answer instanceof Error) throw answer;
        return /** @type {string} */ (answer);
      },
      apply: ({ limits }) => applied.push(limits.maxOrderItems),
      current: settings(1),
      log,
      signal: end.signal,
      periodMs: 0,
    });
    assert.deepEqual(applied, [2, 3]);
    const problems = lines.flatMap(({ problem }) => problem ?? []);
    assert.deepEqual(problems, ["not a JSON object", "the API server answers 403"]);
  });
});
