/** Public applications as a user would describe them: checked for local and prod, and deployed completely. */
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import { readCatalogue } from "../../src/model/inventory/read";
import "../../src/plan";
import { accountCredentials } from "../../src/plan/credentials/externals";
import { writeStackFile } from "../copy";
import { catalogue } from "../fixtures/applications";
import { flotilla } from "./inventory";
import { describeLong, long } from "./long";
import { get, projectStack, type Stack } from "./world";

interface Workload {
  metadata: { name: string };
  spec: { replicas: number };
  status: { readyReplicas?: number };
}

const FIXTURES = "tests/fixtures/applications";

/** The one with the most kinds of stores. The plans of all have unit tests. */
const BY_DEFAULT = "sock-shop";

for (const [name, application] of Object.entries(readCatalogue(catalogue)))
  (name === BY_DEFAULT ? describe : describeLong)(`${name} on the sandbox cluster`, () => {
    const namespace = `e2e-${name}`;
    let stack: Stack;

    before(async () => {
      stack = await projectStack(name, {
        application: name,
        environment: "local",
        distribution: "upstream",
        standIns: true,
        namespace,
      });
      // As deep below the project as the fixtures, and a part of it that a rollback copies.
      cpSync(join(PROJECT, FIXTURES), join(stack.folder, "apps/public/applications"), { recursive: true });
      writeFileSync(
        join(stack.folder, "apps", "index.ts"),
        'export { catalogue } from "./public/applications";\n',
      );
    });
    after(() => stack?.remove());

    it("passes check for local", async () => {
      const { exitCode, all = "" } = await flotilla(stack, "check", "--stack", stack.name);
      assert.equal(exitCode, 0, all);
      assert.match(all, /\n0 errors, /);
    });

    it("passes check for prod", async () => {
      writeStackFile(stack.folder, "prod", {
        layers: ["prod"],
        application: name,
        distribution: "upstream",
        profile: "standalone",
        cluster: { context: "prod" },
        ingress: { host: "shop.example.com", tlsSecret: "shop-tls" },
        credentials: Object.fromEntries(
          accountCredentials(application).map((credential) => [credential, { secure: "v1:abc" }]),
        ),
      });
      const { exitCode, all = "" } = await flotilla(stack, "check", "--stack", "prod");
      assert.equal(exitCode, 0, all);
      assert.match(all, /\n0 errors, /);
    });

    (name === BY_DEFAULT ? it : long)(
      `${name} is deployed completely, and a second preview shows no change`,
      async () => {
        await stack.up();
        const { items } = await get<{ items: Workload[] }>("deployments,statefulsets", "-n", namespace);
        const { services, stores, externals = {} } = application;
        const expected = [
          ...Object.entries(services).flatMap(([service, { optional }]) => (optional ? [] : [service])),
          ...Object.keys(stores),
          ...Object.entries(externals).flatMap(([external, { standIn }]) => (standIn ? [external] : [])),
        ];
        assert.deepEqual(items.map(({ metadata }) => metadata.name).sort(), expected.sort());
        for (const { metadata, spec, status } of items)
          assert.equal(status.readyReplicas, spec.replicas, metadata.name);
        assert.deepEqual(await stack.preview(), []);
      },
    );

    (name === BY_DEFAULT ? it : long)(`${name} is upgraded and rolled back`, async () => {
      const [service] = Object.entries(application.services).find(([, { optional }]) => !optional) ?? [];
      const image = async () =>
        (
          await get<{ spec: { template: { spec: { containers: { image: string }[] } } } }>(
            ...["deployment", service as string, "-n", namespace],
          )
        ).spec.template.spec.containers[0]?.image;
      const before = await image();
      await stack.config(`flotilla:services.${service}.tag`, "99.0.0");
      await stack.up();
      assert.match((await image()) ?? "", /:99\.0\.0$/);
      const { exitCode, all } = await flotilla(
        stack,
        ...["rollback", "--stack", stack.name, "--config-only", "--yes"],
      );
      assert.equal(exitCode, 0, all);
      assert.equal(await image(), before);
    });
  });
