/** A bad night: at a random moment of an update something breaks; afterwards all is as if it had not. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExportedState } from "../../cli/core/state";
import { signalProcess } from "../../cli/tools/processes";
import { pulumiHome } from "../../dev/sandbox/providers/choose";
import { exists, testWorld, until } from "../e2e/world";
import { cases, type Fault } from "./cases";
import { keepCases, keepSoak, type Outcome, outcomesText } from "./outcomes";
import { chance, LONG, SEED } from "./seed";
import { AFFECTED, Shop, UP } from "./shop";
import { soak } from "./soak";

/** The stack is called so (Shop.deploy). */
const DESTROY = ["destroy", "--confirm", "faults"];

describe(`Robot Shop through faults (FAULTS_SEED=${SEED}${LONG ? "" : ", short form: FAULTS=long has them all"})`, () => {
  let shop: Shop;
  const outcomes: Outcome[] = [];
  const planned = cases
    .filter(({ short = false }) => LONG || short)
    .flatMap((fault) => (LONG && fault.during ? [1, 2, 3] : [1]).map((round) => ({ fault, round })));

  before(async () => {
    shop = await Shop.deploy();
  });

  after(async () => {
    await shop?.remove();
    process.stdout.write(outcomesText(outcomes));
    process.stdout.write(
      `\n    ${outcomes.length} cases, ${outcomes.filter(({ recovered }) => recovered).length} recovered\n`,
    );
  });

  describe("each at a random moment", () => {
    for (const { fault, round } of planned)
      it(round === 1 ? fault.name : `${fault.name}, at another moment (${round})`, async function () {
        if (fault.possible && !(await fault.possible())) this.skip();
        const outcome: Outcome = {
          name: fault.name,
          what: fault.what,
          update: "",
          recovery: "",
          seconds: 0,
          recovered: false,
        };
        outcomes.push(outcome);
        // Updates are not all as long: one that was over before the fault came is made again, with an earlier one.
        for (let share = chance(fault.name, round), struck = false; !struck; share /= 2)
          struck = await survive(shop, fault, { round, share }, outcome).catch(async (error) => {
            // The next case is to find it whole all the same.
            await shop.begin("flotilla", ["recover", "--yes"]).ended;
            await shop.begin("pulumi", UP).ended;
            throw error;
          });
        outcome.recovered = true;
      });

    after(() => {
      // A part of them (--grep) says nothing about the others.
      if (LONG && outcomes.length === planned.length) keepCases(shop.seconds, outcomes);
    });
  });

  soak(
    () => shop,
    (result) => {
      if (LONG) keepSoak(result);
    },
  );

  describe("at the end", () => {
    it("has shown no Secret's value: in no output, no command line, no file", async () => {
      await shop.noteSecrets();
      const values = [...shop.secrets];
      assert.ok(values.length >= 10 && shop.written.length > 1000 && shop.commandLines.size > 20);
      const shows = (text: string | Buffer) => values.some((value) => text.includes(value));
      assert.ok(!shows(shop.written), "an output");
      for (const line of shop.commandLines) assert.ok(!shows(line), "a command line");
      const files = [testWorld.folder, shop.stack.folder, pulumiHome()].flatMap(filesIn);
      assert.ok(files.length > 50);
      for (const file of files) assert.ok(!shows(contentOf(file)), file);
    });

    it("is removed to the last object when the removal was broken off by SIGTERM", async () => {
      const removal = shop.begin("flotilla", DESTROY);
      await shop.untilPart(chance("destroy"), removal);
      signalProcess(removal.pid, "SIGTERM");
      await removal.ended;
      await shop.ends(0, "flotilla", ["recover", "--yes"]);
      await shop.ends(0, "flotilla", DESTROY);
      assert.equal(await exists("namespace", shop.namespace), false);
      assert.deepEqual(
        (JSON.parse(await shop.stack.export()) as ExportedState).deployment?.resources ?? [],
        [],
      );
    });
  });
});

/** An update from one version to the other with a fault in it, and what makes it good. False when the fault came too late. */
async function survive(
  shop: Shop,
  fault: Fault,
  { round, share }: { round: number; share: number },
  outcome: Outcome,
): Promise<boolean> {
  let struck = true;
  const before = await shop.pods();
  shop.ask(shop.other, fault.services);
  const there = await fault.before?.(shop);
  const within = await fault.within?.();
  const update = shop.begin(fault.program ?? "pulumi", fault.args ?? UP, {
    ...(there?.environment ? { environment: there.environment } : {}),
    ...(within ? { within } : {}),
  });
  if (fault.during) {
    outcome.moment = Number((await shop.untilPart(share, update)).toFixed(1));
    struck = !update.isOver();
    const end = struck && (await fault.during(shop, update, round));
    await update.ended;
    if (typeof end === "function" && (await end()) === false) struck = false;
  }
  const { exitCode, all } = await update.ended;
  outcome.update = exitCode === 0 ? "succeeded" : exitCode < 0 ? "was killed" : "failed";
  await there?.undo?.();
  await fault.after?.();
  if (struck) fault.expect?.({ exitCode, all });
  if (fault.changesNothing) await shop.assertAsBefore();
  const start = Date.now();
  shop.ask(shop.version);
  const recovery = await shop.ends(0, "flotilla", ["recover", "--yes"]);
  outcome.recovery = done(recovery);
  if (fault.recovers && struck) assert.match(recovery, fault.recovers);
  if (/flotilla adopt/.test(recovery)) await shop.ends(0, "flotilla", ["adopt", "--yes"]);
  await shop.up();
  outcome.seconds = Math.round((Date.now() - start) / 1000);
  await until("nothing runs any more", async () => (await shop.leftovers()).length === 0, 10);
  await shop.assertWhole();
  await shop.assertUntouched(
    before,
    (release, pod) => AFFECTED.includes(release) || fault.loses?.(pod) === true,
  );
  return struck;
}

/** All files but what the cluster itself keeps, which only its user may read, and what is linked from elsewhere. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return path.endsWith("/flotilla/etcd") ? [] : filesIn(path);
    return entry.isFile() ? [path] : [];
  });

/** Empty for a file that is gone by now: other suites run beside this one, with the same home of Pulumi. */
function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return Buffer.alloc(0);
  }
}

/** What a recovery did, of what it said. */
function done(recovery: string): string {
  const lines = recovery.split("\n");
  const will = lines.filter(
    (line, index) => line.startsWith("  - ") && headOf(lines, index).startsWith("What recover does"),
  );
  return will.length === 0 ? "nothing to recover" : will.map((line) => line.slice(4)).join("; ");
}

const headOf = (lines: readonly string[], index: number): string =>
  lines
    .slice(0, index)
    .reverse()
    .find((line) => !line.startsWith("  - ")) ?? "";
