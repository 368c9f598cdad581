/** Variables that refer to others, and literal `$`: the container gets what was written. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Application, Service } from "../../src/model/application";
import { readInventory } from "../../src/model/inventory/read";
import { address, host, password, port, type Text, text, username } from "../../src/model/text";
import { literally, toManifest, withValues } from "../../src/model/variables";
import { expand } from "../kubelet";
import { application, ownEnv, planFor, problemsOf, redis, service, settingsOf, valuesOf } from "../support";

const NUM_RUNS = { numRuns: 2000 };

/** Texts of the relevant characters. */
const tricky = fc
  .array(fc.constantFrom("$", "$", "(", ")", "V", "A B", "1", ".", " ", "\n", "é", "😀", "{", "$(V)", "$$"), {
    maxLength: 12,
  })
  .map((parts) => parts.join(""));

const account = { username: "app", database: "app", credential: { generated: true as const } };
const db = { ...redis(), kind: "mysql" as const, accounts: { app: account } };
const shop = (web: Partial<Service>, more: Partial<Application> = {}) =>
  application({
    services: { web: service({ uses: ["db", "api"], ...web }), api: service() },
    stores: { db },
    ...more,
  });
const web = (given: Partial<Service>, config: Record<string, unknown> = {}) => {
  const plan = planFor(shop(given), config);
  const values = valuesOf(plan, "web");
  return { ...values, env: ownEnv(values), secret: plan.secrets["web-env"]?.keys };
};
const refusals = (given: Partial<Service>, config: Record<string, unknown> = {}) =>
  problemsOf(() => planFor(shop(given), config)).map(({ where, what, todo }) => `${where}: ${what} ${todo}`);

describe("the name of a variable", () => {
  it("can be that of a property that every object has", () => {
    const env = { constructor: "a", toString: "$(constructor)b", hasOwnProperty: "c", valueOf: "d" };
    assert.deepEqual(web({ env: { ...env } }).env, { ...env, toString: "ab" });
    const { env: changed } = web(
      { env: { ...env } },
      { services: { web: { env: { valueOf: null, isA: "x" } } } },
    );
    assert.deepEqual(Object.keys(changed ?? {}), ["constructor", "toString", "hasOwnProperty", "isA"]);
  });
});

describe("literal text", () => {
  it("reaches the container unchanged, whatever variables there are", () => {
    fc.assert(
      fc.property(tricky, (written) => {
        assert.equal(expand(literally(written), { V: "value" }), written);
        assert.equal(
          expand(toManifest([written, { variable: "V" }, written]), { V: "|" }),
          `${written}|${written}`,
        );
      }),
      NUM_RUNS,
    );
  });

  it("is escaped only if Kubernetes would change it", () => {
    for (const untouched of ["$HOME $1 ${X} $", "a=$(command -v sh) b", "$(open", "100 %", ""])
      assert.equal(literally(untouched), untouched);
    assert.equal(literally("$$ROOT"), "$$$ROOT");
    assert.equal(literally("$(date)"), "$$(date)");
    assert.equal(literally("5$é"), "5$$é");
  });
});

describe("variables that refer to others", () => {
  it("get the values that Kubernetes would expand, if they were in the right order", () => {
    const word = (index: number) =>
      fc.oneof(
        fc.constantFrom("a", "-", "$a ", "}", "$(V-none)"),
        fc.nat({ max: Math.max(0, index - 1) }).map((other) => (index === 0 ? "0" : `$(V${other})`)),
      );
    const texts = fc.tuple(...[0, 1, 2, 3, 4].map((index) => fc.array(word(index), { maxLength: 4 })));
    fc.assert(
      fc.property(texts, (words) => {
        const written = Object.fromEntries(words.map((parts, index) => [`V${index}`, parts.join("")]));
        const byKubernetes: Record<string, string> = {};
        for (const [name, value] of Object.entries(written)) byKubernetes[name] = expand(value, byKubernetes);
        const reversed = Object.fromEntries(Object.entries(written).reverse());
        assert.deepEqual({ ...withValues(reversed) }, byKubernetes);
      }),
      NUM_RUNS,
    );
  });

  it("are expanded by Flotilla, in any order, with the stack's values", () => {
    const env: Record<string, Text> = {
      A_URL: "http://$(B_HOSTPORT)/x",
      B_HOSTPORT: "$(C_HOST):80",
      C_HOST: [host("api")],
      PRICE: "5$$, $$(C_HOST), $HOME",
    };
    assert.deepEqual(web({ env }).env, {
      A_URL: "http://api:80/x",
      B_HOSTPORT: "api:80",
      C_HOST: "api",
      PRICE: "5$$$, $$(C_HOST), $HOME",
    });
    const config = { services: { web: { env: { C_HOST: "other", NEW: "$(A_URL)y" } } } };
    const { A_URL, NEW } = web({ env }, config).env ?? {};
    assert.deepEqual([A_URL, NEW], ["http://other:80/x", "http://other:80/xy"]);
  });

  it("go into a Secret if they refer to one in a Secret, and are expanded there", () => {
    const { env, secret } = web({
      env: {
        URL: text`mysql://$(USER):${password("db", "app")}@$(PLACE)/$$(x)`,
        USER: [username("db", "app")],
        PLACE: text`${address("db")}`,
        COPY: "url=$(URL)",
      },
    });
    const filled = ["mysql://app:", { credential: "db-app" }, "@db:3306/$(x)"];
    assert.deepEqual(secret, { URL: filled, COPY: ["url=mysql://app:", ...filled.slice(1)] });
    assert.deepEqual(env?.COPY, { secret: "web-env", key: "COPY" });
    const overridden = web(
      { env: { PASSWORD: [password("db", "app")] } },
      { services: { web: { env: { DSN: "pw=$(PASSWORD)" } } } },
    );
    assert.deepEqual(overridden.secret?.DSN, ["pw=", { credential: "db-app" }]);
  });

  const refused: [string, Partial<Service>, RegExp, object?][] = [
    [
      "a cycle",
      { env: { A: "$(B)", B: "$(C)", C: "$(A)" } },
      /^apps\/shop\.ts: service web: env\.A: the variables form a cycle: A -> B -> C -> A /,
    ],
    ["itself", { env: { PATH: "/opt/bin:$(PATH)" } }, /env\.PATH: refers to itself, \$\(PATH\)/],
    [
      "nothing",
      { env: { A: "$(PROT)", PORT: "1" } },
      /env\.A: refers to \$\(PROT\), but service web has no such variable Did you mean "PORT"\? To .* write \$\$\(PROT\)\.$/,
    ],
    [
      "what Kubernetes only knows elsewhere",
      { env: { A: "$(KUBERNETES_SERVICE_HOST)" } },
      /kubernetes\.default\.svc/,
    ],
    [
      "nothing, in an argument",
      { args: ["--port=$(PORT)"] },
      /^apps\/shop\.ts: service web: args\[0\]: .*PORT/,
    ],
    [
      "what the stack removes",
      { env: { A: "$(B)", B: "1" } },
      /env\.A: refers to \$\(B\), which flotilla:services\.web\.env\.B removes Remove that setting, or change the text/,
      { B: null },
    ],
    [
      "an unknown variable, in the stack",
      {},
      /^(Pulumi\.test\.yaml\S* )?flotilla:services\.web\.env\.A: refers to \$\(B\)/,
      { A: "$(B)" },
    ],
    [
      "a Secret, in the command of a probe",
      { env: { PW: [password("db", "app")] }, probe: { exec: { command: ["ping", "-p$(PW)"] } } },
      /the command of the probe: refers to \$\(PW\), which is in a Secret/,
    ],
    [
      "a variable, in a header",
      { env: { T: "1" }, probe: { http: { path: "/", port: "http", headers: { "X-T": "$(T)" } } } },
      /a header of the probe refers to \$\(T\)/,
    ],
    [
      "more than a variable can contain",
      {
        env: Object.fromEntries(
          Array.from({ length: 60 }, (_, at) => [`V${at}`, at === 59 ? "" : `$(V${at + 1})$(V${at + 1})`]),
        ),
      },
      /env\.V41: has 262,144 characters including the variables that it refers to/,
    ],
    [
      "a variable, in a path",
      { env: { T: "1" }, writable: ["/cache/$(T)"] },
      /a path in `writable` refers to/,
    ],
  ];
  for (const [what, given, message, env] of refused)
    it(`must not refer to ${what}`, () => {
      const said = refusals(given, env ? { services: { web: { env } } } : {});
      assert.equal(said.length, 1, said.join("\n"));
      assert.match(said[0] as string, message);
    });

  it("are checked in loaders and stand-ins as well", () => {
    const loader = { does: "x", image: { repository: "example.com/a", tag: "1" }, script: "true" };
    const inStores = (env: Record<string, Text>) =>
      planFor(shop({}, { stores: { db: { ...db, loaders: { seed: { ...loader, env } } } } }));
    assert.match(problemsOf(() => inStores({ A: "$(B)" }))[0]?.where ?? "", /store db, loader seed: env\.A$/);
    const { env } = valuesOf(inStores({ A: "$(B):$(HOME)", B: [host("db")], C: "$$" }), "db-load-seed");
    assert.deepEqual(env, { HOME: "/tmp", A: "db:/tmp", B: "db", C: "$$$" });
    const bank = { host: "bank.example.com", port: 443, protocol: "https" as const, reason: "a test" };
    const standIn = service({ env: { A: "$(A)" } });
    const [problem] = problemsOf(() => planFor(shop({}, { externals: { bank: { ...bank, standIn } } })));
    assert.equal(problem?.where, "apps/shop.ts: stand-in of external bank: env.A");
  });
});

describe("commands and arguments", () => {
  it("accept references, and variables with and without a password", () => {
    const { command, args } = web({
      env: { LEVEL: "de$bug", PW: [password("db", "app")] },
      command: ["/app", [host("api")]],
      args: [text`--db=${host("db")}:${port("db")}/$$`, "--level=$(LEVEL)", "--pw=$$$(PW)", "$(PW)$"],
    });
    assert.deepEqual(command, ["/app", "api"]);
    assert.deepEqual(args, ["--db=db:3306/$$$", "--level=de$bug", "--pw=$$$$(PW)", "$(PW)$$"]);
    assert.deepEqual(
      args?.map((word) => expand(word, { PW: "secret" })),
      ["--db=db:3306/$$", "--level=de$bug", "--pw=$$(PW)", "secret$"],
    );
  });

  it("must not have a password, or a reference to what is not used", () => {
    assert.match(
      refusals({ args: [[password("db", "app")]] })[0] ?? "",
      /web, args\[0\]: a password or secret in a command/,
    );
    assert.match(
      refusals({ uses: [], command: [[host("api")]] })[0] ?? "",
      /web, command\[0\]: refers to "api"/,
    );
  });

  it("do not change a shell's own $(...) and $$", () => {
    const script = 'echo $$ > "/tmp/x.$$"; now=$(date); exec app --port $(PORT)';
    const { args } = web({ env: { PORT: "80" }, command: ["/bin/sh", "-c"], args: [script] });
    assert.equal(expand(args?.[0] ?? "", { PORT: "80", date: "?" }), script.replace("$(PORT)", "80"));
  });

  it("are expanded in probes, where Kubernetes does not know the values of other variables", () => {
    const command = ["sh", "-c", "check $(URL) $$ $(date)"];
    const { probes } = web({ env: { URL: "http://$(H)", H: "a" }, probe: { exec: { command } } });
    const [, , said = ""] = probes?.readiness?.exec?.command ?? [];
    assert.equal(expand(said, { URL: "?", date: "?" }), "check http://a $$ $(date)");
    assert.deepEqual(probes?.startup?.exec, probes?.readiness?.exec);
  });

  it("can be written as numbers and references in an inventory", () => {
    const api = { language: "go", image: "example.com/api:1", args: ["--port", 80, host("db")] };
    const written = { name: "shop", description: "A test", services: { api } };
    assert.deepEqual(readInventory(written, "shop").application?.services.api?.args, [
      "--port",
      "80",
      [host("db")],
    ]);
  });
});

describe("Job scripts", () => {
  const SCRIPT =
    'db.a.aggregate([{$replaceRoot: {newRoot: "$$ROOT"}}])\nDELIMITER $$\necho $(HOST) > /tmp/x.$$\n';

  it("reach a loader as written", () => {
    const image = { repository: "example.com/a", tag: "1" };
    const seed = { does: "x", image, script: SCRIPT, env: { HOST: [host("db")] } };
    const plan = planFor(shop({}, { stores: { db: { ...db, loaders: { seed } } } }));
    assert.deepEqual(
      valuesOf(plan, "db-load-seed").args?.map((word) => expand(word, { HOST: "db" })),
      [SCRIPT],
    );
  });
});

describe("names of variables", () => {
  const NAMES = ["discovery.type", "cluster-name", ".a", "-a", "_", "A1"];

  it("can have dots and dashes, in an inventory, in a stack and in a Secret", () => {
    const written = (env: object) => {
      const api = { language: "go", image: "example.com/api:1", env };
      return readInventory({ name: "shop", description: "A test", services: { api } }, "shop").problems;
    };
    const env = Object.fromEntries(NAMES.map((name) => [name, "1"]));
    assert.deepEqual(written(env), []);
    assert.deepEqual(web({}, { services: { web: { env } } }).env, env);
    const secret = Object.fromEntries(NAMES.map((name) => [name, [password("db", "app")]]));
    assert.deepEqual(Object.keys(web({ env: secret }).secret ?? {}), NAMES);
    assert.deepEqual(web({ env: { "a.b": "x", C: "$(a.b)" } }).env, { "a.b": "x", C: "x" });
    for (const bad of ["..", "..a", ".", "1A", "A B", "A=B", "é", ""]) {
      assert.match(written({ [bad]: "1" })[0]?.what ?? "", /must be the name of a variable/, bad);
      assert.throws(
        () => settingsOf({ services: { cart: { env: { [bad]: "1" } } } }),
        /must be the name of a variable/,
        bad,
      );
    }
  });
});
