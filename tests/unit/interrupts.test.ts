/** Which process gets a signal when a command is stopped. */
import assert from "node:assert/strict";
import { join } from "node:path";
import execa from "execa";
import { PROJECT } from "../../cli/tools/paths";

const INTERRUPTS = JSON.stringify(join(PROJECT, "cli", "tools", "interrupts"));

/** A command whose child reports the signal it receives, and exits a moment later. */
const PROGRAM = `
  const execa = require("execa");
  const { delegateInterrupts, handleInterrupts } = require(${INTERRUPTS});
  handleInterrupts();
  const child = \`
    for (const name of ["SIGINT", "SIGTERM"])
      process.on(name, () => { console.log(name); setTimeout(() => process.exit(3), 200); });
    console.log("ready");
    setTimeout(() => {}, 1000);
  \`;
  delegateInterrupts(() => execa(process.execPath, ["-e", child], { stdio: "inherit", reject: false }))
    .then(({ exitCode }) => process.exit(exitCode));
`;

async function outcome(signal: NodeJS.Signals, program = PROGRAM) {
  const command = execa("node", ["-r", "ts-node/register/transpile-only", "-e", program], {
    cwd: PROJECT,
    reject: false,
    // The child writes to the same pipe.
    stdin: "ignore",
  });
  command.stdout?.once("data", () => process.kill(command.pid as number, signal));
  const limit = setTimeout(() => command.kill("SIGKILL"), 10_000);
  const { exitCode, stdout } = await command;
  clearTimeout(limit);
  return { exitCode, said: stdout.split("\n") };
}

describe("a command that runs an engine", () => {
  it("forwards SIGTERM, which only it receives, and waits for the engine", async () => {
    assert.deepEqual(await outcome("SIGTERM"), { exitCode: 3, said: ["ready", "SIGTERM"] });
  });

  it("never kills it: execa would, after five seconds", async () => {
    const program = `
      const { delegateInterrupts, handleInterrupts } = require(${INTERRUPTS});
      handleInterrupts();
      const child = new Promise(() => setInterval(() => {}, 1000));
      child.kill = (...args) => { console.log(JSON.stringify(args)); process.exit(3); };
      delegateInterrupts(() => child);
      console.log("ready");
    `;
    const { said } = await outcome("SIGTERM", program);
    assert.deepEqual(said, ["ready", '["SIGTERM",{"forceKillAfterTimeout":false}]']);
  });

  it("does not forward Ctrl-C: the terminal has, and a second one means to stop at once", async () => {
    const { said } = await outcome("SIGINT");
    assert.deepEqual(said, ["ready"]);
  });
});
