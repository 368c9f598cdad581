/** Passwords of stores are replaced while clients use them. */
import assert from "node:assert/strict";
import { INTERRUPTED } from "../../../cli/tools/interrupts";
import { get, type Stack, until } from "../../e2e/world";
import { clientOf, followClient, logIn, loginOf, readySince, type StoreName } from "./clients";
import type { Counts } from "./follow";
import { report, secondsSince } from "./report";
import type { CaseName } from "./results";
import { start } from "./running";
import { allReady, IS_LONG, NAMESPACE, theShop } from "./shop";

/** Time in milliseconds in which a failure of a client becomes visible: its time limit is 5 seconds. */
const SLACK = 10_000;
/** Longest time in milliseconds in which operations fail: one restart of the store, on a loaded machine. */
const LONGEST = 90_000;

describe("the rotation of a store's passwords", () => {
  let stack: Stack;

  before(async function () {
    this.timeout(20 * 60_000);
    stack = await theShop(this);
  });

  /** Rotates a store and checks data and logins. Prints and returns what its client saw. */
  async function rotated(store: StoreName, name: CaseName, work: () => Promise<void>): Promise<Counts> {
    const old = await loginOf(store);
    const word = `${store}-${Date.now()}`;
    const written = await logIn(store, { write: word });
    assert.ok(written.accepted, written.error);
    const follower = followClient(store);
    const begin = Date.now();
    await work();
    await allReady();
    const counts = await follower.end();
    const { kept, fresh, refused, failing } = counts;
    report(name, {
      seconds: secondsSince(begin),
      counts: { fresh, kept },
      refused,
      ...(failing ? { detail: `operations failed for ${seconds(failing.to - failing.from)} s` } : {}),
    });
    assert.notEqual((await loginOf(store)).password, old.password);
    const withOld = await logIn(store, old);
    assert.equal(withOld.refused, true, `the old password: ${JSON.stringify(withOld)}`);
    assert.deepEqual(await logIn(store, { read: word }), { accepted: true, found: true });
    assert.ok(kept.ok > 100 && fresh.ok > 20, "the client has not worked");
    if (failing) assert.ok(failing.to - failing.from < LONGEST, "operations failed for too long");
    return counts;
  }

  /** Asserts that no operation failed after the release was ready again. */
  async function assertFailedOnlyUntil(release: string, { failing, errors }: Counts): Promise<void> {
    const late = (failing?.to ?? 0) - (await readySince(release));
    assert.ok(
      late < SLACK,
      `operations still fail ${late} ms after ${release} is ready: ${errors.join("\n")}`,
    );
  }

  /** Asserts that no login was refused, and that operations only failed while the store restarted. */
  async function assertAlwaysIn(store: StoreName, counts: Counts): Promise<void> {
    assert.equal(counts.refused, 0, counts.errors.join("\n"));
    await assertFailedOnlyUntil(store, counts);
  }

  const rotate = (store: StoreName) => async () => {
    const { exitCode, all } = await start(stack, "rotate", store).ended;
    assert.equal(exitCode, 0, all);
  };

  const long = IS_LONG ? it : it.skip;

  // Old and new passwords work until all clients have the new one.
  for (const [store, test, note] of [
    ["mysql", it, ""],
    ["rabbitmq", long, " (REAL=long)"],
  ] as const)
    test(`lets clients of ${store} log in at any time${note}`, async () => {
      const counts = await rotated(store, `rotation of ${store}`, rotate(store));
      await assertAlwaysIn(store, counts);
    });

  long("keeps clients of redis out until they restart (REAL=long)", async () => {
    const counts = await rotated("redis", "rotation of redis", rotate("redis"));
    await assertFailedOnlyUntil(clientOf("redis"), counts);
  });

  /** Starts a rotation and ends it with `stop` after its first Job has run. */
  async function stopAfterFirstJob(store: StoreName, stop: "interrupt" | "kill"): Promise<string> {
    const begin = Date.now();
    const running = start(stack, "rotate", store);
    await until(`the first Job of ${store} has run`, () => firstJobRan(store, begin), 120);
    await running[stop]();
    const { exitCode, all } = await running.ended;
    assert.notEqual(exitCode, 0, all);
    return all;
  }

  long("continues a rotation of mysql that was killed, after recover (REAL=long)", async () => {
    const counts = await rotated("mysql", "rotation of mysql, killed and continued", async () => {
      await stopAfterFirstJob("mysql", "kill");
      const refused = await start(stack, "rotate", "mysql").ended;
      assert.notEqual(refused.exitCode, 0);
      assert.match(refused.all, /If it was interrupted: npx flotilla recover --stack shop/);
      const recovered = await start(stack, "recover").ended;
      assert.equal(recovered.exitCode, 0, recovered.all);
      await rotate("mysql")();
    });
    await assertAlwaysIn("mysql", counts);
  });

  // It differs from the case above only in how the first command ends.
  long("continues a rotation of rabbitmq after Ctrl-C (REAL=long)", async () => {
    const counts = await rotated("rabbitmq", "rotation of rabbitmq, Ctrl-C and continued", async () => {
      const said = await stopAfterFirstJob("rabbitmq", "interrupt");
      assert.ok(said.includes(INTERRUPTED), said);
      await rotate("rabbitmq")();
    });
    await assertAlwaysIn("rabbitmq", counts);
  });
});

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1);

/** Whether the Job that adds the new passwords has succeeded since then. */
async function firstJobRan(store: StoreName, since: number): Promise<boolean> {
  const { items } = await get<{
    items: { metadata: { name: string }; status: { succeeded?: number; completionTime?: string } }[];
  }>("jobs", "-n", NAMESPACE);
  return items.some(
    ({ metadata, status }) =>
      new RegExp(`^${store}-rotate-\\d+-begin`).test(metadata.name) &&
      (status.succeeded ?? 0) > 0 &&
      // Times of the API have whole seconds.
      Date.parse(status.completionTime ?? "") > since - 1000,
  );
}
