import assert from "node:assert/strict";
import { catalogue } from "../../apps";
import type { User } from "../../src/model/application";
import { findCycle } from "../../src/model/graph";
import { readCatalogue } from "../../src/model/inventory/read";
import { nearest } from "../../src/model/nearest";
import { host, password, type Reference, url } from "../../src/model/text";
import { validateApplication } from "../../src/model/validate";
import { application, planFor, problemsOf, redis, service } from "../support";

const one = (...args: Parameters<typeof application>) => {
  const problems = validateApplication(application(...args));
  assert.equal(problems.length, 1, JSON.stringify(problems, null, 2));
  return problems[0] as (typeof problems)[number];
};
const account = { username: "app", database: "app", credential: { generated: true as const } };

describe("an inventory", () => {
  for (const inventory of Object.values(readCatalogue(catalogue)))
    it(`of ${inventory.name} is valid`, () => {
      assert.deepEqual(validateApplication(inventory), []);
    });

  it("must not use an unknown store; the nearest one is suggested", () => {
    const problem = one({ services: { web: service({ uses: ["cahce"] }) }, stores: { cache: redis() } });
    assert.match(problem.where, /^apps\/shop\.ts: service web$/);
    assert.match(problem.what, /uses "cahce", which is not a service, store or external of shop/);
    assert.match(problem.todo, /Did you mean "cache"\?/);
  });

  it("must not have a service named like the container that waits for its stores", () => {
    const services = { "wait-for-dependencies": service({ uses: ["cache"] }) };
    assert.match(
      one({ services, stores: { cache: redis() } }).what,
      /the init container that waits for what a service uses/,
    );
  });

  it("must not use a service without a port", () => {
    const services = {
      web: service({ uses: ["worker"] }),
      worker: service({ ports: undefined, probe: undefined }),
    };
    assert.match(one({ services }).what, /has no ports/);
  });

  it("must not have stores that need each other in a cycle", () => {
    const problem = one({
      stores: { a: redis({ needs: ["b"] }), b: redis({ needs: ["c"] }), c: redis({ needs: ["a"] }) },
    });
    assert.match(problem.what, /a -> b -> c -> a/);
  });

  it("may have services that use each other in a cycle", () => {
    const services = { a: service({ uses: ["b"] }), b: service({ uses: ["a"] }) };
    assert.deepEqual(validateApplication(application({ services })), []);
  });

  it("must not have a name that is too long for Helm", () => {
    const name = "a".repeat(54);
    assert.match(one({ services: { [name]: service() } }).what, /54 characters; Helm allows 53/);
    assert.deepEqual(validateApplication(application({ services: { ["a".repeat(53)]: service() } })), []);
  });

  it("must not have a name that is not a DNS label", () => {
    for (const name of ["Web", "1web", "web_api", "web-"])
      assert.match(one({ services: { [name]: service() } }).what, /DNS label/);
  });

  it("must not have a service and a store of the same name", () => {
    assert.match(one({ services: { cache: service() }, stores: { cache: redis() } }).what, /same name/);
  });

  it("must not use a port twice", () => {
    const ports = {
      http: { container: 80, protocol: "http" as const },
      other: { container: 80, protocol: "tcp" as const },
    };
    assert.match(one({ services: { web: service({ ports }) } }).what, /the same number, 80/);
  });

  it("must not probe or publish a port that it does not have", () => {
    const probe = { tcp: { port: "htpp" } };
    assert.match(one({ services: { web: service({ probe }) } }).todo, /Did you mean "http"/);
    assert.match(
      one({ services: { web: service({ public: { port: "https" } }) } }).todo,
      /Did you mean "http"/,
    );
  });

  it("must not refer to what it does not use, or to an unknown account", () => {
    const env = { HOST: [host("cache")] };
    assert.match(
      one({ services: { web: service({ env }) }, stores: { cache: redis() } }).todo,
      /Add "cache" to `uses`/,
    );
    const web = service({ uses: ["db"], env: { URL: [password("db", "ap")] } });
    const db = redis({ kind: "mysql", accounts: { app: account } });
    assert.match(one({ services: { web }, stores: { db } }).todo, /Did you mean "app"/);
  });

  it("must have valid quantities", () => {
    const little = { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "lots" } };
    assert.match(one({ stores: { cache: redis({ storage: "8 Gi" }) } }).what, /"8 Gi" is not a quantity/);
    assert.match(one({ stores: { cache: redis({ resources: little }) } }).what, /"lots" is not a quantity/);
    assert.match(
      one({ services: { web: service({ resources: little }) } }).where,
      /resources\.limits\.memory/,
    );
  });

  it("must declare its stores' accounts", () => {
    assert.match(one({ stores: { db: redis({ kind: "mysql" }) } }).what, /no account/);
    assert.match(one({ stores: { mq: redis({ kind: "rabbitmq" }) } }).what, /exactly one account/);
    assert.match(
      one({ stores: { cache: redis({ accounts: { app: account } }) } }).what,
      /only the default user/,
    );
    assert.match(
      one({ stores: { db: redis({ kind: "mysql", noPassword: "why not", accounts: { app: account } }) } })
        .what,
      /cannot run without a password/,
    );
    const injected = { ...account, username: "a'; DROP" };
    assert.match(
      one({ stores: { db: redis({ kind: "mysql", accounts: { app: injected } }) } }).what,
      /is not a valid user name/,
    );
    const ofStore = { ...account, username: "root" };
    assert.match(
      one({ stores: { db: redis({ kind: "mysql", accounts: { app: ofStore } }) } }).what,
      /the user name "root" is reserved for the store/,
    );
    const twice = redis({
      kind: "mysql",
      accounts: { app: account, other: { ...account, database: "other" } },
    });
    assert.match(one({ stores: { db: twice } }).what, /has the same user name as account app/);
    assert.deepEqual(validateApplication(application({ stores: { db: { ...twice, kind: "mongodb" } } })), []);
  });

  it("must not use one Service port for two ports", () => {
    const ports = {
      http: { container: 8080, service: 80, protocol: "http" as const },
      admin: { container: 9090, service: 80, protocol: "http" as const },
    };
    assert.match(
      one({ services: { web: service({ ports }) } }).what,
      /http and admin have the same Service port, 80/,
    );
  });

  it("must say why a service runs as a low user ID", () => {
    const problems = (user: User) =>
      validateApplication(application({ services: { web: service({ user }) } }));
    assert.match(problems({ uid: 1000, gid: 20000 })[0]?.what ?? "", /1000:20000 is below 10000/);
    assert.deepEqual(problems({ uid: 1000, gid: 1000, reason: "the image exits as another" }), []);
    assert.deepEqual(problems({ uid: 10000, gid: 10000 }), []);
  });

  it("must not lead to the same derived name twice", () => {
    assert.match(
      one({ services: { "cache-master": service() }, stores: { cache: redis() } }).what,
      /store cache creates a host with this name/,
    );
    const shop = service({ public: { port: "http" } });
    assert.match(one({ services: { web: shop, admin: shop } }).what, /web has the same public path, \//);
    assert.match(one({ services: { web: service({ writable: ["/a/b", "//a/b/"] }) } }).what, /are the same/);
    for (const key of ["root", "mysql", "a-b", "a b"])
      assert.equal(
        one({ stores: { db: redis({ kind: "mysql", accounts: { [key]: account } }) } }).where.includes(key),
        true,
      );
  });

  it("must not use the name of an object that the namespace has already", () => {
    for (const name of ["default", "default-deny"]) {
      const said = /^the namespace already has a (ServiceAccount|NetworkPolicy) with this name$/;
      assert.match(one({ services: { [name]: service() } }).what, said);
      assert.match(one({ stores: { [name]: redis() } }).what, said);
    }
    assert.deepEqual(validateApplication(application({ services: { constructor: service() } })), []);
  });

  it("must not have a file above another path, or a path of the kernel", () => {
    const said = (web: object) => one({ services: { web: service(web) } }).what;
    assert.match(said({ files: { "/a": "x", "/a/b": "y" } }), /^\/a\/b is below \/a, which is a file$/);
    assert.match(said({ files: { "//a": "x" }, writable: ["/a//b/"] }), /is below \/\/a, which is a file$/);
    for (const path of ["/proc", "/sys/fs/cgroup", "/dev", "//dev/null", "/proc/1/x"]) {
      assert.match(said({ writable: [path] }), /is a kernel directory/, path);
      assert.match(said({ files: { [path]: "x" } }), /is a kernel directory/, path);
    }
    const fine = { writable: ["/dev/shm", "/process", "/tmp"], files: { "/tmp/a": "x", "/tmp-b": "x" } };
    assert.deepEqual(validateApplication(application({ services: { web: service(fine) } })), []);
  });

  it("must not have a public path that the API server refuses", () => {
    for (const path of ["/a/../b", "/..", "/a/.", "/a/./b"])
      assert.match(
        one({ services: { web: service({ public: { port: "http", path } }) } }).what,
        /invalid public path/,
      );
    const dots = { public: { port: "http", path: "/.well-known/...x" } };
    assert.deepEqual(validateApplication(application({ services: { web: service(dots) } })), []);
  });

  it("must have a name that fits into that of a namespace", () => {
    for (const name of ["Shop", "a".repeat(41), "a b"]) assert.match(one({ name }).what, /namespace's name/);
    assert.deepEqual(validateApplication(application({ name: "a".repeat(40) })), []);
  });

  it("must not use a service without a port", () => {
    const services = { web: service({ uses: ["worker"] }), worker: service({ ports: {}, probe: undefined }) };
    assert.match(one({ services }).what, /has no ports/);
  });

  it("may name a service like a property that every object has", () => {
    const services = { constructor: service(), web: service({ uses: ["constructor"] }) };
    assert.deepEqual(validateApplication(application({ services })), []);
    assert.match(
      one({ services: { web: service({ uses: ["valueOf"] }) } }).what,
      /not a service, store or external/,
    );
  });
});

describe("bad input", () => {
  it("is refused with all problems in one message: inventory, settings and quota", () => {
    const external = { host: "a.example.com", port: 443, protocol: "https" as const, reason: "a test" };
    const twice = {
      http: { container: 8080, protocol: "http" as const },
      admin: { container: 8080, protocol: "http" as const },
    };
    const loader = { does: "loads", image: { repository: "a", tag: "1" }, script: "true", env: {} };
    const bad = application({
      services: {
        web: service({ uses: ["crat"] }),
        cart: service({ ports: twice }),
        worker: service({ ports: {}, probe: undefined, public: { port: "http" } }),
      },
      stores: {
        one: redis({ needs: ["two"] }),
        two: redis({ needs: ["one"] }),
        three: redis({ loaders: { a: { ...loader, needs: ["b"] }, b: { ...loader, needs: ["a"] } } }),
      },
      externals: { cart: external },
      callers: { gateway: { namespace: "edge", labels: {}, calls: ["wbe"], reason: "a test" } },
    });
    const problems = problemsOf(() => planFor(bad, { quota: { cpu: "10m" } }));
    const told = problems.map(({ where, what, todo }) => `${where}: ${what}. ${todo}`);
    for (const expected of [
      /service web: uses "crat", .* Did you mean "cart"/,
      /service cart: ports http and admin have the same number, 8080/,
      /external cart: a service has the same name/,
      /store one: the `needs` of stores form a cycle: one -> two -> one/,
      /store three, loader a: the `needs` of loaders form a cycle: a -> b -> a/,
      /service worker: the public port is "http", but the service has no ports/,
      /caller gateway: calls "wbe", .* Did you mean "web"/,
      /flotilla:quota\.cpu: 10m is less than the 900m that the plan may need/,
    ])
      assert.equal(told.filter((line) => expected.test(line)).length, 1, `${expected} in ${told.join("\n")}`);
    assert.equal(told.length, 8, told.join("\n"));
  });

  it("is refused with the settings' problems as well", () => {
    const bad = application({ services: { web: service({ uses: ["nobody"] }) } });
    const problems = problemsOf(() => planFor(bad, { replicas: "many" }));
    assert.deepEqual(
      problems.map(({ where }) => where),
      ["flotilla:replicas", "apps/shop.ts: service web"],
    );
  });

  it("takes into account what each thing has: no url of a store, no account of a service, no permission for everything", () => {
    const stores = { cache: redis() };
    const env = (reference: Reference) =>
      one({
        services: { web: service({ uses: ["cache", "api"], env: { X: [reference] } }), api: service() },
        stores,
      });
    assert.match(env(url("cache")).what, /the url of "cache", which is a store/);
    assert.match(env(password("api", "app")).what, /the password of "api", which is a service/);
    const permissions = {
      all: { resources: ["secrets"], names: [], verbs: ["get"], reason: "a test" },
    };
    assert.match(one({ services: { web: service({ permissions }) } }).what, /allows everything/);
    const path = (path: string) =>
      one({ services: { web: service({ public: { port: "http", path } }) } }).what;
    assert.match(path("/orders-and-payments-services-and-more/{id}"), /invalid public path/);
    const twice = {
      a: service({ public: { port: "http", path: "/a" } }),
      b: service({ public: { port: "http", path: "/a/" } }),
    };
    assert.match(one({ services: twice }).what, /a has the same public path/);
    assert.match(
      one({ services: { web: service({ shutdown: { graceSeconds: 4, reason: "a test" } }) } }).what,
      /sleepSeconds` \(5\) leaves no time to stop within `graceSeconds` \(4\)/,
    );
    const autoscaling = { minReplicas: 2, maxReplicas: 4 };
    assert.match(
      one({ services: { web: service({ autoscaling, minAvailable: 2 }) } }).what,
      /no node can be drained/,
    );
  });
});

describe("findCycle", () => {
  it("finds a cycle, the shortest one first, or none", () => {
    assert.deepEqual(findCycle({ a: ["a"] }), ["a", "a"]);
    assert.deepEqual(findCycle({ a: ["b", "c"], b: ["c"], c: [] }), undefined);
    assert.deepEqual(findCycle({ a: ["b"], b: ["c"], c: ["b"] }), ["b", "c", "b"]);
  });
});

describe("nearest", () => {
  it("suggests a similar name, but not a very different one", () => {
    assert.equal(nearest("catalog", ["catalogue", "cart"]), "catalogue");
    assert.equal(nearest("payments", ["payment"]), "payment");
    assert.equal(nearest("zebra", ["catalogue", "cart"]), undefined);
  });
});
