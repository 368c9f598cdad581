/** The results of long runs in the docs are the recorded ones, and those have all cases. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readLongRun } from "../e2e/long";
import { pageOf as faultsPage, readKept as readFaults } from "../faults/outcomes";
import { catalogue } from "../fixtures/applications";
import { CASES, type CaseName, caseOf, PAGE, pageOf, type Result, readKept } from "../real/shop/results";

const page = readFileSync(PAGE, "utf8");
const failed = ({ counts }: Result): number => (counts ? counts.fresh.failed + counts.kept.failed : 0);
const succeeded = ({ counts }: Result): number => (counts ? counts.fresh.ok + counts.kept.ok : 0);

describe("docs/reliability.md: what real pods show", () => {
  const { results } = readKept();
  const each = Object.entries(results) as [CaseName, Result][];

  it("is the recorded last long run", () =>
    assert.equal(pageOf(page, readKept()), page, "run: REAL=long npm run test:real"));

  it("has cases that still exist, in their order", () => {
    const kept = Object.keys(results);
    assert.ok(kept.length >= 10, `${kept.length} cases`);
    assert.deepEqual(
      kept,
      Object.keys(CASES).filter((name) => kept.includes(name)),
    );
  });

  it("counted what each case is to count", () => {
    for (const [name, result] of each) {
      const { counts } = caseOf(name);
      assert.equal(result.counts !== undefined, counts !== undefined, name);
      if (counts !== undefined) assert.ok(succeeded(result) > 20, `${name}: ${succeeded(result)}`);
    }
  });

  it("has failures and refused logins only where they are expected", () => {
    for (const [name, result] of each) {
      const { fails, refuses } = caseOf(name);
      if (fails === undefined) assert.equal(failed(result), 0, name);
      if (refuses === undefined) assert.equal(result.refused ?? 0, 0, name);
      assert.ok(failed(result) < succeeded(result) || succeeded(result) === 0, name);
    }
  });
});

describe("the long cases of the end-to-end tests", () => {
  const folder = join(__dirname, "../e2e");
  const files = readdirSync(folder).filter((file) => file.endsWith(".test.ts"));
  const longIn = (file: string) =>
    [...readFileSync(join(folder, file), "utf8").matchAll(/^ *long\(\s*"([^"]+)"/gm)].map(
      ([, title]) => title,
    );
  const withCases = files.filter((file) => longIn(file).length > 0);

  for (const file of withCases)
    it(`${file} has passed with all of them`, () =>
      assert.deepEqual(
        readLongRun(file)?.passed.sort(),
        longIn(file).sort(),
        `run: E2E=long npx mocha --require ts-node/register --require tests/e2e/world.ts --timeout 300000 tests/e2e/${file}`,
      ));

  it("include every public application that is not deployed by default", () => {
    const { passed = [] } = readLongRun("public-applications.test.ts") ?? {};
    assert.deepEqual(
      [...new Set(passed.map((title) => title.split(" ")[0])), "sock-shop"].sort(),
      Object.keys(catalogue).sort(),
    );
  });

  it("are found", () => assert.ok(withCases.includes("operations.test.ts")));
});

describe("docs/reliability.md: how faults are tested", () => {
  const kept = readFaults();

  it("is the recorded last long run", () =>
    assert.equal(faultsPage(page, kept), page, "run: FAULTS=long npm run test:faults"));

  it("recovered from every fault, at least 40 of them", () => {
    const outcomes = kept.cases?.outcomes ?? [];
    assert.ok(outcomes.length >= 40, `${outcomes.length} cases`);
    assert.deepEqual(
      outcomes.filter(({ recovered }) => !recovered),
      [],
    );
  });

  it("kept the size of the state in 200 random updates", () => {
    const { updates = 0, faults = 0, state = Number.POSITIVE_INFINITY } = kept.soak ?? {};
    assert.ok(updates >= 200 && faults >= 40, `${updates} updates, ${faults} faults`);
    assert.ok(state < 1.5, `${state} times`);
  });
});
