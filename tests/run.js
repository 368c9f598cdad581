// Runs every check and every suite, whatever fails, and ends with one line of counts over all of them.
const { spawn, spawnSync } = require("node:child_process");
const { mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join, resolve } = require("node:path");

// Suites on a cluster wait for it half of their time. That of the end-to-end tests takes longest: the others run meanwhile.
const LANES = [["check", "test:unit", "test:chart", "test:faults"], ["test:e2e"]];

const project = resolve(__dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "flotilla-test-"));
// Some tools colour their output in CI, where nobody sees a terminal.
const colour = process.stdout.isTTY ? {} : { NO_COLOR: "1" };
const total = { passed: 0, failed: [], skipped: 0 };

/** Runs a script; `told` gets what it writes, piece by piece. */
function run(script, told) {
  const counts = join(folder, `${script.replace(":", "-")}.json`);
  const child = spawn("npm", ["run", "--silent", script], {
    cwd: project,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...colour, FLOTILLA_TEST_COUNTS: counts },
  });
  told(`\n== npm run ${script}\n`);
  child.stdout.on("data", told);
  child.stderr.on("data", told);
  return new Promise((done) => {
    child.on("close", (status) => {
      const { passed, failed, skipped } = script.startsWith("test:")
        ? countsOf(counts, status)
        : { passed: status === 0 ? 1 : 0, failed: status === 0 ? [] : ["failed"], skipped: 0 };
      total.passed += passed;
      total.skipped += skipped;
      total.failed.push(...failed.map((title) => `${script}: ${title}`));
      done();
    });
  });
}

function countsOf(file, status) {
  let result;
  try {
    result = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // A suite that could not even start has no counts.
    return { passed: 0, failed: ["did not start"], skipped: 0 };
  }
  if (result.failed.length > 0) return result;
  // A suite may fail after its last test, for example when it leaves something running.
  if (status !== 0) return { ...result, failed: [`exit code ${status} after its last test`] };
  return result.passed === 0 ? { ...result, failed: ["ran no test"] } : result;
}

/** One lane writes as it goes; what another has written in the meantime comes when the suite has ended. */
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
  // Before the lanes: two that miss a tool would both build it. Where one cannot be had the suites say so.
  spawnSync(join(project, "cli", "bin.js"), ["sandbox", "tools"], { cwd: project, stdio: "inherit" });
  await Promise.all(LANES.map((scripts, index) => runLane(scripts, index === LANES.length - 1)));
  rmSync(folder, { recursive: true, force: true });
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  // At the end, because the end is what CI keeps of a long output.
  if (total.failed.length > 0)
    process.stdout.write(`\nFailed:\n${total.failed.map((one) => `  ${one}\n`).join("")}`);
  process.stdout.write(`\n${total.passed} passed, ${total.failed.length} failed${skipped}\n`);
  process.exitCode = total.failed.length > 0 ? 1 : 0;
}

main();
