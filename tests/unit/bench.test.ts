/** The benchmark's own calculations: a mistake there would make every number wrong. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { parse } from "yaml";
import { PROJECT } from "../../cli/tools/paths";
import { benchApplication } from "../../dev/bench/application";
import { helmfile } from "../../dev/bench/contestants/helmfile";
import { verdicts } from "../../dev/bench/goals";
import { measure } from "../../dev/bench/measure";
import { plot } from "../../dev/bench/plot";
import { circumstances, contestRows } from "../../dev/bench/report";
import type { Results } from "../../dev/bench/results";
import { growth, spread } from "../../dev/bench/statistics";
import { planFor } from "../support";

const results = (source: string): Results => ({
  date: "2026-11-22T10:00:00.000Z",
  commit: "abc",
  machine: { cores: 2, processor: "x", memoryGiB: 24, system: "Linux 6" },
  versions: { helmfile: "1.8.0" },
  providers: [{ name: "kubernetes", version: "4.34.2", source }],
  parallel: 8,
  contests: [
    {
      releases: 42,
      contestant: "flotilla",
      operation: "first up",
      runs: [10, 30, 12].map((seconds) => ({ seconds, cpuSeconds: 5, peakMiB: 900, programMiB: 150 })),
    },
    {
      releases: 42,
      contestant: "helmfile",
      operation: "first up",
      runs: [60, 72, 90].map((seconds) => ({ seconds, cpuSeconds: 50 })),
    },
  ],
  planning: [
    { services: 100, stage: "plan", time: { min: 1, median: 1, max: 1 } },
    { services: 1000, stage: "plan", time: { min: 100, median: 100, max: 100 } },
  ],
});

describe("the benchmark", () => {
  it("calculates medians and growth exponents", () => {
    assert.deepEqual(spread([3, 1, 8]), { min: 1, median: 3, max: 8 });
    const sizes = [125, 250, 500, 1000];
    const power = (exponent: number) =>
      growth(sizes.map((size) => ({ size, seconds: 0.01 * size ** exponent })));
    assert.ok(Math.abs(power(1) - 1) < 1e-9);
    assert.ok(Math.abs(power(2) - 2) < 1e-9);
  });

  it("includes time and memory of child processes", async () => {
    const burn =
      // Measured in CPU time, because half a second of wall time is less of it on a loaded machine.
      "const b = Buffer.alloc(150e6, 1); while (process.cpuUsage().user < 500e3) b[0]++";
    const nested = `require("child_process").execFileSync(process.execPath, ["-e", ${JSON.stringify(burn)}])`;
    const command = {
      program: process.execPath,
      args: ["-e", nested],
      folder: PROJECT,
    };
    const { seconds, cpuSeconds, peakMiB } = await measure(command);
    // The duration depends on the machine; that it is counted does not.
    assert.ok(seconds > 0 && cpuSeconds >= 0.4, `${seconds} ${cpuSeconds}`);
    if (process.platform === "linux") assert.ok((peakMiB ?? 0) > 150, String(peakMiB));
  });

  it("fails with the output of a command that fails", async () => {
    const command = {
      program: "bash",
      args: ["-c", "echo broken >&2; exit 3"],
      folder: PROJECT,
    };
    await assert.rejects(measure(command), /failed with exit code 3:\nbroken/);
  });

  it("gives helmfile relative chart paths, because it updates releases of one absolute path one after the other", async () => {
    const folder = mkdtempSync(join(tmpdir(), "flotilla-bench-"));
    const options = { path: "helmfile", hasDiff: false, concurrency: 8 };
    const contestant = await helmfile(folder, 3, options);
    await contestant.command("one service changed");
    const { releases } = parse(readFileSync(join(folder, "helmfile.yaml"), "utf8")) as {
      releases: { chart: string }[];
    };
    assert.equal(releases.length, 3);
    for (const { chart } of releases) {
      assert.ok(chart.startsWith("./"), chart);
      assert.ok(existsSync(join(folder, chart, "Chart.yaml")), chart);
    }
    rmSync(folder, { recursive: true });
  });

  it("forwards SIGTERM to the measured command", async () => {
    const program = `
      const { handleInterrupts, interrupted } = require(${JSON.stringify(join(PROJECT, "cli", "tools", "interrupts"))});
      const { measure } = require(${JSON.stringify(join(PROJECT, "dev", "bench", "measure"))});
      handleInterrupts();
      const child = 'process.on("SIGTERM", () => process.exit(7)); setTimeout(() => {}, 60000); process.kill(' + process.pid + ', "SIGTERM")';
      measure({ program: process.execPath, args: ["-e", child], folder: "." })
        .catch((error) => console.log(error.message.split("\\n")[0].slice(-24)));
    `;
    const { stdout } = await execa("node", ["-r", "ts-node/register/transpile-only", "-e", program], {
      cwd: PROJECT,
      timeout: 10_000,
    });
    assert.equal(stdout, "failed with exit code 7:");
  });

  it("has an application with the requested number of releases", () => {
    const { releases } = planFor(benchApplication(12), { environment: "local" });
    assert.equal(Object.keys(releases).length, 12);
  });

  it("reports the speedup over helmfile, based on medians", () => {
    const rows = contestRows(results("stand-in")).rows;
    assert.deepEqual(rows[0], [
      "42",
      "first up",
      "flotilla",
      "3",
      "12.0",
      "10.0-30.0",
      "5.0",
      "900",
      "150",
      "6.0 x",
    ]);
    assert.deepEqual(rows[1]?.slice(3), ["3", "72.0", "60.0-90.0", "50.0", "-", "-", ""]);
  });

  it("judges times only with the official provider, the ratio and the growth always", () => {
    const met = (source: string) =>
      Object.fromEntries(
        verdicts(results(source)).map(({ goal, met }) => [goal.split(":")[0]?.split(" ")[0], met]),
      );
    assert.deepEqual(met("stand-in"), {
      42: true,
      100: undefined,
      500: undefined,
      plan: false,
      render: undefined,
      diff: undefined,
    });
    assert.match(circumstances(results("stand-in")).join("\n"), /kubernetes STAND-IN.*only the ratios/s);
    assert.match(circumstances(results("PATH")).join("\n"), /kubernetes 4.34.2, official/);
    assert.doesNotMatch(circumstances(results("PATH")).join("\n"), /only the ratios/);
  });

  it("draws both contestants in one picture", async () => {
    const svg = await plot(results("PATH"));
    assert.match(svg, /^<svg /);
    for (const word of ["flotilla", "helmfile", "first up", "seconds"])
      assert.ok(svg.includes(`>${word}<`), word);
  });
});
