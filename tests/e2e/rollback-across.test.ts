/** A rollback from the layout of 0.7 to an older program, whose modules are in other places. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { PROJECT } from "../../cli/tools/paths";
import { copyProject, writeCatalogue, writeStackFile } from "../copy";
import { flotilla } from "./inventory";
import { get, initStack, type Stack } from "./world";

/** The last commit with the old layout. */
const BEFORE = "c11cb1012836729b5830ee3e808a89074d143bfa";

const catalogue = (vocabulary: string) => `import type { Application } from "${vocabulary}";
const shop: Application = {
  name: "shop",
  description: "A test",
  services: { web: { language: "go", image: { repository: "example.com/web", tag: "1.0.0" } } },
  stores: {},
};
export const catalogue = { shop };
`;

describe("a rollback across a change of the layout", () => {
  const namespace = "e2e-across";
  let stack: Stack;
  const git = (...args: string[]) => execa("git", args, { cwd: stack.folder });
  const commit = async (message: string) => {
    await git("add", "-A");
    await git("-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "-qm", message);
  };
  const image = async () => {
    const { spec } = await get<{ spec: { template: { spec: { containers: { image: string }[] } } } }>(
      ...["deployment", "web", "-n", namespace],
    );
    return spec.template.spec.containers[0]?.image;
  };

  before(async function () {
    const has = await execa("git", ["cat-file", "-e", `${BEFORE}^{commit}`], { cwd: PROJECT, reject: false });
    // A shallow clone has no history to roll back to.
    if (has.exitCode !== 0) return this.skip();
    const folder = mkdtempSync(join(tmpdir(), "flotilla-across-"));
    const { stdout } = await execa("git", ["archive", BEFORE], { cwd: PROJECT, encoding: null });
    await execa("tar", ["-x", "-C", folder, "--exclude=Pulumi.*.yaml", "--exclude=tests"], { input: stdout });
    // The same packages, so nothing is downloaded.
    cpSync(join(PROJECT, "package-lock.json"), join(folder, "package-lock.json"));
    symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, ".gitignore"), "node_modules\n.flotilla\n");
    writeCatalogue(folder, catalogue("../model/application"));
    writeStackFile(folder, "across", {
      environment: "local",
      distribution: "upstream",
      application: "shop",
      namespace,
    });
    stack = await initStack(folder, "across");
    await git("init", "-q", "-b", "main");
    await commit("0.6");
    await stack.up();
  });
  after(() => stack?.remove());

  it("runs the old program again, and rolls forward to the new one", async () => {
    const { folder } = stack;
    for (const name of readdirSync(folder).filter((name) => !/^(\.git|\.gitignore|Pulumi\..*)$/.test(name)))
      rmSync(join(folder, name), { recursive: true });
    copyProject(folder);
    writeCatalogue(folder, catalogue("../src/model/application"));
    await commit("0.7");
    // A newer chart or description updates a release; nothing is created, replaced or deleted.
    const changes = new Set((await stack.preview()).map(({ op }) => op));
    changes.delete("update");
    assert.deepEqual([...changes], []);
    await stack.config("flotilla:services.web.tag", "2.0.0");
    await stack.up();
    assert.equal(await image(), "example.com/web:2.0.0");
    const back = await flotilla(stack, "rollback", "--stack", stack.name, "--yes");
    assert.equal(back.exitCode, 0, back.all);
    assert.equal(await image(), "example.com/web:1.0.0");
    const list = await flotilla(stack, "rollback", "--stack", stack.name, "--list");
    assert.match(list.all ?? "", /flotilla rollback to 1: /);
    const forward = await flotilla(stack, "rollback", "--stack", stack.name, "--to", "2", "--yes");
    assert.equal(forward.exitCode, 0, forward.all);
    assert.equal(await image(), "example.com/web:2.0.0");
  });
});
