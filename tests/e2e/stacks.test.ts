/** The project's own stacks, previewed against the sandbox cluster as `make preview STACK=...` does. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import { prepareStack } from "../../dev/sandbox/stack";
import { pulumi } from "../../dev/sandbox/world";
import { unreachable } from "../../src/runtime/reach";
import { apply, get, read, run, world } from "./world";

describe("preview of the project's stacks", () => {
  // Replicated stores have more passwords, including one for mongodb's exporter.
  for (const [name, resources] of [
    ["dev", 63],
    // One more than prod: the login of its mirror.
    ["prod-us-east-1", 65],
  ] as const)
    it(`shows the full plan of ${name}, and changes no file of it`, async () => {
      const file = join(PROJECT, `Pulumi.${name}.yaml`);
      const original = read(file);
      const selection = await prepareStack(world(), name);
      const { stdout, all = "" } = await pulumi(world(), ["preview", ...selection, "--non-interactive"], {
        all: true,
      });
      assert.match(stdout, new RegExp(`\\+ ${resources} to create`));
      assert.match(stdout, new RegExp(`environment: "${name.split("-")[0]}"`));
      assert.doesNotMatch(all, /^\s+at .*\.(ts|js):\d+/m, "no stack trace");
      // prod's layer says why they are good enough for now.
      assert.equal(/warning: the stores use Bitnami's images/.test(all), !name.startsWith("prod"));
      // Where Bitnami's registry cannot be reached, each of the four charts is one line.
      const lines = all.split("\n").filter((line) => /^\s+warning: release \w+: the chart/.test(line));
      const away = (await unreachable("registry-1.docker.io", 443)) !== undefined;
      assert.equal(new Set(lines).size, away ? 4 : 0);
      assert.equal(read(file), original);
    });

  it("leaves an IngressClass as it is", async () => {
    const controller = async () =>
      (await get<{ spec: { controller: string } }>("ingressclass", "nginx")).spec.controller;
    await run("kubectl", ["delete", "ingressclass", "nginx", "--ignore-not-found"]);
    const own = { apiVersion: "networking.k8s.io/v1", kind: "IngressClass", metadata: { name: "nginx" } };
    await apply({ ...own, spec: { controller: "example.com/own" } });
    await prepareStack(world(), "prod");
    assert.equal(await controller(), "example.com/own");
  });

  it("shows with --debug what the SDK does for the program", async () => {
    const selection = await prepareStack(world(), "dev");
    const { stdout } = await pulumi(world(), ["preview", ...selection, "--non-interactive", "--debug"]);
    assert.match(stdout, /Registering resource: t=kubernetes:helm\.sh\/v3:Release, name=catalogue/);
    assert.match(stdout, /RegisterResource RPC finished: .*catalogue/);
  });

  it("does not replace a stack whose state is missing with a new one, which would overwrite its backups", async () => {
    await prepareStack(world(), "dev");
    const file = join(world().world.state, ".pulumi", "stacks", "flotilla", "dev.json");
    const history = join(world().world.state, ".pulumi", "history", "flotilla", "dev");
    const whole = readFileSync(file);
    mkdirSync(history, { recursive: true });
    writeFileSync(join(history, "dev-1.checkpoint.json"), whole);
    writeFileSync(`${file}.bak`, whole);
    rmSync(file);
    await assert.rejects(prepareStack(world(), "dev"), /is missing: .*\n.*flotilla recover --stack dev/);
    assert.equal(existsSync(file), false);
    await assert.rejects(
      pulumi(world(), ["preview", "--stack", "dev", "--non-interactive"]),
      /no stack named 'dev'/,
    );
    rmSync(history, { recursive: true });
    writeFileSync(file, whole);
  });

  it("does not create a stack without a stack file", async () => {
    await assert.rejects(
      prepareStack(world(), "nowhere"),
      /Pulumi\.nowhere\.yaml: the stack file does not exist/,
    );
  });
});
