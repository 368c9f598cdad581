/** Releases that fail as in production: what the commands report, compared with the cause. */
import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { plural } from "../../../src/model/plural";
import { flotilla } from "../../e2e/inventory";
import { get, type Stack, secretOf } from "../../e2e/world";
import { CALLERS } from "./callers";
import { Follower } from "./follow";
import { report, secondsSince } from "./report";
import { IS_LONG, NAMESPACE, theShop, update, WRONG_PASSWORD, withTimeLimits } from "./shop";

interface Failure {
  release: string;
  /** Settings of the release, which the update gets and loses again. */
  settings: Record<string, string>;
  /** What the live view, the report and a later `explain` say about the release. */
  live: RegExp;
  report: RegExp[];
}

const TAG = "9.9.9";

const ALL: Failure[] = [
  {
    release: "first",
    settings: { "env.MISBEHAVIOR": "crash" },
    live: /exited with code 3/,
    report: [/exited with code 3/, /misbehave: the configuration is broken/],
  },
  {
    release: "second",
    settings: { "env.MISBEHAVIOR": "memory" },
    live: /more memory than its limit of 192Mi/,
    report: [/more memory than its limit of 192Mi and was killed/, /second\.resources\.limits\.memory/],
  },
  {
    release: "third",
    settings: { "env.MISBEHAVIOR": "disk", "resources.limits.ephemeral-storage": "64Mi" },
    live: /evicted it: .* its limit of 64Mi/,
    report: [/more disk than its limit of 64Mi/, /third\.resources\.limits\.ephemeral-storage/],
  },
  {
    release: "redis-client",
    settings: { tag: TAG },
    live: /image \S+flotilla\/client:9\.9\.9 cannot be pulled: the nodes cannot reach its registry/,
    report: [/image \S+flotilla\/client:9\.9\.9 cannot be pulled/, /redis-client\.tag <existing tag>/],
  },
  {
    release: "rabbitmq-client",
    // Not "100": pulumi would write a number.
    settings: { "resources.requests.cpu": "100000m", "resources.limits.cpu": "100000m" },
    live: /cannot be scheduled: .* enough free cpu \(it requests 100\)/,
    report: [/cannot be scheduled: .*cpu \(it requests 100\)/, /rabbitmq-client\.resources\.requests\.cpu/],
  },
  {
    // Its password is wrong from the start.
    release: "archive-client",
    settings: { replicas: "1" },
    live: /its startup probe fail/,
    report: [/its startup probe fail/, /ER_ACCESS_DENIED_ERROR/],
  },
];

// On a busy machine, the eviction of a pod with a full disk comes late.
const FAILURES = ALL.filter(({ release }) => IS_LONG || release !== "third");

/** In seconds. A pod with a full disk is evicted within a minute or more. */
const TIME_LIMITS = Object.fromEntries(
  FAILURES.map(({ release }) => [release, release === "third" ? 150 : 60]),
);

describe("releases that fail", () => {
  let stack: Stack;
  let secrets: string[];
  let follower: Follower;
  let output: string;
  let seconds: number;

  const command = async (name: string, ...args: string[]) =>
    stripVTControlCharacters((await flotilla(stack, name, "--stack", stack.name, ...args)).all ?? "");

  before(async function () {
    stack = await theShop(this);
    secrets = [WRONG_PASSWORD, ...(await passwords())];
    for (const { release, settings } of FAILURES)
      for (const [path, value] of Object.entries(settings))
        await stack.config(`flotilla:services.${release}.${path}`, value);
    follower = new Follower(CALLERS, "app=load");
    const start = Date.now();
    output = await withTimeLimits(stack, TIME_LIMITS, () => command("up", "--yes"));
    seconds = secondsSince(start);
  });

  after(async function () {
    if (stack === undefined) return;
    this.timeout(10 * 60_000);
    await reset(stack);
  });

  /** Asserts that a text has the failures with their causes, no other causes, and no secret. */
  function assertReports(text: string): void {
    const blocks = text.split(/\n(?=(?:service|store|job) \S+: )/);
    for (const { release, report } of FAILURES) {
      const block = blocks.find((candidate) => candidate.startsWith(`service ${release}: `)) ?? "";
      for (const pattern of report) assert.match(block, pattern, `${release} in:\n${text}`);
      assert.doesNotMatch(block, /reason is unknown|waiting for its volume/, text);
    }
    assert.match(text, new RegExp(`${FAILURES.length} unhealthy releases`));
    assertNoSecret(text);
  }

  function assertNoSecret(text: string): void {
    for (const secret of secrets) assert.ok(!text.includes(secret), "a password is in the output");
  }

  it("are explained while the update runs", () => {
    for (const { release, live } of FAILURES) {
      const lines = output.split("\n").filter((line) => line.includes(`${release}: `));
      assert.ok(
        lines.some((line) => live.test(line)),
        `${release}: no line matches ${live} in:\n${output}`,
      );
      assert.ok(
        lines.some((line) => /: failed in/.test(line)),
        `${release} did not fail:\n${output}`,
      );
    }
    assertNoSecret(output);
  });

  it("are explained by the report of the update", () => {
    assertReports(output.slice(output.search(/^service \S+: /m)));
    assert.match(output, /the update of shop failed after \d+ s/);
  });

  it("are explained later, when their pods are gone", async () => assertReports(await command("explain")));

  it("leave the old versions running, and say so", async () => {
    const text = await command("status");
    const { fresh, kept, errors } = await follower.end();
    report("releases that fail in one update", {
      seconds,
      counts: { fresh, kept },
      detail: `${plural(FAILURES.length, "release")} failed`,
    });
    for (const { release } of FAILURES) {
      const line = text.split("\n").find((candidate) => candidate.trim().startsWith(`${release} `)) ?? "";
      assert.match(line, /update failed/, text);
      assert.match(line, release === "archive-client" ? / 0\/0 / : / 1\/1 /, text);
      assert.match(line, /flotilla\/client:1\.0\.0/, text);
    }
    assert.doesNotMatch(text, new RegExp(`:${TAG}`));
    assert.match(text, /npx flotilla explain/);
    assertNoSecret(text);
    assert.ok(fresh.ok > 20, `${fresh.ok} requests`);
    assert.deepEqual([fresh.failed, kept.failed], [0, 0], errors.join("\n"));
  });

  it("are ready again after an update with the old settings", async () => {
    await reset(stack);
    await update(stack);
    assert.match(await command("explain"), /Nothing is wrong/);
    assert.doesNotMatch(await command("status"), /failed/);
  });
});

/** Removes the settings of the failures. */
async function reset(stack: Stack): Promise<void> {
  for (const { release, settings } of FAILURES)
    for (const path of Object.keys(settings))
      await stack.pulumi(["config", "rm", "--path", `flotilla:services.${release}.${path}`]);
  await stack.config("flotilla:services.archive-client.replicas", "0");
}

/** The passwords of the stack's stores. */
async function passwords(): Promise<string[]> {
  const { items } = await get<{ items: { metadata: { name: string }; type: string }[] }>(
    "secrets",
    "-n",
    NAMESPACE,
  );
  const own = items.filter(({ type }) => type === "Opaque");
  const contents = await Promise.all(own.map(({ metadata }) => secretOf(metadata.name, NAMESPACE)));
  // Shorter values, such as user names, are not passwords.
  return contents.flatMap((content) => Object.values(content)).filter((value) => value.length >= 12);
}
