/** Plans from input that is nearly right, and such values of the shared chart: helm refuses them with a proper message, or the API server accepts them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { inParallel } from "../../cli/tools/parallel";
import { isRecord, mapValues } from "../../src/model/records";
import { requestProblems } from "../../src/plan/check";
import { guardRails } from "../../src/plan/namespace/guard-rails";
import { isDeployed, parseObjects, renderText } from "../chart/render";
import { run } from "../e2e/world";
import { mutated, retyped } from "../mutations";
import {
  answersToInventory,
  answerToStackFile,
  inventoryArbitrary,
  stackFileArbitrary,
  VALID,
} from "../nearly-right";
import { refusals } from "./acceptance";
import { chance, LONG, SEED } from "./seed";

/** Cases of each kind. About 14 % of the values of either chart are accepted: of few cases it may be fewer than the test requires. */
const CASES = LONG
  ? { values: 5000, stores: 1500, stackFiles: 3000, inventories: 10_000 }
  : { values: 300, stores: 60, stackFiles: 20, inventories: 100 };
const NAMESPACE = "e2e-input";

/** Values with anything in them, and values with the right types. */
const nearly = <T extends object>(values: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    mutated(...values),
    fc.constantFrom(...values).chain((each) => retyped(each)),
  );

describe(`nearly right input, sent to the cluster (FAULTS_SEED=${SEED})`, function () {
  this.timeout(60 * 60_000);
  const known = new Set<string>();

  before(async () => {
    await run("kubectl", ["create", "namespace", NAMESPACE]);
  });
  after(async () => {
    await run("kubectl", ["delete", "namespace", NAMESPACE, "--wait=false"]);
  });

  const sampled = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] =>
    fc.sample(arbitrary, { numRuns, seed: Math.floor(chance("input") * 2 ** 31) });

  it("as values of the shared chart is refused with a proper message, or accepted", async () => {
    const releases = Object.values(VALID.releases).filter(({ kind }) => kind !== "store");
    const values = sampled(nearly(releases.map((release) => release.values)), CASES.values);
    const counts = await judge(values.map((each) => ({ chart: "charts/microservice", values: each })));
    assert.ok(
      counts.refused > CASES.values / 5 && counts.accepted > CASES.values / 20,
      JSON.stringify(counts),
    );
  });

  it("as values of the store chart is refused with a proper message, or accepted", async () => {
    const releases = Object.values(VALID.releases).filter(({ kind }) => kind === "store");
    const values = sampled(nearly(releases.map((release) => release.values)), CASES.stores);
    // That requests do not exceed limits is checked by the plan (src/plan/check.ts).
    const sound = values.filter(({ resources }) => !isMoreThanItsLimit(resources));
    const { accepted } = await judge(sound.map((each) => ({ chart: "charts/store", values: each })));
    assert.ok(accepted >= Math.ceil(CASES.stores / 100), `only ${accepted} were accepted`);
  });

  it("as a stack file is refused, or planned into what the cluster accepts", async () => {
    const sound = new Set(Object.values(VALID.releases).map(({ values }) => JSON.stringify(values)));
    const answers = sampled(stackFileArbitrary, CASES.stackFiles).map(answerToStackFile);
    await judge(
      answers.flatMap((answer) => ("plan" in answer ? renderingsOf(answer.plan, sound) : [])),
      true,
    );
  });

  it("as an inventory is refused, or planned into what the cluster accepts", async () => {
    const answers = sampled(inventoryArbitrary, CASES.inventories).flatMap((written) =>
      answersToInventory(written).map((answer) => ({ written, answer })),
    );
    const crashed = answers.flatMap(({ written, answer }) =>
      "crashed" in answer ? [`${answer.crashed}\n    of ${JSON.stringify(written)}`] : [],
    );
    assert.equal(crashed.length, 0, `${crashed.length} crashed:\n${crashed.slice(0, 10).join("\n")}`);
    const plans = answers.flatMap(({ answer }) => ("plan" in answer ? [answer.plan] : []));
    assert.ok(plans.length >= CASES.inventories / 20, `only ${plans.length} were planned`);
    await judge(
      plans.flatMap((planned) => renderingsOf(planned, new Set())),
      true,
    );
    const further = await refusals(plans.flatMap(furtherObjects), NAMESPACE);
    assert.equal(further.length, 0, further.slice(0, 10).join("\n"));
  });

  /** Returns what differs from valid values, without duplicates. */
  function renderingsOf({ releases }: typeof VALID, sound: ReadonlySet<string>) {
    return Object.values(releases).flatMap(({ name, chart, values }) => {
      const text = JSON.stringify(values);
      if (!("path" in chart) || chart.path.endsWith(".tgz") || sound.has(text) || known.has(text)) return [];
      known.add(text);
      return [{ chart: chart.path, values, name }];
    });
  }

  /** Renders everything, and sends the objects to the API server; no chart may refuse what was planned. */
  async function judge(renderings: { chart: string; values: object; name?: string }[], planned = false) {
    const rendered = await inParallel(renderings, async (rendering) => {
      try {
        return { rendering, objects: parseObjects(await renderText({ ...rendering, namespace: NAMESPACE })) };
      } catch (error) {
        return { rendering, words: (error as Error).message };
      }
    });
    const stumbled = rendered.flatMap(({ rendering, words }) =>
      words !== undefined && (planned || !isProper(words))
        ? [`${words}\n    of ${JSON.stringify(rendering)}`]
        : [],
    );
    const candidates = rendered.flatMap(({ rendering, objects = [] }) =>
      objects.filter(isDeployed).map((object) => ({ object, of: rendering })),
    );
    const problems = [...stumbled, ...(await refusals(candidates, NAMESPACE))];
    assert.equal(problems.length, 0, `${problems.length} problems:\n${problems.slice(0, 10).join("\n")}`);
    const refused = rendered.filter(({ words }) => words !== undefined).length;
    return { refused, accepted: rendered.length - refused };
  }
});

/** Returns the objects of a plan outside its releases. Any text will do as a password. */
const furtherObjects = ({ secrets, namespace }: typeof VALID) => [
  ...Object.entries(secrets).map(([name, { labels, keys }]) => ({
    object: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, labels },
      stringData: mapValues(keys, () => "?"),
    },
    of: { secret: name },
  })),
  ...guardsOf(namespace).map((object) => ({ object, of: { namespace: namespace.name } })),
];

function guardsOf(namespace: typeof VALID.namespace) {
  const { containerDefaults, isolation, quota } = guardRails(namespace);
  return [containerDefaults, isolation, quota];
}

function isMoreThanItsLimit(resources: unknown): boolean {
  const { requests, limits } = (resources ?? {}) as Record<string, unknown>;
  return (
    isRecord(requests) && isRecord(limits) && requestProblems("", { requests, limits } as never).length > 0
  );
}

/** Whether a message is the chart's own or its schema's, not that of a failing template. */
const isProper = (words: string): boolean =>
  // The chart's own refusals come from `fail`.
  /execution error at/.test(words) ||
  !/executing "|nil pointer|panic|wrong type for value|can't evaluate|YAML/.test(words);
