/** `flotilla charts pull` and `update` against a registry on loopback, and the plan with the archives. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { pullCharts } from "../../cli/tools/charts/pull";
import { updateCharts } from "../../cli/tools/charts/update";
import { PROJECT } from "../../cli/tools/paths";
import { plan } from "../../src/plan";
import { readCharts } from "../../src/plan/chart";
import { createContext } from "../../src/plan/context";
import { problemsOf, settingsOf } from "../support";
import { shopWith } from "../unit/store-examples";
import { Registry } from "./registry";

const PLAIN = ["--plain-http"];
const first = {
  version: "1.0.0",
  appVersion: "9.4.0",
  values: { image: { tag: "9.4.0-r1" }, auth: { user: "" }, old: 1 },
};

describe("charts/lock.yaml", function () {
  this.timeout(60_000);
  let registry: Registry;
  let project: string;
  let digest: string;
  const archive = (version = "1.0.0") => join(project, `charts/vendor/mysql-${version}.tgz`);
  const lock = () =>
    (parse(readFileSync(join(project, "charts/lock.yaml"), "utf8")) as { charts: { mysql: object } }).charts
      .mysql;
  const writeLock = (sha256?: string) =>
    writeFileSync(
      join(project, "charts/lock.yaml"),
      `# A comment.\ncharts:\n  mysql:\n    url: ${registry.url()}\n    version: 1.0.0\n    imageTag: 9.4.0-r1\n${sha256 ? `    sha256: ${sha256}\n` : ""}`,
    );

  beforeEach(async () => {
    registry = new Registry();
    await registry.start();
    project = mkdtempSync(join(tmpdir(), "flotilla-lock-"));
    for (const chart of ["microservice", "store"])
      cpSync(join(PROJECT, "charts", chart), join(project, "charts", chart), { recursive: true });
    digest = await registry.publish(first);
    writeLock(digest);
  });
  afterEach(() => {
    registry.stop();
    rmSync(project, { recursive: true });
  });

  /** Returns the plan of a stack whose mysql uses the archive. */
  const planVendored = () => {
    const { settings, application } = settingsOf(
      { application: "shop", charts: "vendored" },
      { shop: shopWith("mysql") },
    );
    return plan(createContext(application, settings, { charts: readCharts(project) }));
  };

  it("archives are downloaded, verified, and not downloaded again", async () => {
    const [pulled] = await pullCharts(project, PLAIN);
    assert.deepEqual(pulled, { chart: "mysql", version: "1.0.0", sha256: digest, outcome: "verified" });
    const { chart, description } = planVendored().releases.db ?? {};
    assert.deepEqual(chart, { path: "./charts/vendor/mysql-1.0.0.tgz" });
    assert.equal(description, `mysql 1.0.0 sha256:${digest.slice(0, 12)}`);
    registry.stop();
    assert.equal((await pullCharts(project, PLAIN))[0]?.outcome, "present");
  });

  it("gets a missing digest, and keeps its comments", async () => {
    writeLock();
    assert.equal((await pullCharts(project, PLAIN))[0]?.outcome, "recorded");
    assert.match(readFileSync(join(project, "charts/lock.yaml"), "utf8"), /^# A comment\.\n/);
    assert.equal((lock() as { sha256: string }).sha256, digest);
    assert.doesNotThrow(planVendored);
  });

  it("refuses another chart under the same version from a registry", async () => {
    const other = await registry.publish({ ...first, values: { ...first.values, changed: true } });
    await assert.rejects(
      pullCharts(project, PLAIN),
      new RegExp(`has sha256 ${other}, but charts/lock.yaml says ${digest}; the chart was not kept`),
    );
    assert.equal(existsSync(archive()), false);
  });

  it("refuses a changed or missing archive, and one without a digest", async () => {
    assert.match(problemsOf(planVendored)[0]?.todo ?? "", /npx flotilla charts pull/);
    await pullCharts(project, PLAIN);
    appendFileSync(archive(), "x");
    const [problem] = problemsOf(planVendored);
    assert.equal(problem?.where, "charts/vendor/mysql-1.0.0.tgz");
    assert.match(
      problem?.what ?? "",
      new RegExp(`the chart does not match charts/lock.yaml: sha256 .*, locked ${digest}`),
    );
    await assert.rejects(pullCharts(project, PLAIN), /is not the chart that charts\/lock.yaml names/);
    writeLock();
    assert.match(problemsOf(planVendored)[0]?.what ?? "", /the sha256 of mysql 1\.0\.0 is missing/);
  });

  it("is updated to the newest version, and removed settings are shown", async () => {
    const values = { image: { tag: "9.5.0-r0" }, auth: {}, renamed: 1 };
    const newest = await registry.publish({
      version: "1.2.0",
      appVersion: "9.5.0",
      values: { ...values, auth: { other: "" } },
    });
    const ours = [
      { auth: { user: "app" }, image: { tag: "x" } },
      { renamed: 2, gone: true },
    ];
    const [updated] = await updateCharts(project, [], () => ours, PLAIN);
    assert.deepEqual(updated, {
      chart: "mysql",
      from: "1.0.0",
      to: "1.2.0",
      appFrom: "9.4.0",
      appTo: "9.5.0",
      gone: ["auth.user", "gone"],
      removed: ["auth.user", "old"],
    });
    assert.deepEqual(lock(), { url: registry.url(), version: "1.2.0", imageTag: "9.5.0-r0", sha256: newest });
    assert.equal(existsSync(archive()), false, "the old archive is of no use");
    assert.doesNotThrow(planVendored);
    assert.deepEqual((await updateCharts(project, ["mysql"], () => ours, PLAIN))[0], {
      chart: "mysql",
      from: "1.2.0",
      to: "1.2.0",
      gone: [],
      removed: [],
    });
  });

  it("is updated to the requested version, and nothing else", async () => {
    for (const version of ["1.1.0", "1.2.0"]) await registry.publish({ ...first, version });
    assert.equal((await updateCharts(project, ["mysql@1.1.0"], () => [], PLAIN))[0]?.to, "1.1.0");
    await assert.rejects(
      updateCharts(project, ["mysql@2.0.0"], () => [], PLAIN),
      /2\.0\.0: not found/,
    );
    await assert.rejects(
      updateCharts(project, ["mysql@^1"], () => [], PLAIN),
      /\^1 is not an exact version/,
    );
    await assert.rejects(
      updateCharts(project, ["postgres"], () => [], PLAIN),
      /has no chart postgres; it has mysql/,
    );
    assert.equal((lock() as { version: string }).version, "1.1.0");
  });

  it("is not changed when the registry is unreachable", async () => {
    const before = readFileSync(join(project, "charts/lock.yaml"), "utf8");
    registry.stop();
    await assert.rejects(
      pullCharts(project, PLAIN),
      /connection refused[\s\S]*Check your connection to the registry/,
    );
    await assert.rejects(
      updateCharts(project, [], () => [], PLAIN),
      /Check your connection to the registry/,
    );
    assert.equal(readFileSync(join(project, "charts/lock.yaml"), "utf8"), before);
  });

  it("reports its own mistakes", () => {
    const broken = (text: string) => {
      writeFileSync(join(project, "charts/lock.yaml"), text);
      return problemsOf(() => readCharts(project))[0]?.what ?? "";
    };
    assert.match(broken("charts: { mysql: { url: oci://x } }"), /mysql has no version/);
    assert.match(
      broken('charts: { mysql: { url: oci://x, version: "1", imageTag: "1", sha256: abc } }'),
      /the sha256 of mysql is not 64 hex digits/,
    );
  });
});
