/** `flotilla check`, `config` and `init`, as a user runs them. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import execa from "execa";
import { catalogue } from "../../apps";
import { cacheFolder, PROJECT } from "../../cli/tools/paths";
import { executablesOnPath } from "../../cli/tools/toolchain/search-path";
import type { Application } from "../../src/model/application";
import { createAppContext } from "../../src/plan/context";
import { LARGEST_OBJECT } from "../../src/plan/limits";
import type { ReleasePlan, Values } from "../../src/plan/plan";
import { factsOfObjects, releaseViolations } from "../../src/plan/rules";
import { releaseBytes } from "../../src/plan/rules/release-bytes";
import { copyOfProject } from "../copy";
import { EVERYWHERE } from "../environments";
import { documentedJson } from "../json-shape";
import { application, charts, planFor, readStack, settingsOf } from "../support";
import { releaseSize } from "./release-size";
import { parseObjects, renderText } from "./render";

describe("flotilla check", function () {
  this.timeout(120_000);
  let folder: string;

  /** A copy of the project to which a test may add stack files. */
  before(() => {
    folder = copyOfProject("flotilla-check-", ["Pulumi.prod.yaml", "Pulumi.dev.yaml"]);
  });
  after(() => rmSync(folder, { recursive: true }));

  const flotilla = (...args: string[]) =>
    execa(join(folder, "cli/bin.js"), args, { cwd: folder, reject: false, all: true });

  interface Output {
    errors: number;
    warnings: number;
    stages: { stage: string; skipped: boolean }[];
    findings: { severity: string; check: string; where: string; what: string }[];
  }

  it("reports nothing for prod", async () => {
    const { exitCode, all = "" } = await flotilla("check", "--stack", "prod");
    assert.equal(exitCode, 0, all);
    assert.match(all, /\n0 errors, 0 warnings$/);
    assert.match(all, /excepted Deployment dispatch.*\n {4}because it listens on nothing/);
  });

  it("uses kubeconform and kube-score if they are installed", async () => {
    const { stdout } = await flotilla("check", "--stack", "prod", "--json");
    const { stages } = documentedJson<Output>("check", stdout);
    assert.deepEqual(
      stages.map(({ stage }) => stage),
      ["settings", "plan", "rules", "kubeconform", "kube-score"],
    );
    const { stages: bare } = JSON.parse(
      (
        await execa(join(folder, "cli/bin.js"), ["check", "--stack", "prod", "--json"], {
          cwd: folder,
          reject: false,
          // Helm is required.
          env: { XDG_CACHE_HOME: withHelmOnly(folder), PATH: process.env.PATH },
        })
      ).stdout,
    ) as Output;
    assert.deepEqual(
      bare.filter(({ skipped }) => skipped).map(({ stage }) => stage),
      // What is on PATH is installed for everyone.
      ["kubeconform", "kube-score"].filter(
        (name) => executablesOnPath(name, process.env.PATH ?? "").length === 0,
      ),
    );
  });

  it("does not install helm, and checks without rendering if it is missing", async () => {
    const cache = join(folder, "empty-cache");
    const { exitCode, all = "" } = await execa(join(folder, "cli/bin.js"), ["check", "--stack", "prod"], {
      cwd: folder,
      all: true,
      reject: false,
      env: { XDG_CACHE_HOME: cache, PATH: dirname(process.execPath) },
      extendEnv: false,
    });
    assert.equal(exitCode, 0, all);
    assert.match(all, /rules +planned values only: helm is not installed \(npx flotilla sandbox tools\)/);
    assert.equal(existsSync(join(cache, "flotilla", "tools")), false);
  });

  it("accepts an application without services and stores, and other commands show it", async () => {
    const index = join(folder, "apps/index.ts");
    const before = readFileSync(index, "utf8");
    writeFileSync(
      index,
      'export const catalogue = { nothing: { name: "nothing", description: "Nothing yet", services: {} } };\n',
    );
    writeFileSync(
      join(folder, "Pulumi.nothing.yaml"),
      "config:\n  flotilla:application: nothing\n  flotilla:environment: dev\n",
    );
    try {
      const checked = await flotilla("check", "--stack", "nothing");
      assert.equal(checked.exitCode, 0, checked.all);
      assert.match(checked.all ?? "", /\n0 errors, 0 warnings$/);
      for (const args of [["graph"], ["config"], ["config", "--explain"], ["render", "--out", "rendered"]]) {
        const { exitCode, all } = await flotilla(...args, "--stack", "nothing");
        assert.equal(exitCode, 0, `${args.join(" ")}: ${all}`);
      }
    } finally {
      writeFileSync(index, before);
      rmSync(join(folder, "Pulumi.nothing.yaml"));
    }
  });

  it("exits with 2 for settings that are wrong, and says which stage it was", async () => {
    writeFileSync(
      join(folder, "Pulumi.bad.yaml"),
      readFileSync(join(PROJECT, "tests", "fixtures", "bad-config", "unknown-key.yaml")),
    );
    const { exitCode, stdout, all = "" } = await flotilla("check", "--stack", "bad");
    assert.equal(exitCode, 2, all);
    assert.match(
      stdout,
      /error Pulumi\.bad\.yaml:3 flotilla:replics: unknown setting\n {4}Did you mean "replicas"\?/,
    );
    assert.match(stdout, /\n1 error, 0 warnings$/);
  });

  it("exits with 2 for a rule that is broken, by name, in JSON as well", async () => {
    writeFileSync(
      join(folder, "Pulumi.two.yaml"),
      "config:\n  flotilla:layers: [prod]\n  flotilla:cluster: { context: two }\n  flotilla:services:\n    cart: { autoscaling: { minReplicas: 2 } }\n",
    );
    const { exitCode, stdout } = await flotilla("check", "--stack", "two", "--json");
    assert.equal(exitCode, 2);
    const { errors, findings } = JSON.parse(stdout) as Output;
    assert.equal(errors, 1);
    const error = findings.find(({ severity }) => severity === "error");
    assert.equal(error?.check, "replicas");
    assert.match(error?.where ?? "", /^Pulumi\.two\.yaml:5 flotilla:services\.cart\.autoscaling$/);
  });

  it("requires an existing stack, and names the stacks if there is none", async () => {
    const { exitCode, all = "" } = await flotilla("check", "--stack", "pord");
    assert.equal(exitCode, 1);
    assert.match(all, /Pulumi\.pord\.yaml: the stack file does not exist/);
    assert.match(all, /Did you mean "prod"\?/);
  });

  it("runs in `flotilla init` before it writes a stack file", async () => {
    const good = await flotilla(
      "init",
      "qa",
      "--layers",
      "staging",
      "--context",
      "qa",
      "--namespace",
      "shop-qa",
    );
    assert.equal(good.exitCode, 0, good.all);
    const text = readFileSync(join(folder, "Pulumi.qa.yaml"), "utf8");
    const { settings } = readStack(text, {
      staging: readFileSync(join(folder, "config/layers/staging.yaml"), "utf8"),
    });
    assert.deepEqual(settings.layers, ["staging"]);
    assert.equal(settings.cluster.context, "qa");
    assert.equal(settings.namespace, "shop-qa");
    const again = await flotilla("init", "qa", "--layers", "dev");
    assert.match(again.all ?? "", /Pulumi\.qa\.yaml already exists/);
    const wrong = await flotilla("init", "eu", "--layers", "prod,eu-wset-1");
    assert.equal(wrong.exitCode, 1);
    assert.match(
      wrong.all ?? "",
      /1 problem, Pulumi\.eu\.yaml was not written:\n.*unknown layer "eu-wset-1"/,
    );
    assert.match(wrong.all ?? "", /Did you mean "eu-west-1"\?/);
    assert.throws(() => readFileSync(join(folder, "Pulumi.eu.yaml")));
  });

  it("is joined by `config`, which shows effective settings, but nothing that looks like a secret", async () => {
    writeFileSync(
      join(folder, "Pulumi.told.yaml"),
      "config:\n  flotilla:layers: [dev]\n  flotilla:services:\n    cart: { env: { API_TOKEN: 9f8e7d6c5b4a, LOG_LEVEL: debug } }\n",
    );
    for (const further of [[], ["--explain"], ["--json"]]) {
      const { all = "", exitCode } = await flotilla("config", "--stack", "told", ...further);
      assert.equal(exitCode, 0, all);
      assert.match(all, /LOG_LEVEL"?:?\s+"?debug/);
      assert.match(all, /API_TOKEN.*hidden: it looks like a token/);
      assert.doesNotMatch(all, /9f8e7d6c5b4a/);
    }
    assert.doesNotMatch((await flotilla("check", "--stack", "told", "--json")).all ?? "", /9f8e7d6c5b4a/);
  });

  it("has a companion that compares two stacks", async () => {
    const { stdout, exitCode } = await flotilla("config", "--diff", "prod", "dev", "--json");
    assert.equal(exitCode, 0);
    const { differences } = JSON.parse(stdout) as {
      differences: { key: string; values: Record<string, unknown> }[];
    };
    const of = (key: string) => differences.find((difference) => difference.key === key)?.values;
    assert.deepEqual(of("environment"), { prod: "prod", dev: "dev" });
    assert.deepEqual(of("stores.mongodb.storage"), { prod: "100Gi", dev: "2Gi" });
    assert.equal(of("application"), undefined);
    assert.match((await flotilla("config", "--diff", "prod", "prod")).stdout, /The settings are the same/);
  });
});

/** Returns a cache that only contains helm. */
function withHelmOnly(folder: string): string {
  const cache = join(folder, "cache");
  const real = join(cacheFolder(), "tools");
  mkdirSync(real, { recursive: true });
  cpSync(real, join(cache, "flotilla", "tools"), {
    recursive: true,
    filter: (source) => source === real || /\/helm-[^/]*(\/|$)/.test(source),
  });
  return cache;
}

describe("the rules, on all rendered objects", function () {
  this.timeout(240_000);

  for (const { application, environment, plan, config } of EVERYWHERE)
    it(`find nothing in ${application.name} in ${environment}`, async () => {
      const { settings } = settingsOf(config);
      const rendered: {
        release: (typeof plan.releases)[string];
        objects: ReturnType<typeof parseObjects>;
      }[] = [];
      for (const release of Object.values(plan.releases)) {
        const { name, chart, values } = release;
        const text = await renderText({ chart: "path" in chart ? chart.path : "", values, name });
        rendered.push({ release, objects: parseObjects(text) });
        if (!("path" in chart)) continue;
        const stored = releaseSize(join(PROJECT, chart.path), values, text);
        const estimate = releaseBytes(charts, release);
        assert.ok(stored <= estimate && estimate < LARGEST_OBJECT / 4, `${name}: ${stored}, not ${estimate}`);
      }
      const found = releaseViolations(
        createAppContext(catalogue[application.name] as Application, settings),
        rendered.map(({ release, objects }) => ({ release, facts: factsOfObjects(release, objects) })),
      );
      assert.deepEqual(
        found.filter(({ excepted }) => excepted === undefined),
        [],
      );
    });

  it("estimate what Helm would store of large files, from the plan only", async () => {
    const random = (length: number) => randomBytes(length).toString("base64").slice(0, length);
    const text = (length: number) => "the quick brown fox\n".repeat(length / 20);
    for (const files of [
      { "/a": random(600_000) },
      { "/a": random(300_000), "/b/c.json": text(400_000) },
      Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`/etc/${at}.conf`, random(9_000)])),
    ]) {
      const { web } = planFor(application()).releases;
      const { chart, values, name } = web as ReleasePlan;
      const config = {
        files: Object.fromEntries(
          Object.entries(files).map(([path, content], at) => [`f${at}`, { path, content }]),
        ),
      };
      const release = { ...(web as ReleasePlan), values: { ...values, config } as Values };
      const folder = "path" in chart ? chart.path : "";
      const stored = releaseSize(
        join(PROJECT, folder),
        release.values,
        await renderText({ chart: folder, values: release.values, name }),
      );
      const estimate = releaseBytes(charts, release);
      assert.ok(stored <= estimate && estimate < stored + 32 * 1024, `${stored}, not ${estimate}`);
    }
  });
});
