/** An inventory is data that nobody has checked: its shape is, at every depth, before anything is planned. */
import assert from "node:assert/strict";
import { catalogue } from "../../apps";
import type { Application } from "../../src/model/application";
import { readInventory } from "../../src/model/inventory/read";
import type { ApplicationInput, ApplicationRead } from "../../src/model/inventory/schema";
import { host, password } from "../../src/model/text";
import type { WrittenApplication } from "../../src/model/written";
import { ownEnv, planFor, problemsOf, settingsOf, valuesOf } from "../support";

/** The documented types are those of the schema: tsc holds them together. */
const documented = (written: WrittenApplication): ApplicationInput => written;
const accepted = (input: ApplicationInput): WrittenApplication => input;
const services = (read: ApplicationRead["services"]): Application["services"] => read;

const API = { language: "node", image: "registry.example.com/api:1.0.0" };
const DB = { kind: "mysql", storage: "8Gi" };
const STRIPE = { reason: "payments", host: "api.stripe.com", port: 443, protocol: "https" };
const CALLER = { namespace: "batch", labels: { app: "batch" }, calls: ["api"], reason: "reports" };
const shop = (more: object = {}) => ({
  name: "shop",
  description: "A test",
  services: { api: API },
  ...more,
});
const api = (more: object) => shop({ services: { api: { ...API, ...more } } });
const db = (more: object) => shop({ stores: { db: { ...DB, ...more } } });
const stripe = (more: object) => shop({ externals: { stripe: { ...STRIPE, ...more } } });
const caller = (more: object) => shop({ callers: { batch: { ...CALLER, ...more } } });
const web = { ports: { http: { container: 8080, protocol: "http" } } };

/** `place: what is wrong` of each problem. */
const refusals = (written: unknown): string[] =>
  readInventory(written, "shop").problems.map(
    ({ where, what }) => `${where.replace("apps/shop.ts: ", "")}: ${what}`,
  );

const reading = (written: object): Application => {
  const { application, problems } = readInventory(written, "shop");
  assert.deepEqual(problems, []);
  return application as Application;
};

/** What is written, and what is said of it. */
const REFUSED: [string, unknown, RegExp][] = [
  ["nothing", undefined, /the file does not export an application/],
  ["a text", "shop", /the file does not export an application/],
  ["a list", [], /the application: must be a map/],
  ["no name", { description: "x", services: {} }, /^name: required key is missing$/],
  ["no description", { name: "shop", services: {} }, /^description: required key is missing$/],
  ["no services", { name: "shop", description: "x" }, /^services: required key is missing$/],
  ["a list of services", shop({ services: [API] }), /^services: must be a map$/],
  ["a misspelled key", shop({ servcies: {} }), /^servcies: unknown key$/],
  ["a name that is a number", shop({ name: 7 }), /^name: must be text, not 7$/],
  ["a service that is null", shop({ services: { api: null } }), /^service api: must be a map, not null$/],
  [
    "an unknown language",
    api({ language: "cobol" }),
    /^service api: language: must be one of .*, not "cobol"$/,
  ],
  [
    "no language",
    shop({ services: { api: { image: API.image } } }),
    /^service api: language: required key is missing$/,
  ],
  [
    "no image",
    shop({ services: { api: { language: "go" } } }),
    /^service api: image: required key is missing$/,
  ],
  ["an image without a tag", api({ image: "nginx" }), /^service api: image: has no tag/],
  [
    "an image in upper case",
    api({ image: "Nginx:1.29" }),
    /^service api: image: repository must be a repository.*lower case/,
  ],
  [
    "an image called latest",
    api({ image: "nginx:latest" }),
    /^service api: image: tag must not be latest, which/,
  ],
  ["an image with two tags", api({ image: "nginx:1:2" }), /^service api: image: repository must be/],
  [
    "a digest that is none",
    api({ image: "nginx:1@sha256:ab" }),
    /^service api: image: digest must be sha256:/,
  ],
  [
    "a scheme before an image",
    api({ image: "https://ghcr.io/a:1" }),
    /^service api: image: repository must be/,
  ],
  [
    "a tag that is a number",
    api({ image: { repository: "nginx", tag: 1.1 } }),
    /^service api: image\.tag: must be text, not 1\.1$/,
  ],
  [
    "a repository with a tag",
    api({ image: { repository: "nginx:1", tag: "1" } }),
    /^service api: image\.repository: must be a repository/,
  ],
  [
    "a key of an image",
    api({ image: { repository: "nginx", tag: "1", pullPolicy: "Always" } }),
    /^service api: image\.pullPolicy: unknown key$/,
  ],
  [
    "a command that is a text",
    api({ command: "/app --x" }),
    /^service api: command: must be a list, not "\/app --x"$/,
  ],
  ["args that are a text", api({ args: "--x" }), /^service api: args: must be a list, not "--x"$/],
  ["uses that is a text", api({ uses: "db" }), /^service api: uses: must be a list, not "db"$/],
  ["a use that is a number", api({ uses: [1] }), /^service api: uses\[0\]: must be text, not 1$/],
  ["livenes", api({ livenes: {} }), /^service api: livenes: unknown key$/],
  ["environment", api({ environment: {} }), /^service api: environment: unknown key$/],
  ["volumeMounts", api({ volumeMounts: [] }), /^service api: volumeMounts: unknown key$/],
  ["replicas", api({ replicas: 2 }), /^service api: replicas: unknown key$/],
  [
    "a variable that is null",
    api({ env: { A: null } }),
    /^service api: env\.A: must be text, a number, true or false/,
  ],
  [
    "a variable that is a map",
    api({ env: { A: { b: 1 } } }),
    /^service api: env\.A: must be text|env\.A\.ref/,
  ],
  [
    "a reference to nothing known",
    api({ env: { A: { ref: "hots", of: "db" } } }),
    /^service api: env\.A\.ref: must be a reference/,
  ],
  [
    "a variable's name with a space",
    api({ env: { "A B": "1" } }),
    /^service api: env\.A B: must be the name of a variable/,
  ],
  [
    "a variable's name with a digit first",
    api({ env: { "1A": "1" } }),
    /^service api: env\.1A: must be the name of a variable/,
  ],
  [
    "a port that is a number",
    api({ ports: { http: 8080 } }),
    /^service api: ports\.http: must be a map, not 8080$/,
  ],
  [
    "a port out of range",
    api({ ports: { http: { container: 70000, protocol: "http" } } }),
    /^service api: ports\.http\.container: must be at most 65535, not 70000$/,
  ],
  [
    "a port that is a text",
    api({ ports: { http: { container: "8080", protocol: "http" } } }),
    /^service api: ports\.http\.container: must be a number|must be of type number/,
  ],
  [
    "an unknown protocol",
    api({ ports: { http: { container: 80, protocol: "upd" } } }),
    /^service api: ports\.http\.protocol: must be one of "http", "grpc", "tcp", "udp", "sctp", not "upd"$/,
  ],
  [
    "a port's name that is too long",
    api({ ports: { "a-very-long-name-1": { container: 80, protocol: "http" } } }),
    /^service api: ports\.a-very-long-name-1: must be the name of a port: at most 15/,
  ],
  [
    "a port's name in upper case",
    api({ ports: { HTTP: { container: 80, protocol: "http" } } }),
    /^service api: ports\.HTTP: must be the name of a port/,
  ],
  ["a probe of no kind", api({ ...web, probe: {} }), /^service api: probe: must be one of \{ http/],
  [
    "a probe of another kind",
    api({ ...web, probe: { httpGet: { path: "/" } } }),
    /^service api: probe: must be one of/,
  ],
  [
    "a probe's path",
    api({ ...web, probe: { http: { path: "health", port: "http" } } }),
    /^service api: probe\.http\.path: must start with \/, not "health"$/,
  ],
  [
    "a probe without a port",
    api({ ...web, probe: { http: { path: "/" } } }),
    /^service api: probe\.http\.port: required key is missing$/,
  ],
  [
    "a probe's port that it does not have",
    api({ ...web, probe: { http: { path: "/", port: 9090 } } }),
    /^service api: probe\.http\.port: is 9090, but the service's ports are 8080$/,
  ],
  [
    "a probe's header",
    api({ ...web, probe: { http: { path: "/", port: "http", headers: { "X Y": "1" } } } }),
    /^service api: probe\.http\.headers\.X Y: must be the name of an HTTP header/,
  ],
  [
    "a probe's command that is a text",
    api({ probe: { exec: { command: "true" } } }),
    /^service api: probe\.exec\.command: must be a list/,
  ],
  [
    "a public port that it does not have",
    api({ ...web, public: { port: 80 } }),
    /^service api: public\.port: is 80, but the service's ports are 8080$/,
  ],
  [
    "a public port of a service without ports",
    api({ public: { port: 80 } }),
    /^service api: public\.port: is 80, but the service has no ports$/,
  ],
  [
    "an annotation's key",
    api({ ...web, public: { port: "http", annotations: { "a b": "1" } } }),
    /^service api: public\.annotations\.a b: must be an annotation key, such as example\.com\/limit/,
  ],
  ["seconds that are a text", api({ startupSeconds: "60" }), /^service api: startupSeconds: must be/],
  [
    "seconds below nothing",
    api({ startupSeconds: -1 }),
    /^service api: startupSeconds: must be at least 0, not -1$/,
  ],
  [
    "half a replica",
    api({ autoscaling: { minReplicas: 1.5 } }),
    /^service api: autoscaling\.minReplicas: must be a whole number/,
  ],
  [
    "a metric's name",
    api({ autoscaling: { podMetrics: { "requests/s": "1" } } }),
    /^service api: autoscaling\.podMetrics\.requests\/s: must be the name of a metric/,
  ],
  [
    "an amount that is none",
    api({ resources: { requests: { cpu: "lots", memory: "1Gi" }, limits: { memory: "1Gi" } } }),
    /^service api: resources\.requests\.cpu: must be a Kubernetes quantity/,
  ],
  [
    "an amount that is a number",
    api({ resources: { requests: { cpu: 1, memory: "1Gi" }, limits: { memory: "1Gi" } } }),
    /^service api: resources\.requests\.cpu: must be text, not 1$/,
  ],
  [
    "no limit of memory",
    api({ resources: { requests: { cpu: "1", memory: "1Gi" }, limits: {} } }),
    /^service api: resources\.limits\.memory: required key is missing$/,
  ],
  ["a relative path", api({ writable: ["tmp"] }), /^service api: writable\[0\]: must be an absolute path/],
  [
    "a relative file",
    api({ files: { "app.conf": "x" } }),
    /^service api: files\["app\.conf"\]: must be an absolute path/,
  ],
  [
    "a path with a colon",
    api({ writable: ["/a:b"] }),
    /^service api: writable\[0\]: must be an absolute path/,
  ],
  ["an empty reason", api({ noProbe: "" }), /^service api: noProbe: must be a reason/],
  [
    "a permission without a reason",
    api({ permissions: { a: { resources: ["secrets"], names: ["a"], verbs: ["get"] } } }),
    /^service api: permissions\.a\.reason: required key is missing$/,
  ],
  ["a user's name", api({ user: { uid: "node", gid: 1 } }), /^service api: user\.uid: must be/],
  [
    "an unknown kind of store",
    db({ kind: "postgresql" }),
    /^store db: kind: unknown kind of store "postgresql"$/,
  ],
  [
    "a store without a kind",
    shop({ stores: { db: { storage: "1Gi" } } }),
    /^store db: kind: required key is missing$/,
  ],
  [
    "a store without storage",
    shop({ stores: { db: { kind: "mysql" } } }),
    /^store db: storage: required key is missing$/,
  ],
  ["storage that is a number", db({ storage: 8 }), /^store db: storage: must be text, not 8$/],
  [
    "an account without a credential",
    db({ accounts: { app: { username: "app" } } }),
    /^store db: accounts\.app\.credential: required key is missing$/,
  ],
  [
    "a credential that is a text",
    db({ accounts: { app: { username: "app", credential: "hunter22" } } }),
    /^store db: accounts\.app\.credential: must be \{ generated: true \}, or \{ fixed, reason \}$/,
  ],
  [
    "a fixed password without a reason",
    db({ accounts: { app: { username: "app", credential: { fixed: "hunter22" } } } }),
    /^store db: accounts\.app\.credential\.reason: required key is missing$/,
  ],
  [
    "a loader without a script",
    db({ loaders: { seed: { does: "x", image: "a:1", env: {} } } }),
    /^store db: loaders\.seed\.script: required key is missing$/,
  ],
  [
    "a scheme in a host",
    stripe({ host: "https://api.stripe.com/v1" }),
    /^external stripe: host: must be a DNS name/,
  ],
  ["a port in a host", stripe({ host: "db:5432" }), /^external stripe: host: must be a DNS name/],
  [
    "a range that is none",
    stripe({ cidr: "10.0.0.0/33" }),
    /^external stripe: cidr: must be a range of addresses/,
  ],
  [
    "an external without a port",
    shop({ externals: { s: { ...STRIPE, port: undefined } } }),
    /^external s: port: required key is missing$/,
  ],
  [
    "a stand-in that is wrong",
    stripe({ standIn: { language: "node" } }),
    /^external stripe: standIn\.image: required key is missing$/,
  ],
  [
    "labels of a caller",
    caller({ labels: { "a b": "c" } }),
    /^caller batch: labels\.a b: must be a label key/,
  ],
  ["a caller's namespace", caller({ namespace: "Batch" }), /^caller batch: namespace: must be a DNS label/],
];

describe("the shape of an inventory", () => {
  it("is as its types say", () => {
    for (const held of [documented, accepted, services]) assert.deepEqual(held({} as never), {});
  });

  for (const [name, written, said] of REFUSED)
    it(`is refused: ${name}`, () => {
      const found = refusals(written);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] as string, said);
    });

  it("is refused all at once, through the settings, with where and what to do", () => {
    const written = api({ language: "rubby", command: "/app --x", env: { PORT: {} } });
    const problems = problemsOf(() => settingsOf({ application: "shop" }, { shop: written as never }));
    assert.deepEqual(
      problems.map(({ where, todo }) => `${where}: ${todo}`),
      [
        'apps/shop.ts: service api: language: Did you mean "ruby"? Use "generic" for any other runtime.',
        "apps/shop.ts: service api: env.PORT: Correct it.",
        'apps/shop.ts: service api: command: Write a list: ["/app","--x"].',
      ],
    );
  });

  it("tells nothing that may be a password again", () => {
    const written = db({
      accounts: { app: { username: "app", credential: { fixed: 12345678, reason: "x" } } },
    });
    assert.doesNotMatch(refusals(written).join(), /12345678/);
    assert.doesNotMatch(
      refusals(db({ accounts: { app: { username: "a", credential: "hunter22" } } })).join(),
      /hunter22/,
    );
  });
});

describe("a short form in an inventory", () => {
  const service = (more: object) => reading(api(more)).services.api;

  it("is read as what it is short for: values of variables", () => {
    const { env } =
      service({ env: { PORT: 8080, DEBUG: true, RATE: 0.1, HOST: host("db"), URL: ["x", 1] } }) ?? {};
    assert.deepEqual(env, {
      PORT: "8080",
      DEBUG: "true",
      RATE: "0.1",
      HOST: [host("db")],
      URL: ["x", "1"],
    });
  });

  it("is read as what it is short for: an image in one text", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const image = (text: string) => service({ image: text })?.image;
    assert.deepEqual(image("nginx:1.29"), { repository: "nginx", tag: "1.29" });
    assert.deepEqual(image("localhost:5000/a/b:1"), { repository: "localhost:5000/a/b", tag: "1" });
    assert.deepEqual(image(`ghcr.io/a/b:1@${digest}`), { repository: "ghcr.io/a/b", tag: "1", digest });
  });

  it("is read as what it is short for: a port's number", () => {
    const found = service({
      ...web,
      probe: { http: { path: "/", port: 8080 } },
      liveness: { tcp: { port: 8080 } },
      public: { port: 8080 },
      metrics: { port: 8080, path: "/metrics" },
    });
    assert.deepEqual(found?.probe, { http: { path: "/", port: "http" } });
    assert.deepEqual(found?.liveness, { tcp: { port: "http" } });
    assert.equal(found?.public?.port, "http");
    assert.equal(found?.metrics?.port, "http");
  });

  it("is read as what it is short for: no stores, and a store without resources", () => {
    assert.deepEqual(reading(shop()).stores, {});
    assert.deepEqual(reading(db({})).stores.db?.resources.requests, { cpu: "100m", memory: "512Mi" });
  });

  it("is planned like the long form", () => {
    const short = {
      ...api({ ...web, env: { PORT: 8080 }, uses: ["db"] }),
      stores: {
        db: {
          ...DB,
          accounts: { app: { username: "app", database: "app", credential: { generated: true } } },
        },
      },
    };
    const application = reading(short);
    const plan = planFor(application, { distribution: "upstream" });
    assert.deepEqual(Object.keys(plan.releases), ["db", "db-accounts", "api"]);
    assert.deepEqual(ownEnv(valuesOf(plan, "api")), { PORT: "8080" });
  });

  it("changes nothing of an inventory without one", () => {
    for (const [name, written] of Object.entries(catalogue))
      assert.deepEqual(readInventory(written, name).application, written);
  });

  it("may mention a password as one reference", () => {
    const { env } = service({ env: { PASSWORD: password("db", "app") } }) ?? {};
    assert.deepEqual(env, { PASSWORD: [password("db", "app")] });
  });
});

describe("an inventory that is no plain data", () => {
  const throwing = (value: object, key: string): object =>
    Object.defineProperty(value, key, {
      enumerable: true,
      get: () => {
        throw new Error("boom");
      },
    });
  const withProto = (json: string): unknown => JSON.parse(json.replace("{", '{"__proto__": {}, '));

  it("is refused at the property that cannot be read", () => {
    assert.deepEqual(refusals(throwing(shop(), "services")), ["services: the value cannot be read: boom"]);
    assert.deepEqual(refusals(shop({ services: throwing({}, "api") })), [
      "service api: the value cannot be read: boom",
    ]);
    const proxy = new Proxy(shop(), {
      ownKeys: () => {
        throw new Error("boom");
      },
    });
    assert.deepEqual(refusals(proxy), ["the application: the value cannot be read: boom"]);
  });

  it("is refused with a key that zod would skip", () => {
    assert.deepEqual(refusals(shop({ services: withProto('{"api": {}}') })), [
      "service __proto__: this name cannot be used as a key",
    ]);
    assert.deepEqual(refusals(api({ env: withProto('{"A": "b"}') })), [
      "service api: env.__proto__: this name cannot be used as a key",
    ]);
  });

  it("is not refused for a circle of objects that is not its own", () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    assert.deepEqual(refusals(api({ env: { A: circle } })), [
      'service api: env.A: must be text, a number, true or false, a reference such as host("db"), or a list of these',
    ]);
  });
});

describe("the value of a variable", () => {
  const NO_TEXT = 'must be text, a number, true or false, a reference such as host("db"), or a list of these';

  for (const [what, value, more] of [
    ["a date", new Date(0), ""],
    ["an object of text", new String("a"), ""],
    ["what Kubernetes calls valueFrom", { valueFrom: {} }, ""],
    ["bytes", Buffer.from("a"), ""],
    ["NaN", Number.NaN, ", not NaN"],
    ["Infinity", Number.POSITIVE_INFINITY, ", not Infinity"],
  ] as const)
    it(`cannot be ${what}`, () =>
      assert.deepEqual(refusals(api({ env: { A: value } })), [`service api: env.A: ${NO_TEXT}${more}`]));

  it("cannot be a list within a list", () =>
    assert.match(
      refusals(api({ env: { A: ["a", [host("db"), ":"]] } })).join(),
      /^service api: env\.A\[1\]: must be text.*spread a nested list: \.\.\.address\("db"\)$/,
    ));

  for (const text of ["a\0b", "\ud800", ["\udfff"]])
    it(`cannot be ${JSON.stringify(text)}, which no container gets`, () => {
      for (const more of [{ env: { A: text } }, { args: [text] }, { files: { "/a": text } }])
        assert.match(refusals(api(more)).join(), /contains U\+0000 or a lone surrogate/);
    });

  it("is what a number and an emoji print", () =>
    assert.deepEqual(reading(api({ env: { A: 1e21, B: "😀" } })).services.api?.env, { A: "1e+21", B: "😀" }));
});

describe("the message about a wrong value", () => {
  for (const [what, written, message] of [
    [
      "two forms of a password",
      db({
        accounts: {
          app: { username: "a", database: "a", credential: { generated: true, fixed: "x", reason: "y" } },
        },
      }),
      "store db: accounts.app.credential.generated: cannot be combined with the other keys here",
    ],
    ["a function", shop({ services: { api: () => API } }), "service api: must be a map, not a function"],
    [
      "an image of 256 characters",
      api({ image: `${"a".repeat(256)}:1` }),
      "service api: image: repository must be at most 255 characters long",
    ],
  ] as const)
    it(`names what is wrong with ${what}`, () => assert.deepEqual(refusals(written), [message]));

  it("says how to write a number as text, and a text as a number", () => {
    const todo = (written: unknown) => readInventory(written, "shop").problems.map((problem) => problem.todo);
    assert.deepEqual(todo(db({ storage: 8 })), [
      'Put quotes around it: "8" (JavaScript drops the trailing zeros of a number).',
    ]);
    assert.deepEqual(todo(stripe({ port: "443" })), ["Write it without quotes: 443."]);
  });
});
