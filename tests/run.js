// Runs every check and every suite, even after failures, and prints one line with the total counts at the end.
const { spawn, spawnSync } = require("node:child_process");
const { mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join, resolve } = require("node:path");

// Suites with a cluster wait for it half of the time. The end-to-end suite is the longest, so the others run in parallel.
const LANES = [["check", "test:unit", "test:example", "test:chart", "test:faults"], ["test:e2e"]];
// Real pods need the processors: what they measure, such as failed requests, depends on the load of the machine.
const ALONE = ["test:real"];

const project = resolve(__dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "flotilla-test-"));
// Some tools color their output in CI, without a terminal.
const color = process.stdout.isTTY ? {} : { NO_COLOR: "1" };
const total = { passed: 0, failed: [], skipped: 0 };

/** Runs a script; `onOutput` receives its output in chunks. */
function run(script, onOutput) {
  const counts = join(folder, `${script.replace(":", "-")}.json`);
  const child = spawn("npm", ["run", "--silent", script], {
    cwd: project,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...color, FLOTILLA_TEST_COUNTS: counts },
  });
  onOutput(`\n== npm run ${script}\n`);
  child.stdout.on("data", onOutput);
  child.stderr.on("data", onOutput);
  return new Promise((done) => {
    child.on("close", (status) => {
      const { passed, failed, skipped } = script.startsWith("test:")
        ? countsOf(counts, status)
        : { passed: status === 0 ? 1 : 0, failed: status === 0 ? [] : [{ title: "failed" }], skipped: 0 };
      total.passed += passed;
      total.skipped += skipped;
      total.failed.push(...failed.map((one) => ({ ...one, title: `${script}: ${one.title}` })));
      done();
    });
  });
}

function countsOf(file, status) {
  let result;
  try {
    result = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // A suite that did not start has no counts.
    return { passed: 0, failed: [{ title: "did not start" }], skipped: 0 };
  }
  if (result.failed.length > 0) return result;
  // A suite may fail after its last test, for example if it leaves something running.
  if (status !== 0) return { ...result, failed: [{ title: `exit code ${status} after the last test` }] };
  // A suite that cannot run on this machine skips all its tests and says why.
  return result.passed + result.skipped === 0 ? { ...result, failed: [{ title: "ran no test" }] } : result;
}

function describe({ title, message = "" }) {
  const lines = message.slice(0, 500).split("\n").filter(Boolean);
  return [`  ${title}`, ...lines.map((line) => `      ${line}`), ""].join("\n");
}

/** Runs a lane. Only one lane prints its output live; the others print it when a suite has ended. */
async function runLane(scripts, isShown) {
  for (const script of scripts) {
    const pieces = [];
    await run(
      script,
      isShown ? (piece) => process.stdout.write(piece) : (piece) => pieces.push(Buffer.from(piece)),
    );
    for (const piece of pieces) process.stdout.write(piece);
  }
}

async function main() {
  // Before the lanes, because both would build a missing tool. If one is not available, the suites report it.
  spawnSync(join(project, "cli", "bin.js"), ["sandbox", "tools"], { cwd: project, stdio: "inherit" });
  await Promise.all(LANES.map((scripts, index) => runLane(scripts, index === LANES.length - 1)));
  await runLane(ALONE, true);
  rmSync(folder, { recursive: true, force: true });
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  // At the end, because CI keeps the end of a long output.
  if (total.failed.length > 0) process.stdout.write(`\nFailed:\n${total.failed.map(describe).join("")}`);
  process.stdout.write(`\n${total.passed} passed, ${total.failed.length} failed${skipped}\n`);
  process.exitCode = total.failed.length > 0 ? 1 : 0;
}

main();
