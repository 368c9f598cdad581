/** Who hears of it when a command is to end. */
import assert from "node:assert/strict";
import { join } from "node:path";
import execa from "execa";
import { PROJECT } from "../../tools/paths";

const INTERRUPTS = JSON.stringify(join(PROJECT, "tools", "interrupts"));

/** A command whose child says which signal it has got, and takes its time to end. */
const program = (milliseconds: number) => `
  const execa = require("execa");
  const { delegateInterrupts, handleInterrupts } = require(${INTERRUPTS});
  handleInterrupts();
  const child = \`
    for (const name of ["SIGINT", "SIGTERM"])
      process.on(name, () => { console.log(name); setTimeout(() => process.exit(3), ${milliseconds}); });
    console.log("ready");
    setTimeout(() => {}, ${milliseconds + 1000});
  \`;
  delegateInterrupts(() => execa(process.execPath, ["-e", child], { stdio: "inherit", reject: false }))
    .then(({ exitCode }) => process.exit(exitCode));
`;

async function outcome(signal: NodeJS.Signals, milliseconds = 200) {
  const command = execa("node", ["-r", "ts-node/register/transpile-only", "-e", program(milliseconds)], {
    cwd: PROJECT,
    reject: false,
    // What the child writes comes through the same pipe.
    stdin: "ignore",
  });
  command.stdout?.once("data", () => process.kill(command.pid as number, signal));
  const limit = setTimeout(() => command.kill("SIGKILL"), 15_000);
  const { exitCode, stdout } = await command;
  clearTimeout(limit);
  return { exitCode, said: stdout.split("\n") };
}

describe("a command that runs an engine", () => {
  it("hands SIGTERM on, which comes to it alone, and waits for the end", async () => {
    assert.deepEqual(await outcome("SIGTERM"), { exitCode: 3, said: ["ready", "SIGTERM"] });
  });

  it("waits for as long as the engine needs", async () => {
    const { exitCode } = await outcome("SIGTERM", 6_000);
    assert.equal(exitCode, 3);
  });

  it("does not hand Ctrl-C on: the terminal has, and twice means at once", async () => {
    const { said } = await outcome("SIGINT");
    assert.deepEqual(said, ["ready"]);
  });
});
