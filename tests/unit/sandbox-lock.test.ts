/** The lock of the sandbox, with processes that hold it, wait for it and are killed. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { PROJECT } from "../../cli/tools/paths";
import { exclusively } from "../../dev/sandbox/lock";

const folder = mkdtempSync(join(tmpdir(), "flotilla-lock-"));
const file = join(folder, "start.lock");

/** Takes the lock, says so, and holds it until its standard input closes. */
const holder = (name: string) =>
  execa(
    process.execPath,
    [
      ...["-r", "ts-node/register/transpile-only", "-e"],
      `require(${JSON.stringify(join(PROJECT, "dev/sandbox/lock.ts"))}).exclusively(process.argv[1], () => new Promise((end) => {
        process.stdout.write("taken\\n");
        process.stdin.on("end", end).resume();
      }))`,
      file,
      name,
    ],
    { cwd: PROJECT, reject: false },
  );

type Started = ReturnType<typeof holder>;

/** Waits for words on a stream of a process. */
const says = ({ stdout, stderr }: Started, words: string): Promise<string> =>
  new Promise((resolve) => {
    let text = "";
    for (const stream of [stdout, stderr])
      stream?.on("data", (piece) => {
        text += piece;
        if (text.includes(words)) resolve(text);
      });
  });

describe("the lock of a sandbox", function () {
  this.timeout(30_000);
  const started: Started[] = [];
  const start = (name: string): Started => {
    const one = holder(name);
    started.push(one);
    return one;
  };
  after(() => {
    for (const one of started) one.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  it("makes a second process wait, and say for whom", async () => {
    const first = start("first");
    await says(first, "taken");
    const second = start("second");
    const taken = says(second, "taken");
    assert.match(
      await says(second, "waiting"),
      new RegExp(`waiting for another command in this project: flotilla .*first \\(process ${first.pid}\\)`),
    );
    first.stdin?.end();
    await Promise.all([first, taken]);
    second.stdin?.end();
    assert.equal((await second).exitCode, 0);
    assert.equal(existsSync(file), false);
  });

  it("is released by a killed process, also for several that wait for it", async () => {
    const killed = start("killed");
    await says(killed, "taken");
    const waiting = [start("a"), start("b"), start("c")];
    const taken = waiting.map((each) => says(each, "taken"));
    await Promise.all(waiting.map((each) => says(each, "waiting")));
    killed.kill("SIGKILL");
    // One after the other: the next begins when the holder has ended.
    const left = new Set(waiting.keys());
    while (left.size > 0) {
      const index = await Promise.race([...left].map((each) => taken[each]?.then(() => each)));
      const holding = JSON.parse(readFileSync(file, "utf8")) as { pid: number };
      assert.equal(holding.pid, waiting[index as number]?.pid);
      waiting[index as number]?.stdin?.end();
      await waiting[index as number];
      left.delete(index as number);
    }
    assert.equal(existsSync(file), false);
  });

  it("is not held by another process with the same ID, nor by a file that a full disk cut off", async () => {
    for (const text of [
      JSON.stringify({ pid: process.ppid, commandLine: "node other", doing: "demo" }),
      JSON.stringify({ pid: process.pid, commandLine: "", doing: "demo" }),
      "",
    ]) {
      writeFileSync(file, text);
      assert.equal(await exclusively(file, async () => "done"), "done");
    }
  });

  it("is released when work fails, and can be taken inside of itself", async () => {
    await assert.rejects(
      exclusively(file, () => exclusively(file, () => Promise.reject(new Error("no")))),
      /no/,
    );
    assert.equal(existsSync(file), false);
  });
});
