/** A program exits when its engine is gone. */
import assert from "node:assert/strict";
import { join } from "node:path";
import execa from "execa";
import { PROJECT } from "../../cli/tools/paths";

/** The way the SDK works: errors are logged, and so is the error that logging failed. */
const PROGRAM = (guard: string) => `
  ${guard}
  process.on("uncaughtException", (error) => setTimeout(() => console.error(String(error)), 5));
  console.error("hello");
  setTimeout(() => console.error("still there"), 20);
  setTimeout(() => console.error("still there"), 40);
  setTimeout(() => process.exit(7), 600);
`;

async function endOf(guard: string): Promise<number> {
  const child = execa("node", ["-r", "ts-node/register/transpile-only", "-e", PROGRAM(guard)], {
    cwd: PROJECT,
    reject: false,
    buffer: false,
  });
  child.stderr?.once("data", () => child.stderr?.destroy());
  return (await child).exitCode;
}

describe("a program whose engine was killed", () => {
  it("exits when nobody reads its output", async () => {
    const file = JSON.stringify(join(PROJECT, "src", "runtime", "without-engine"));
    assert.equal(await endOf(`require(${file}).endWithoutEngine();`), 1);
  });

  it("would continue without the workaround", async () => {
    assert.equal(await endOf(""), 7);
  });
});
