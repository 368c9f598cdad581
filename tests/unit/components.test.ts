/** What the components of one service and one store check before they plan. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Application } from "../../components";
import { neighborProblems } from "../../components/part";
import { configInCode } from "../../src/config/from-code";
import { FlotillaError } from "../../src/model/problems";
import { kindAmong } from "../../src/plan/deployed";
import { kindOf, registerStoreKind } from "../../src/plan/stores/registry";

const place = { application: "shop", namespace: "shop", settings: { environment: "dev" } } as const;
const problems = (store: Parameters<typeof neighborProblems>[3][string], key = "db") =>
  neighborProblems("api", place, "stores", { [key]: store }).map(
    ({ where, what, todo }) => `${where}: ${what}. ${todo}`,
  );

describe("the stores of a Microservice", () => {
  it("must be in its namespace, under their names, and list it as a client", () => {
    assert.deepEqual(problems({ name: "db", args: { ...place, clients: ["web", "api"] } }), []);
  });

  it("are refused with every problem otherwise", () => {
    assert.deepEqual(problems({ name: "orders", args: { ...place, namespace: "other" } }), [
      'arguments of Microservice "api": stores.db: the key is not the name of Store "orders". Write stores: { "orders": ... }.',
      'arguments of Microservice "api": stores.db: Store "orders" is in namespace other, but the service is in shop. Deploy both to one namespace, or declare it as an external.',
      'arguments of Microservice "api": stores.db: the network policy of Store "orders" denies connections from api. Add "api" to its clients.',
    ]);
  });
});

describe("settings in code", () => {
  it("may be undefined, which means the default", () => {
    const settings = {
      environment: "dev",
      profile: undefined,
      services: { web: { replicas: undefined } },
    } as const;
    const [file] = configInCode("here", "dev", "shop", settings).files;
    assert.deepEqual(file?.values.services, { web: {} });
    assert.equal("profile" in (file?.values ?? {}), false);
  });
});

describe("registerStoreKind", () => {
  it("accepts a kind twice, and refuses a different one of the same name and a name that is not a DNS label", () => {
    const redis = kindOf("redis");
    registerStoreKind(redis);
    assert.throws(() => registerStoreKind({ ...redis }), FlotillaError);
    assert.throws(() => registerStoreKind({ ...redis, name: "My Redis" as "redis" }), /not a DNS label/);
    assert.equal(kindOf("redis"), redis);
  });

  it("accepts the protocol of another kind: the image of a release identifies the kind", () => {
    const redis = kindOf("redis");
    const valkey = { ...redis, image: { repository: "docker.io/valkey/valkey", tag: "9" } };
    const deployed = (repository: string) =>
      kindAmong([redis, valkey], { portName: "redis", image: { repository } });
    assert.equal(deployed("mirror.example.com/valkey/valkey"), valkey);
    assert.equal(deployed("docker.io/library/redis"), redis);
  });
});

describe("an Application in a unit test of a program", () => {
  const inventory = {
    name: "shop",
    description: "A test",
    services: { web: { language: "go", image: "example.com/web:1.0.0" } },
    stores: { cache: { kind: "redis", storage: "1Gi" } },
  } as const;
  const create = (name: string, environment: "dev" | "prod") =>
    new Application(name, { inventory, settings: { environment, distribution: "upstream" } });
  let release: Promise<unknown>;

  before(() => {
    let created = (_: unknown): void => undefined;
    release = new Promise((resolve) => {
      created = resolve;
    });
    const mocks: pulumi.runtime.Mocks = {
      newResource: ({ name, type, inputs }) => {
        if (type === "kubernetes:helm.sh/v3:Release" && name === "shop-web") created(inputs.namespace);
        return { id: name, state: inputs };
      },
      call: () => ({}),
    };
    pulumi.runtime.setMocks(mocks, "shop", "dev", false, "test");
  });

  it("creates its resources with mocks", async () => {
    const { outputs } = create("shop", "dev");
    const { namespace } = await new Promise<{ namespace: string }>((resolve) => outputs.apply(resolve));
    assert.equal(namespace, "shop-dev");
    assert.equal(await release, namespace);
  });

  it("is not deployed to prod by the provider that follows the current context", () => {
    assert.throws(() => create("production", "prod"), /follows the current context.*\n.*kubernetes:context/);
  });
});
