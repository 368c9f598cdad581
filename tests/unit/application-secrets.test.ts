/** Secrets that belong to no account: generated, or given by the stack or its secret store. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Application, Service } from "../../src/model/application";
import { readInventory } from "../../src/model/inventory/read";
import type { Task } from "../../src/model/task";
import { secret, secretInJson, secretInUrl, text } from "../../src/model/text";
import { validateApplication } from "../../src/model/validate";
import { plan } from "../../src/plan";
import { generationOfName, secretCredential } from "../../src/plan/credentials/application-secrets";
import { passwordInputs } from "../../src/plan/credentials/passwords";
import { fillText } from "../../src/plan/credentials/secret-text";
import { valuesIn } from "../../src/plan/credentials/secret-values";
import type { Plan } from "../../src/plan/plan";
import { application, contextFor, planFor, problemsOf, redis, service, valuesOf } from "../support";

const externalSecrets = { store: { name: "vault" }, path: "eu/shop" };

const shopWith = (
  secrets: NonNullable<Application["secrets"]>,
  more: Partial<Service> = { env: { JWT_KEY: [secret("jwt")] } },
): Application => application({ services: { api: service(more) }, secrets });

const shop = shopWith({ jwt: { reason: "signs sessions" } });

/** Plans with generated values in the state. */
const planWith = (passwords: string[], config: Record<string, unknown> = {}): Plan =>
  plan(contextFor(shop, config, { deployedGuarded: { passwords } }));

const whatOf = (given: Application): string[] =>
  validateApplication(given).map(({ where, what }) => `${where.replace(/^[^:]+: /, "")}: ${what}`);

describe("a generated secret", () => {
  it("is a protected value that a service reads from its Secret, and that no value of the release has", () => {
    const planned = planFor(shop);
    assert.deepEqual(planned.credentials, {
      "secret-jwt": { source: "generated", alphabet: "alphanumeric", length: 32, protect: true },
    });
    assert.deepEqual(planned.secrets["api-env"]?.keys, { JWT_KEY: [{ credential: "secret-jwt" }] });
    assert.deepEqual(valuesOf(planned, "api").env?.JWT_KEY, { secret: "api-env", key: "JWT_KEY" });
    assert.deepEqual(planned.releases.api?.secrets, ["api-env"]);
    assert.deepEqual(planned.warnings, []);
  });

  it("can be shared by services, in variables, files and arguments", () => {
    const planned = planFor(
      application({
        services: {
          api: service({ env: { TOKEN: [secret("token")] }, args: ["--token=$(TOKEN)"] }),
          worker: service({ files: { "/etc/worker.json": text`{"token": "${secret("token")}"}` } }),
        },
        secrets: { token: { reason: "the worker calls the api with it", alphabet: "hex" } },
      }),
    );
    assert.deepEqual(valuesOf(planned, "api").args, ["--token=$(TOKEN)"]);
    assert.deepEqual(planned.secrets["worker-files"]?.keys, {
      "etc-worker-json": ['{"token": "', { credential: "secret-token", encoding: "jsonString" }, '"}'],
    });
    assert.deepEqual(valuesOf(planned, "worker").mounts?.["etc-worker-json"], {
      volume: "secret-files",
      path: "/etc/worker.json",
      subPath: "etc-worker-json",
      readOnly: true,
    });
    assert.equal(Object.keys(planned.credentials).length, 1);
  });

  it("has the characters of its alphabet", () => {
    assert.deepEqual(passwordInputs({ length: 32 }), { length: 32, special: false });
    assert.deepEqual(passwordInputs({ length: 64, alphabet: "hex" }), {
      length: 64,
      special: true,
      overrideSpecial: "0123456789abcdef",
      upper: false,
      lower: false,
      numeric: false,
    });
    assert.deepEqual(passwordInputs({ length: 16, alphabet: "base64url" }), {
      length: 16,
      special: true,
      overrideSpecial: "-_",
    });
  });

  it("gets a new value and restarts its services with a new generation, and keeps the old values", () => {
    const first = planWith(["secret-jwt"]);
    const second = planWith(["secret-jwt"], { secrets: { jwt: { generation: 2 } } });
    assert.deepEqual(Object.keys(second.credentials).sort(), ["secret-jwt", "secret-jwt-2"]);
    assert.deepEqual(
      Object.entries(second.credentials).map(([name, credential]) => [
        name,
        "protect" in credential && credential.protect,
      ]),
      [
        ["secret-jwt", false],
        ["secret-jwt-2", true],
      ],
    );
    assert.deepEqual(second.secrets["api-env"]?.keys, { JWT_KEY: [{ credential: "secret-jwt-2" }] });
    const checksums = [first, second].map((planned) => valuesOf(planned, "api").secretChecksum);
    assert.notEqual(checksums[0], checksums[1]);
    // The old generation has the old value again, so a rollback restores it.
    const back = planWith(["secret-jwt", "secret-jwt-2"]);
    assert.equal(valuesOf(back, "api").secretChecksum, checksums[0]);
    assert.ok(back.credentials["secret-jwt-2"]);
    // A new stack has no old values.
    const fresh = planFor(shop, { secrets: { jwt: { generation: 3 } } });
    assert.deepEqual(Object.keys(fresh.credentials), ["secret-jwt-3"]);
  });

  it("cannot be removed by accident", () => {
    const without = application({ services: { api: service() } });
    const [problem] = problemsOf(() =>
      plan(contextFor(without, {}, { deployedGuarded: { passwords: ["secret-jwt"] } })),
    );
    assert.match(problem?.what ?? "", /password secret-jwt is deployed, but .* no longer need it/);
  });

  it("is warned about if no service uses it", () => {
    const planned = planFor(shopWith({ jwt: { reason: "signs sessions" } }, {}));
    assert.deepEqual(planned.warnings, [
      'apps/shop.ts: secret jwt is declared, but no service or task uses it: remove it, or use secret("jwt") in env or files',
    ]);
  });
});

describe("a given secret", () => {
  const stripe = shopWith(
    { stripe: { reason: "the payment provider's API key", given: true } },
    { env: { STRIPE: [secret("stripe")] } },
  );

  it("comes from the stack's config, and is missing otherwise", () => {
    const planned = planFor(stripe, { credentials: { "secret-stripe": "given" } });
    assert.deepEqual(planned.credentials, { "secret-stripe": { source: "stack" } });
    const [problem] = problemsOf(() => planFor(stripe));
    assert.equal(problem?.where, "flotilla:credentials.secret-stripe");
    assert.match(problem?.todo ?? "", /pulumi config set --secret --path flotilla:credentials.secret-stripe/);
  });

  it("comes from the secret store, in a Secret of its own", () => {
    const planned = planFor(stripe, { externalSecrets });
    assert.deepEqual(planned.credentials["secret-stripe"], {
      source: "secret store",
      key: "eu/shop/secret-stripe",
    });
    assert.deepEqual(valuesOf(planned, "api").env?.STRIPE, { secret: "api-env-external", key: "STRIPE" });
    assert.deepEqual(planned.secrets["api-env-external"]?.external?.keys, {
      "secret-stripe": "eu/shop/secret-stripe",
    });
  });

  it("restarts its services with a new generation, under the same name", () => {
    const config = { credentials: { "secret-stripe": "given" } };
    const planned = planFor(stripe, { ...config, secrets: { stripe: { generation: 2 } } });
    assert.deepEqual(planned.secrets["api-env"]?.keys, {
      STRIPE: [{ credential: "secret-stripe", generation: 2 }],
    });
    const checksum = (one: Plan) => valuesOf(one, "api").secretChecksum;
    assert.notEqual(checksum(planned), checksum(planFor(stripe, config)));
  });

  it("can replace a generated value in one stack, which keeps the generated one", () => {
    for (const [config, source] of [
      [{ credentials: { "secret-jwt": "given" } }, "stack"],
      [{ externalSecrets, secrets: { jwt: { given: true } } }, "secret store"],
    ] as const) {
      const planned = planWith(["secret-jwt-2"], config);
      assert.equal(planned.credentials["secret-jwt"]?.source, source);
      assert.deepEqual(planned.credentials["secret-jwt-2"]?.source, "generated");
    }
    // The secret store is for values that others create: a generated one stays generated.
    assert.equal(planFor(shop, { externalSecrets }).credentials["secret-jwt"]?.source, "generated");
  });

  it("is used if only a task uses it", () => {
    const migrate: Task = {
      image: { repository: "example.com/migrate", tag: "1.0.0" },
      seconds: 60,
      before: ["web"],
      env: { KEY: [secret("jwt")] },
    };
    const shop = application({
      services: { web: service() },
      tasks: { migrate },
      secrets: { jwt: { reason: "signs tokens", given: true } },
    });
    const plan = planFor(shop, { credentials: { "secret-jwt": "given" } });
    assert.deepEqual(plan.credentials["secret-jwt"]?.source, "stack");
    assert.deepEqual(plan.warnings, []);
  });

  it("needs no value in stacks in which no service uses it", () => {
    const optional = shopWith(
      { stripe: { reason: "the payment provider's API key", given: true } },
      { env: { STRIPE: [secret("stripe")] }, optional: "only stacks with payments need it" },
    );
    assert.deepEqual(planFor(optional).credentials, {});
    assert.equal(problemsOf(() => planFor(optional, { services: { api: { enabled: true } } })).length, 1);
  });

  it("is encoded in files, and warned about in a URL, because it can have any character", () => {
    const value = `p@:/?#"\\ü`;
    const config = { credentials: { "secret-key": value } };
    const contentOf = (path: string, content: Service["env"]) =>
      planFor(
        shopWith({ key: { reason: "a key", given: true } }, { files: { [path]: content?.TEXT ?? "" } }),
        config,
      ).secrets["api-files"]?.keys;
    const json =
      Object.values(contentOf("/a.json", { TEXT: text`{"a": "${secret("key")}"}` }) ?? {})[0] ?? [];
    assert.equal(JSON.parse(fillText(json, { "secret-key": value })).a, value);
    const env = {
      PLAIN: text`https://shop:${secret("key")}@bank`,
      ENCODED: text`https://shop:${secretInUrl("key")}@bank`,
      JSON: text`{"key": "${secretInJson("key")}"}`,
    };
    const given = planFor(shopWith({ key: { reason: "a key", given: true } }, { env }), config);
    assert.equal(given.warnings.length, 1);
    assert.match(
      given.warnings[0] ?? "",
      /PLAIN: secret key is not encoded in a URL.*use secretInUrl\("key"\)/,
    );
    assert.deepEqual(planFor(shopWith({ key: { reason: "a key" } }, { env })).warnings, []);
  });
});

describe("secrets in an inventory and in settings", () => {
  const bad: [string, Application, RegExp][] = [
    [
      "a secret that is not declared",
      shopWith({ jwt2: { reason: "signs" } }, { env: { A: [secret("jwt")] } }),
      /^service api, A: refers to secret "jwt", which is not in `secrets`/,
    ],
    ["a short length", shopWith({ jwt: { reason: "signs", length: 8 } }), /has 16 to 256 characters/],
    [
      "a hex value with few bits",
      shopWith({ jwt: { reason: "signs", length: 16, alphabet: "hex" } }),
      /alphabet hex has 32 to 256 characters/,
    ],
    ["a long length", shopWith({ jwt: { reason: "signs", length: 1000 } }), /has 16 to 256 characters/],
    [
      "a given value with a length",
      shopWith({ jwt: { reason: "signs", given: true, length: 32 } }),
      /has `given` and `length`/,
    ],
    ["the name of a later generation", shopWith({ "jwt-2": { reason: "signs" } }, {}), /is not a valid name/],
    ["an upper-case name", shopWith({ Jwt: { reason: "signs" } }, {}), /is not a valid name/],
    [
      "the name of a store",
      application({
        services: { api: service({ env: { A: [secret("cart")] } }) },
        stores: { cart: redis() },
        secrets: { cart: { reason: "signs" } },
      }),
      /^secret cart: a store has the same name/,
    ],
    [
      "an argument with a secret",
      shopWith({ jwt: { reason: "signs" } }, { args: [[secret("jwt")]] }),
      /args\[0\]: a password or secret in a command is visible/,
    ],
    [
      "a variable that ends up in pages",
      shopWith({ jwt: { reason: "signs" } }, { env: { NEXT_PUBLIC_KEY: [secret("jwt")] } }),
      /NEXT_PUBLIC_KEY: contains a secret, but variables with this prefix/,
    ],
    [
      "a file that a web server sends",
      shopWith({ jwt: { reason: "signs" } }, { files: { "/usr/share/nginx/html/c.json": [secret("jwt")] } }),
      /contains a secret, but web servers send/,
    ],
    [
      "a loader with a secret",
      application({
        services: {},
        stores: {
          cart: redis({
            loaders: {
              seed: {
                does: "loads",
                image: { repository: "example.com/l", tag: "1" },
                script: "true",
                env: { A: [secret("jwt")] },
              },
            },
          }),
        },
        secrets: { jwt: { reason: "signs" } },
      }),
      /loader seed, A: refers to secret "jwt", but loaders cannot use secrets/,
    ],
  ];
  for (const [name, given, message] of bad)
    it(`refuse ${name}`, () => {
      const problems = whatOf(given);
      assert.equal(problems.filter((problem) => message.test(problem)).length, 1, problems.join("\n"));
    });

  it("refuse unknown keys and alphabets in words", () => {
    const read = (jwt: object) =>
      readInventory({ name: "shop", description: "A shop", services: {}, secrets: { jwt } }, "shop").problems;
    assert.deepEqual(
      [read({ reason: "signs", alphabet: "base65" }), read({ reason: "signs", size: 3 }), read({})].map(
        ([problem]) => `${problem?.where}: ${problem?.what}`,
      ),
      [
        'apps/shop.ts: secret jwt: alphabet: must be one of "alphanumeric", "hex", "base64url", not "base65"',
        "apps/shop.ts: secret jwt: size: unknown key",
        "apps/shop.ts: secret jwt: reason: required key is missing",
      ],
    );
  });

  it("refuse settings of a secret that does not exist", () => {
    const [problem] = problemsOf(() => planFor(shop, { secrets: { jvt: { generation: 2 } } }));
    assert.match(`${problem?.what} ${problem?.todo}`, /shop has no secret "jvt".*jwt/);
    const [unknown] = problemsOf(() => planFor(shop, { credentials: { "secret-jvt": "x" } }));
    assert.match(`${unknown?.what} ${unknown?.todo}`, /no account, registry or secret uses .*secret-jwt/);
  });

  it("refuse a value with the name of an account's password", () => {
    const twice = application({
      services: { api: service({ uses: ["secret"], env: { A: [secret("default")] } }) },
      stores: { secret: redis() },
      secrets: { default: { reason: "signs" } },
    });
    const [problem] = problemsOf(() => planFor(twice));
    assert.match(problem?.what ?? "", /would be named secret-default, as a password of an account/);
  });
});

describe("the names and values of secrets", () => {
  const name = fc.stringMatching(/^[a-z]([a-z0-9]{0,6}-)?[a-z]{1,5}$/);

  it("belong to one secret and generation each", () => {
    fc.assert(
      fc.property(name, name, fc.integer({ min: 2, max: 999 }), (one, other, generation) => {
        assert.equal(generationOfName(one, secretCredential(one)), 1);
        assert.equal(generationOfName(one, `${secretCredential(one)}-${generation}`), generation);
        if (one !== other) assert.equal(generationOfName(one, secretCredential(other)), undefined);
      }),
    );
  });

  it("are read from an encoded text, as adopt does", () => {
    const value = fc.stringMatching(/^[A-Za-z0-9_-]{16,40}$/);
    const encoding = fc.constantFrom(
      "json",
      "jsonString",
      "uri",
      "xml",
      "yamlString",
      "properties",
      undefined,
    );
    fc.assert(
      fc.property(value, encoding, (held, how) => {
        const written = [
          "key: ",
          { credential: "secret-a", ...(how ? { encoding: how } : {}) },
          "\n",
        ] as const;
        assert.deepEqual(valuesIn(written, fillText(written, { "secret-a": held })), { "secret-a": held });
      }),
    );
  });
});
