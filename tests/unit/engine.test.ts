/** Errors when pulumi itself does not complete. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { exportState } from "../../cli/stack/engine";
import { runUpdate } from "../../cli/stack/update";
import { report } from "../../cli/stack/update-report";

describe("pulumi", () => {
  const folder = mkdtempSync(join(tmpdir(), "flotilla-engine-"));
  const { PATH } = process.env;
  afterEach(() => {
    process.env.PATH = PATH;
  });
  after(() => rmSync(folder, { recursive: true }));
  /** Puts a pulumi with this script on PATH. */
  const pulumi = (script: string) => {
    writeFileSync(join(folder, "pulumi"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    process.env.PATH = `${folder}${delimiter}${PATH}`;
  };

  it("reports a missing pulumi differently from one that was killed", async () => {
    process.env.PATH = join(folder, "empty");
    await assert.rejects(exportState("prod"), /pulumi is not on PATH/);
    pulumi("kill -KILL $$");
    await assert.rejects(exportState("prod"), /^ToolError: pulumi stack export: terminated by SIGKILL$/);
  });

  it("reports an unknown stack: it may be lost, and a new one would overwrite its backups", async () => {
    pulumi("echo \"error: no stack named 'prod' found\" >&2; exit 255");
    await assert.rejects(exportState("prod"), /recover --stack prod.*If it is new: pulumi stack init prod/);
  });

  it("reports the output of a pulumi that exits before it reads its input", async () => {
    pulumi("exec <&-; echo 'error: no stack' >&2; exit 255");
    // One in ten was lost before.
    const calls = Array.from({ length: 60 }, () => assert.rejects(exportState("prod"), /error: no stack/));
    await Promise.all(calls);
  });

  it("retries when it reads a state while another process writes it", async () => {
    const state = join(folder, "state");
    pulumi(
      `[ -e ${state} ] && echo {} || { touch ${state}; echo "error: failed to load checkpoint: EOF" >&2; exit 255; }`,
    );
    assert.deepEqual(await exportState("prod"), {});
    pulumi("echo 'error: failed to load checkpoint: EOF' >&2; exit 255");
    await assert.rejects(exportState("prod"), /The state is damaged.*flotilla recover/);
  });

  it("reports a killed update as incomplete and locked, never as unchanged", async () => {
    pulumi("kill -KILL $$");
    const result = await runUpdate(["up"]);
    await assert.rejects(report("prod", { ...result, seen: {} }), (error: Error) => {
      assert.match(error.message, /terminated by SIGKILL.*unfinished.*\n.*flotilla recover --stack prod/);
      assert.doesNotMatch(error.message, /nothing was changed/);
      return true;
    });
  });

  for (const words of [
    "error: the stack is currently locked by 1 lock(s)",
    "error: [409] Conflict: Another update is currently in progress.",
  ])
    it(`leads to recover for the message "${words}"`, async () => {
      const result = { exitCode: 255, errors: { "": words }, changes: {}, seconds: 1, output: "", seen: {} };
      await assert.rejects(report("prod", result), /npx flotilla recover --stack prod/);
    });
});
