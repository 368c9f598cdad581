// Runs every check and every suite, whatever fails, and ends with one line of counts over all of them.
const { spawnSync } = require("node:child_process");
const { mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join, resolve } = require("node:path");

const project = resolve(__dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "flotilla-test-"));
// Some tools colour their output in CI, where nobody sees a terminal.
const colour = process.stdout.isTTY ? {} : { NO_COLOR: "1" };
const total = { passed: 0, failed: 0, skipped: 0 };

function run(script, countsTests) {
  const counts = join(folder, `${script.replace(":", "-")}.json`);
  process.stdout.write(`\n== npm run ${script}\n`);
  const { status } = spawnSync("npm", ["run", "--silent", script], {
    cwd: project,
    stdio: "inherit",
    env: { ...process.env, ...colour, FLOTILLA_TEST_COUNTS: counts },
  });
  if (!countsTests) return add({ passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 });
  let result;
  try {
    result = JSON.parse(readFileSync(counts, "utf8"));
  } catch {
    // A suite that could not even start has no counts.
    result = { passed: 0, failed: 1, skipped: 0 };
  }
  // A suite may fail after its last test, for example when it leaves something running.
  if (status !== 0 && result.failed === 0) result.failed = 1;
  if (result.passed + result.failed === 0) result.failed = 1;
  add(result);
}

function add(result) {
  for (const key of Object.keys(total)) total[key] += result[key];
}

run("check", false);
for (const suite of ["test:unit", "test:chart", "test:e2e", "test:faults"]) run(suite, true);
rmSync(folder, { recursive: true, force: true });

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
