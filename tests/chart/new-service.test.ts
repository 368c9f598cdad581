/** `flotilla new service`: in a copy of the inventories, for every language, using one of every kind of thing. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { catalogue } from "../../apps";
import { addService } from "../../cli/stack/inventory";
import { PROJECT } from "../../cli/tools/paths";
import { type Application, LANGUAGES } from "../../src/model/application";
import { planFor, problemsOf, valuesOf } from "../support";
import { parseObjects, podsOf, renderText, restrictedViolations } from "./render";

/** What a new service uses, by application: one of each kind. */
const USES: Record<string, string> = {
  "robot-shop": "mysql,mongodb,redis,rabbitmq,cart,payment-gateway",
  "online-boutique": "redis-cart, emailservice,frontend",
  "order-service": "redis,order-db,order-service,payment-service",
};

describe("flotilla new service", function () {
  this.timeout(240_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "flotilla-new-"));
    for (const part of ["apps", "src", "biome.json", "tsconfig.json"])
      cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
    symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const read = (application: string) => readFileSync(join(folder, "apps", `${application}.ts`), "utf8");
  const inventory = (application: string): Application => {
    const path = join(folder, "apps", `${application}.ts`);
    delete require.cache[path];
    const exported = Object.values(require(path) as Record<string, Application>);
    return exported.find(({ name }) => name === application) as Application;
  };

  for (const application of Object.keys(catalogue))
    it(`adds one of every language to ${application}, and each deploys without changes`, async () => {
      for (const language of LANGUAGES) {
        const { file, line, todo } = addService(
          `new-${language}`,
          { language, uses: USES[application] as string, application },
          folder,
        );
        assert.equal(file, `apps/${application}.ts`);
        assert.match(read(application).split("\n")[line - 1] ?? "", new RegExp(`"new-${language}": {`));
        assert.ok(todo.length > 3);
      }
      const edited = inventory(application);
      const plan = planFor(edited, { distribution: "upstream", environment: "local", standIns: true });
      for (const language of LANGUAGES) {
        const values = valuesOf(plan, `new-${language}`);
        const uses = (USES[application] as string).split(",").map((name) => name.trim());
        assert.deepEqual(Object.keys(values.networkPolicy?.egress ?? {}).sort(), [...uses].sort());
        const variables = Object.keys(values.env ?? {}).join(" ");
        for (const name of uses)
          assert.match(variables, new RegExp(`${name.toUpperCase().replaceAll("-", "_")}_`));
        const objects = parseObjects(
          await renderText({ chart: "charts/microservice", values, name: `new-${language}` }),
        );
        for (const pod of podsOf(objects)) assert.deepEqual(restrictedViolations(pod), []);
      }
    });

  it("leaves files that compile and are formatted", async () => {
    const bin = (name: string) => join(PROJECT, "node_modules", ".bin", name);
    // The copy is not a git repository, which the settings for ignored files need.
    const settings = JSON.parse(readFileSync(join(folder, "biome.json"), "utf8"));
    writeFileSync(join(folder, "biome.json"), JSON.stringify({ ...settings, vcs: { enabled: false } }));
    const formatted = await execa(bin("biome"), ["check", "apps"], { cwd: folder, all: true, reject: false });
    assert.equal(formatted.exitCode, 0, formatted.all);
    const compiled = await execa(bin("tsc"), ["--noEmit"], { cwd: folder, all: true, reject: false });
    assert.equal(compiled.exitCode, 0, compiled.all);
  });

  it("writes nothing that would be refused, and reports everything that is wrong with it", () => {
    const before = read("robot-shop");
    const options = { language: "node" as const, uses: "mysq,redis", application: "robot-shop" };
    const problems = problemsOf(() => addService("Web", options, folder));
    assert.deepEqual(
      problems.map(({ what }) => what),
      ['"Web" is not a DNS label', 'robot-shop has no "mysq"'],
    );
    assert.match(problems[1]?.todo ?? "", /Did you mean "mysql"/);
    // Only the whole inventory shows that this name is one of a store's host names.
    const [taken] = problemsOf(() => addService("redis-master", { ...options, uses: "" }, folder));
    assert.match(taken?.what ?? "", /store redis creates a host with this name/);
    const [image] = problemsOf(() => addService("orders", { ...options, uses: "", image: "orders" }, folder));
    assert.match(image?.what ?? "", /has no exact version tag/);
    assert.equal(read("robot-shop"), before);
  });
});
