// Mocha's spec reporter that says at once why a test failed, and leaves its counts for `tests/run.js` to add up.
const { writeFileSync } = require("node:fs");
const Mocha = require("mocha");

module.exports = class extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    // A long run may be broken off before its end, where the whole of it is told.
    runner.on("fail", (_, error) => {
      for (const line of String(error.message).split("\n").slice(0, 20))
        Mocha.reporters.Base.consoleLog(`        ${line}`);
    });
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      const file = process.env.FLOTILLA_TEST_COUNTS;
      if (file) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  }
};
