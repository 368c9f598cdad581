/** What exceeds the limits of the API server, Helm or Linux is refused by the plan, so by preview and up as well as by check. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import type { Application, Service } from "../../src/model/application";
import { composePlan } from "../../src/plan/compose";
import { application, charts, planFor, problemsOf, redis, service, stackOf } from "../support";

const MIB = 1024 * 1024;
const web = (overrides: Partial<Service>): Application =>
  application({ services: { web: service(overrides) } });

const refusal = (shop: Application, config: Record<string, unknown> = {}) => {
  const [first, ...more] = problemsOf(() => planFor(shop, config));
  assert.deepEqual(more, []);
  return first ?? assert.fail("nothing was refused");
};

describe("limits of the API server", () => {
  it("refuse a config file above 1 MiB, with its size, the limit and what to do", () => {
    const { where, what, todo } = refusal(web({ files: { "/etc/geo.json": "x".repeat(1_200_000) } }));
    assert.equal(where, "apps/shop.ts: service web: files");
    assert.match(what, /\/etc\/geo\.json 1,200,000 bytes.*at most 1,048,576 bytes/);
    assert.match(todo, /to the image/);
  });

  it("count bytes instead of characters, and all files of a service together", () => {
    const { what } = refusal(web({ files: { "/a": "ä".repeat(300_000), "/b": "b".repeat(500_000) } }));
    assert.match(what, /the files have 1,100,000 bytes together \(\/a 600,000 bytes, \/b 500,000 bytes\)/);
  });

  it("allow exactly the limit, and no byte more", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MIB }), fc.integer({ min: 0, max: 1 }), (first, over) => {
        const files = { "/a": "a".repeat(first), "/b": "b".repeat(MIB - first + over) };
        const problems = problemsOfOrNone(() => planFor(web({ files })));
        assert.equal(problems.length, over);
      }),
      { numRuns: 20 },
    );
  });

  it("refuse a variable or argument with which Linux cannot start a program", () => {
    const long = "x".repeat(140_000);
    assert.equal(refusal(web({ env: { LIST: long } })).where, "apps/shop.ts: service web: env.LIST");
    assert.equal(
      refusal(web({}), { services: { web: { env: { LIST: long } } } }).where,
      "flotilla:services.web.env.LIST",
    );
    const { where, todo } = refusal(web({ args: ["-c", long] }));
    assert.equal(where, "apps/shop.ts: service web: args[1]");
    assert.match(todo, /`files`/);
    assert.deepEqual(
      problemsOfOrNone(() => planFor(web({ env: { A: "x".repeat(131_069) } }))),
      [],
    );
    assert.equal(problemsOfOrNone(() => planFor(web({ env: { A: "x".repeat(131_070) } }))).length, 1);
  });

  it("refuse too many variables together, and variables with a password that are too long", () => {
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`V${at}`, "x".repeat(100_000)]));
    assert.match(refusal(web({ env: many })).what, /1,1\d\d,\d+ bytes together \(the largest: /);
    const shop = application({
      services: {
        web: service({
          uses: ["redis"],
          env: { URL: ["x".repeat(140_000), { ref: "password", of: "redis", account: "default" }] },
        }),
      },
      stores: { redis: redis() },
    });
    assert.equal(refusal(shop, { distribution: "upstream" }).where, "apps/shop.ts: service web: env.URL");
  });

  it("refuse annotations above 256 KiB", () => {
    const annotations = { "example.com/rules": "x".repeat(256 * 1024) };
    const shop = web({ public: { port: "http", annotations } });
    const { what } = refusal(shop, { ingress: { host: "shop.example.com" } });
    assert.match(what, /the annotations of the Ingress have .*example\.com\/rules/);
  });

  it("refuse what Helm cannot store, even if the ConfigMap could: preview and up apply the rule as check does", () => {
    const noise = randomBytes(450_000).toString("base64");
    const { config, read } = stackOf(web({ files: { "/noise": noise } }));
    const [found] = problemsOf(() => composePlan(config, read, { charts }));
    assert.equal(found?.rule, "release-size");
    const pattern = "the same line\n".repeat(70_000);
    const small = stackOf(web({ files: { "/pattern": pattern } }));
    composePlan(small.config, small.read, { charts });
  });
});

/** Returns the problems of the error that a call throws, or none. */
function problemsOfOrNone(call: () => unknown) {
  try {
    call();
    return [];
  } catch {
    return problemsOf(call);
  }
}
