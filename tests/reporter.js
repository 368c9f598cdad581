// Mocha's spec reporter. It also prints errors immediately, and writes counts, and failed tests with the beginning of each message, for `tests/run.js`.
const { writeFileSync } = require("node:fs");
const Mocha = require("mocha");

module.exports = class extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = [];
    // Mocha prints failures at the end, which an interrupted run does not reach.
    runner.on("fail", (test, error) => {
      const lines = String(error.message).split("\n");
      failed.push({ title: test.fullTitle(), message: lines.slice(0, 3).join("\n") });
      for (const line of lines.slice(0, 20)) Mocha.reporters.Base.consoleLog(`        ${line}`);
    });
    runner.once("end", () => {
      const { passes, pending } = this.stats;
      const file = process.env.FLOTILLA_TEST_COUNTS;
      if (file) writeFileSync(file, JSON.stringify({ passed: passes, failed, skipped: pending }));
    });
  }
};
