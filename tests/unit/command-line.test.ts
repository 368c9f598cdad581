/** What all commands have in common: exit codes, the default stack, old spellings, versioned JSON, completion. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import execa from "execa";
import { PROJECT } from "../../cli/tools/paths";
import { documentedJson } from "../json-shape";

describe("the command line", function () {
  this.timeout(180_000);
  let tools: string;
  /** Runs the command with a pulumi that has this stack selected; undefined for a pulumi without a selection. */
  const run = (args: readonly string[], selected?: string) => {
    writeFileSync(
      join(tools, "pulumi"),
      selected === undefined
        ? '#!/bin/sh\necho "error: no stack selected; please use pulumi stack select" >&2\nexit 255\n'
        : `#!/bin/sh\necho "${selected}"\n`,
    );
    chmodSync(join(tools, "pulumi"), 0o755);
    return execa(join(PROJECT, "cli/bin.js"), args, {
      cwd: PROJECT,
      all: true,
      reject: false,
      env: { PATH: [tools, process.env.PATH].join(delimiter), KUBECONFIG: join(tools, "kubeconfig") },
    });
  };
  before(() => {
    tools = mkdtempSync(join(tmpdir(), "flotilla-tools-"));
    writeFileSync(join(tools, "kubeconfig"), "contexts: [{ name: work, context: { cluster: office } }]");
  });
  after(() => rmSync(tools, { recursive: true, force: true }));

  it("exits with 3 for wrong usage, and refers to the help", async () => {
    for (const [args, help] of [
      [["up", "--bogus"], "up"],
      [["sandbox", "bogus"], "sandbox"],
      [["rotate"], "rotate"],
      [["check", "--stack", ""], "check"],
      [["graph", "--format", "gif"], "graph"],
    ] as const) {
      const { exitCode, all } = await run(args);
      assert.equal(exitCode, 3, all);
      assert.match(all ?? "", new RegExp(`^error: .*\nSee: npx flotilla ${help} --help$`));
    }
    const { exitCode, all } = await run(["config", "--diff", "prod"]);
    assert.equal(exitCode, 3);
    assert.equal(all, "--diff compares two stacks, but got 1");
  });

  it("exits with 1 for failures, and with 0 for help", async () => {
    assert.equal((await run(["config", "--stack", "nowhere"])).exitCode, 1);
    const { exitCode, stdout } = await run(["diff", "--help"]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /Exit codes: 0 done, nothing to report; 1 failed; 2 something to report; 3 wrong/);
  });

  it("refuses files that it cannot write before it reads the stack", async () => {
    for (const [option, file] of [
      ["--html", "/nonexistent/changes.html"],
      ["--markdown", tools],
      ["--save", "/nonexistent/plan.json"],
    ] as const) {
      const { exitCode, all } = await run(["diff", "--stack", "nowhere", option, file]);
      assert.equal(exitCode, 1);
      assert.match(all ?? "", new RegExp(`^${file} cannot be written: .*$`));
    }
  });

  it("refuses a plan that is a folder or a pipe, which would block", async () => {
    const pipe = join(tools, "pipe");
    await execa("mkfifo", [pipe]);
    for (const file of [tools, pipe]) {
      const { exitCode, all } = await run(["up", "--stack", "dev", "--plan", file]);
      assert.equal(exitCode, 1);
      assert.equal(all, `${file} is not a regular file`);
    }
  });

  it("says that pulumi is not on PATH", async () => {
    for (const [args, code] of [
      [["preview", "--stack", "dev"], 1],
      [["preview"], 3],
    ] as const) {
      const { exitCode, stderr } = await execa(process.execPath, [join(PROJECT, "cli/bin.js"), ...args], {
        cwd: PROJECT,
        reject: false,
        env: { PATH: tools.concat("-none") },
      });
      assert.equal(exitCode, code, stderr);
      assert.match(stderr, /^.*pulumi.* is not on PATH/);
    }
  });

  it("reports one error, without a stack trace, when a cluster cannot be reached or Pulumi.yaml is a folder", async () => {
    const adopted = await execa(join(PROJECT, "cli/bin.js"), ["adopt", "--stack", "dev"], {
      cwd: PROJECT,
      reject: false,
      env: { KUBECONFIG: join(tools, "no-kubeconfig") },
    });
    const project = join(tools, "project");
    mkdirSync(join(project, "Pulumi.yaml"), { recursive: true });
    const started = await execa(join(PROJECT, "cli/bin.js"), ["up"], { cwd: project, reject: false });
    for (const { exitCode, stderr } of [adopted, started]) {
      assert.equal(exitCode, 1, stderr);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
    assert.match(started.stderr, /^there is no Pulumi\.yaml in /);
  });

  it("prints the new spelling of commands that have moved", async () => {
    for (const [old, now] of [
      [["cluster", "start"], "sandbox start"],
      [["env", "--json"], "sandbox env --json"],
      [["tools"], "sandbox tools"],
      [["demo-down"], "sandbox delete"],
    ] as const) {
      const { exitCode, all } = await run(old);
      assert.equal(exitCode, 3);
      assert.equal(all, `flotilla ${old[0]} was renamed. Use: npx flotilla ${now}`);
    }
  });

  it("uses the selected stack by default", async () => {
    for (const [selected, stack] of [
      ["organization/flotilla/staging", "staging"],
      ["acme/flotilla/staging", "acme/flotilla/staging"],
    ] as const) {
      const { stdout } = await run(["config", "--json"], selected);
      const config = documentedJson<{ stack: string; settings: { environment: string } }>("config", stdout);
      assert.equal(config.stack, stack);
      assert.equal(config.settings.environment, "staging");
    }
    const given = await run(["config", "--json", "--stack", "dev"], "organization/flotilla/staging");
    assert.equal(JSON.parse(given.stdout).settings.environment, "dev");
  });

  it("requires a stack if none is selected", async () => {
    const { exitCode, all } = await run(["graph"]);
    assert.equal(exitCode, 3);
    assert.equal(
      all,
      "no stack is given, and none is selected\n  Name one with --stack <name>, or select one: pulumi stack select <name>",
    );
    // It compares two others.
    assert.equal((await run(["config", "--diff", "prod", "dev"])).exitCode, 0);
  });

  it("prints the JSON documented in docs/json.md", async () => {
    for (const [command, args] of [
      ["config --explain", ["config", "--explain", "--stack", "dev", "--json"]],
      ["config --diff", ["config", "--diff", "dev", "prod", "--json"]],
      ["graph --format json", ["graph", "--format", "json", "--stack", "dev"]],
      ["sandbox status", ["sandbox", "status", "--json"]],
    ] as const)
      documentedJson(command, (await run(args)).stdout);
  });

  it("completes commands, options and stacks", async () => {
    const completed = async (...line: string[]) =>
      (await run(["complete", "--", ...line])).stdout.split("\n").map((text) => text.split("\t")[0]);
    assert.ok((await completed("")).includes("rollback"));
    assert.ok((await completed("sandbox", "")).includes("preview"));
    assert.ok((await completed("diff", "--")).includes("--offline"));
    const stacks = await completed("up", "--stack", "");
    assert.deepEqual(stacks.filter((stack) => ["prod", "staging"].includes(stack ?? "")).sort(), [
      "prod",
      "staging",
    ]);
    assert.ok((await completed("sandbox", "delete", "--")).includes("--context"));
    for (const line of [["demo"], ["sandbox", "env"], ["sandbox", "delete"]])
      assert.ok((await completed(...line, "--context", "")).includes("work"), line.join(" "));
    for (const shell of ["bash", "zsh", "fish"]) {
      const { exitCode, stdout } = await run(["completion", shell]);
      assert.equal(exitCode, 0);
      assert.match(stdout, /flotilla/);
    }
    assert.equal((await run(["completion", "csh"])).exitCode, 3);
  });
});
