/** Passwords created elsewhere, which the cluster reads from a secret store. */
import assert from "node:assert/strict";
import { password, passwordInUrl, text } from "../../src/model/text";
import { externalSecret } from "../../src/plan/credentials/external-secrets";
import type { ExternalSecretPlan, SecretPlan } from "../../src/plan/plan";
import { application, planFor, planOf, problemsOf, redis, service, settingsOf, valuesOf } from "../support";

const externalSecrets = { store: { name: "vault" }, path: "eu/shop" };

const specOf = (name: string, secret: SecretPlan, source = secret.external) =>
  externalSecret(name, "shop", secret, source as ExternalSecretPlan).spec;

describe("External Secrets", () => {
  const shop = application({
    services: {
      web: service({
        uses: ["bank", "redis"],
        env: {
          BANK: text`https://shop:${passwordInUrl("bank", "shop")}@bank`,
          REDIS_PASSWORD: [password("redis", "default")],
        },
      }),
    },
    stores: { redis: redis() },
    externals: {
      bank: {
        host: "bank.example.com",
        port: 443,
        protocol: "https",
        reason: "all is paid there",
        accounts: { shop: { username: "shop" } },
      },
    },
  });

  it("need no password in the stack", () => {
    assert.match(problemsOf(() => planFor(shop))[0]?.todo ?? "", /flotilla:externalSecrets/);
    const plan = planFor(shop, { externalSecrets });
    assert.deepEqual(plan.credentials["bank-shop"], { source: "secret store", key: "eu/shop/bank-shop" });
    assert.equal(plan.credentials["redis-default"]?.source, "generated");
  });

  it("create a separate Secret, next to the one that the stack fills", () => {
    const plan = planFor(shop, { externalSecrets });
    const { env } = valuesOf(plan, "web");
    assert.deepEqual(env?.BANK, { secret: "web-env-external", key: "BANK" });
    assert.deepEqual(env?.REDIS_PASSWORD, { secret: "web-env", key: "REDIS_PASSWORD" });
    assert.deepEqual(plan.releases.web?.secrets, ["web-env", "web-env-external"]);
    assert.equal(plan.secrets["web-env"]?.external, undefined);
    const secret = plan.secrets["web-env-external"] as SecretPlan;
    assert.deepEqual(specOf("web-env-external", secret), {
      refreshInterval: "1h",
      secretStoreRef: { name: "vault", kind: "ClusterSecretStore" },
      target: {
        name: "web-env-external",
        creationPolicy: "Owner",
        template: {
          engineVersion: "v2",
          type: "Opaque",
          metadata: { labels: secret.labels },
          data: { BANK: 'https://shop:{{ index . "bank-shop" | urlquery | replace "+" "%20" }}@bank' },
        },
      },
      data: [{ secretKey: "bank-shop", remoteRef: { key: "eu/shop/bank-shop" } }],
    });
  });

  it("are replaced by a password that the stack was given", () => {
    const plan = planFor(shop, { externalSecrets, credentials: { "bank-shop": "given" } });
    assert.equal(plan.credentials["bank-shop"]?.source, "stack");
    assert.deepEqual(
      Object.keys(plan.secrets).filter((name) => name.startsWith("web")),
      ["web-env"],
    );
  });

  it("contain the login of a registry, as JSON in JSON", () => {
    const plan = planOf({
      externalSecrets,
      registries: { mirror: { server: "m.example.com", username: "shop" } },
    });
    const secret = plan.secrets["registry-mirror-external"] as SecretPlan;
    const { target } = specOf("registry-mirror-external", secret);
    assert.equal(target.template.type, "kubernetes.io/dockerconfigjson");
    assert.equal(
      target.template.data[".dockerconfigjson"],
      '{{ "{\\"auths\\":{\\"m.example.com\\":{\\"username\\":\\"shop\\",\\"password\\":" }}{{ index . "registry-mirror" | toJson }}{{ "}}}" }}',
    );
  });

  it("are refused for a text with passwords from both sources", () => {
    const mixed = application({
      ...shop,
      services: {
        web: service({
          uses: ["bank", "redis"],
          env: { BOTH: text`${password("bank", "shop")} ${password("redis", "default")}` },
        }),
      },
    });
    const [problem] = problemsOf(() => planFor(mixed, { externalSecrets }));
    assert.match(problem?.what ?? "", /BOTH contains bank-shop and redis-default, but only some of them/);
  });

  it("escape a brace next to a password", () => {
    const secret = { labels: {}, keys: { A: ["PWD={", { credential: "a" }, "}"] } } as unknown as SecretPlan;
    const source = { store: { name: "s", kind: "SecretStore" }, refreshInterval: "1h", keys: { a: "p/a" } };
    assert.equal(
      specOf("s", secret, source).target.template.data.A,
      '{{ "PWD={" }}{{ index . "a" }}{{ "}" }}',
    );
  });

  it("keep text that looks like a template", () => {
    const secret = { labels: {}, keys: { A: ["{{ x }}", { credential: "a" }] } } as unknown as SecretPlan;
    const spec = specOf("s", secret, {
      store: { name: "s", kind: "SecretStore" },
      refreshInterval: "1h",
      keys: { a: "p/a" },
    });
    assert.equal(spec.target.template.data.A, '{{ "{{ x }}" }}{{ index . "a" }}');
  });

  it("require a store and a path", () => {
    const wheres = problemsOf(() => settingsOf({ externalSecrets: { path: "/a/" } })).map(
      ({ where }) => where,
    );
    assert.deepEqual(wheres.sort(), ["flotilla:externalSecrets.path", "flotilla:externalSecrets.store"]);
  });
});
