import assert from "node:assert/strict";
import fc from "fast-check";
import { catalogue } from "../../apps";
import type { ExportedResource } from "../../cli/core/state";
import { settingsBeside } from "../../cli/stack/settings";
import { unwritten } from "../../src/config/file";
import { readSettings } from "../../src/config/settings";
import { FlotillaError } from "../../src/model/problems";
import { problemsOf, readStack, settingsOf } from "../support";

describe("settings", () => {
  it("fill in the defaults", () => {
    const { settings } = settingsOf({});
    assert.deepEqual(settings, {
      application: "robot-shop",
      environment: "dev",
      cluster: {},
      layers: [],
      distribution: "bitnami",
      charts: "oci",
      waitImage: {},
      registryMirrors: {},
      allowedRegistries: [],
      requireDigests: false,
      rolloutSeconds: 180,
      secrets: {},
      storeImages: { registry: "docker.io", repositoryPrefix: "bitnamilegacy", pullSecrets: [] },
      allowDeletion: [],
      quota: {},
      standIns: false,
      externals: {},
      registries: {},
      credentials: [],
      services: {},
      stores: {},
      tasks: {},
    });
  });

  it("accept scalars as Pulumi passes them", () => {
    assert.equal(settingsOf({ replicas: "3" }).settings.replicas, 3);
    // A namespace of digits is a name, not a number.
    assert.equal(settingsOf({ namespace: "42" }).settings.namespace, "42");
  });

  it("ignore keys of other projects", () => {
    assert.doesNotThrow(() =>
      readStack("config: { flotilla:layers: [dev], kubernetes:context: x }", {
        dev: "config: { flotilla:environment: dev }",
      }),
    );
  });

  const refusals: {
    name: string;
    config: Record<string, unknown>;
    where: string;
    what: RegExp;
    todo: RegExp;
  }[] = [
    {
      name: "a misspelled key",
      config: { replica: 2 },
      where: "flotilla:replica",
      what: /unknown setting/,
      todo: /Did you mean "replicas"/,
    },
    {
      name: "a misspelled key inside a service",
      config: { services: { cart: { tga: "1" } } },
      where: "flotilla:services.cart.tga",
      what: /unknown setting/,
      todo: /Did you mean "tag"/,
    },
    {
      name: "a misspelled key inside the cluster",
      config: { cluster: { contxt: "a" } },
      where: "flotilla:cluster.contxt",
      what: /unknown setting/,
      todo: /Did you mean "context"/,
    },
    {
      name: "a missing environment",
      config: { environment: undefined },
      where: "flotilla:environment",
      what: /missing/,
      todo: /Pulumi\.test\.yaml/,
    },
    {
      name: "an unknown environment",
      config: { environment: "produ" },
      where: "flotilla:environment",
      what: /unknown environment "produ"/,
      todo: /Did you mean "prod"/,
    },
    {
      name: "an unknown application",
      config: { application: "robot-shopp" },
      where: "flotilla:application",
      what: /unknown application "robot-shopp"/,
      todo: /Did you mean "robot-shop"/,
    },
    {
      name: "an unknown service",
      config: { services: { catalog: { tag: "1" } } },
      where: "flotilla:services.catalog",
      what: /no service "catalog"/,
      todo: /Did you mean "catalogue"/,
    },
    {
      name: "an unknown store",
      config: { stores: { postgres: { storage: "1Gi" } } },
      where: "flotilla:stores.postgres",
      what: /no store "postgres"/,
      todo: /Known: mongodb, mysql, rabbitmq, redis/,
    },
    {
      name: "a tag that YAML reads as a number",
      config: { services: { cart: { tag: 1.1 } } },
      where: "flotilla:services.cart.tag",
      what: /must be of type string, not 1.1/,
      todo: /quotes/,
    },
    {
      name: "a number out of range",
      config: { replicas: 5000 },
      where: "flotilla:replicas",
      what: /at most 1000/,
      todo: /Correct it, or remove it \(default: 3 in prod, else 1\)/,
    },
    {
      name: "a number of the wrong kind",
      config: { replicas: "many" },
      where: "flotilla:replicas",
      what: /must be of type (int|number), not "many"/,
      todo: /Correct it/,
    },
    {
      name: "an invalid size",
      config: { stores: { mysql: { storage: "8 GB" } } },
      where: "flotilla:stores.mysql.storage",
      what: /Kubernetes quantity/,
      todo: /Correct it/,
    },
    {
      name: "an unknown distribution",
      config: { distribution: "bitnamy" },
      where: "flotilla:distribution",
      what: /one of "bitnami", "upstream"/,
      todo: /Correct it/,
    },
    {
      name: "prod without an explicit cluster",
      config: { environment: "prod" },
      where: "flotilla:cluster.context",
      what: /never follows the current context/,
      todo: /pulumi config set --path flotilla:cluster.context/,
    },
  ];

  it("do not repeat the value of a variable", () => {
    const problems = problemsOf(() =>
      settingsOf({ services: { cart: { env: { PIN: [4711], OTHER: { is: 4711 } } } } }),
    );
    assert.equal(problems.length, 2);
    assert.doesNotMatch(JSON.stringify(problems), /4711/);
  });

  it("refuse a map instead of text, whatever its keys are", () => {
    const map = { toString: 1 };
    const problems = problemsOf(() => settingsOf({ environment: map, services: { cart: { tag: map } } }));
    assert.deepEqual(
      problems.map(({ where }) => where),
      ["flotilla:environment", "flotilla:services.cart.tag"],
    );
  });

  for (const { name, config, where, what, todo } of refusals)
    it(`refuse ${name}`, () => {
      const problems = problemsOf(() => settingsOf(config));
      assert.equal(problems.length, 1);
      assert.equal(problems[0]?.where, where);
      assert.match(problems[0]?.what ?? "", what);
      assert.match(problems[0]?.todo ?? "", todo);
    });

  it("of a deployed store that left the inventory report both problems, also with others", async () => {
    const config = {
      project: "flotilla",
      stack: "dev",
      files: [
        unwritten("Pulumi.dev.yaml", {
          application: "robot-shop",
          environment: "dev",
          replicas: -1,
          stores: { mysqli: { storage: "2Gi" }, orders: { storage: "2Gi" } },
        }),
      ],
    };
    const release = "kubernetes:helm.sh/v3:Release";
    const orders = {
      urn: `urn:pulumi:dev::flotilla::flotilla:index:Application$flotilla:index:Store$${release}::orders`,
      type: release,
      outputs: { name: "orders", chart: "./charts/store", values: {} },
    };
    const problems = async (reading: Promise<readonly ExportedResource[]>) => {
      const refusal = await settingsBeside(config, reading).catch((error: unknown) => error);
      assert.ok(refusal instanceof FlotillaError);
      return Object.fromEntries(refusal.problems.map((problem) => [problem.where, problem]));
    };
    const found = await problems(Promise.resolve([orders]));
    assert.deepEqual(Object.keys(found).sort(), [
      "flotilla:replicas",
      "flotilla:stores.mysqli",
      "flotilla:stores.orders",
    ]);
    assert.equal(
      found["flotilla:stores.orders"]?.what,
      'robot-shop no longer has a store "orders", but it is still deployed with its data',
    );
    assert.match(
      found["flotilla:stores.orders"]?.todo ?? "",
      /^Put orders back .*remove this setting and run: npx flotilla remove orders --stack dev$/,
    );
    assert.match(found["flotilla:stores.mysqli"]?.todo ?? "", /Did you mean "mysql"/);
    const unread = await problems(Promise.reject(new Error("no state")));
    assert.equal(unread["flotilla:stores.orders"]?.what, 'robot-shop has no store "orders"');
  });

  it("report all problems at once", () => {
    const problems = problemsOf(() =>
      settingsOf({ environment: "nowhere", replicas: -1, servces: {}, services: { crat: {} } }),
    );
    assert.deepEqual(
      problems.map(({ where }) => where).sort(),
      ["flotilla:environment", "flotilla:replicas", "flotilla:services.crat", "flotilla:servces"].sort(),
    );
  });

  it("refuse or accept anything, and fail in no other way", () => {
    const key = fc.oneof(
      fc.constantFrom(
        "application",
        "environment",
        "cluster",
        "replicas",
        "services",
        "stores",
        "ingress",
        "__proto__",
      ),
      fc.string(),
    );
    const value = fc.oneof(fc.string(), fc.json());
    fc.assert(
      fc.property(fc.dictionary(key, value), (config) => {
        try {
          readSettings(
            { project: "flotilla", stack: "s", files: [unwritten("Pulumi.s.yaml", config)] },
            catalogue,
          );
        } catch (error) {
          assert.ok(error instanceof FlotillaError, String((error as Error).stack));
          assert.ok(error.problems.length > 0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
