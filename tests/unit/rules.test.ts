/** The rules of `flotilla check`, on plans and on rendered objects. */
import assert from "node:assert/strict";
import { catalogue } from "../../apps";
import { RULE_NAMES, type Rule } from "../../src/config/rules";
import type { Application, Service } from "../../src/model/application";
import { secretLike } from "../../src/model/secret-like";
import { plan } from "../../src/plan";
import type { ReleasePlan } from "../../src/plan/plan";
import {
  factsOfObjects,
  planViolations,
  problemsOf,
  type RenderedObject,
  releaseViolations,
  signalWarnings,
} from "../../src/plan/rules";
import { application, contextFor, redis, problemsOf as refusedWith, service } from "../support";

/** Returns the rules that a plan breaks, and where. */
function brokenBy(shop: Application, config: Record<string, unknown>) {
  const context = contextFor(shop, config);
  return planViolations(context, plan(context));
}

const rulesOf = (violations: readonly { rule: Rule }[]) => [...new Set(violations.map(({ rule }) => rule))];

const SOUND = { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } };

const PROD = { environment: "prod", cluster: { context: "prod" }, distribution: "upstream" };

describe("rules for plans", () => {
  const shop = application({ services: { web: service({ uses: ["redis"] }) }, stores: { redis: redis() } });

  it("find nothing in a valid plan", () => {
    assert.deepEqual(brokenBy(shop, { distribution: "upstream" }), []);
    assert.deepEqual(brokenBy(shop, { ...PROD, replicas: 3 }), []);
    assert.deepEqual(brokenBy(shop, PROD), [], "the default in prod is three");
  });

  it("require three pods of a service in prod, fixed or as minimum", () => {
    assert.deepEqual(rulesOf(brokenBy(shop, { ...PROD, replicas: 2 })), ["replicas"]);
    const scaled = application({ services: { web: service({ autoscaling: {} }) } });
    const bounds = (minReplicas: number) => ({ ...PROD, autoscaling: { minReplicas, maxReplicas: 10 } });
    assert.deepEqual(rulesOf(brokenBy(scaled, bounds(2))), ["replicas"]);
    assert.deepEqual(brokenBy(scaled, bounds(3)), []);
    // A stopped service is stopped on purpose, whatever an autoscaler would do.
    assert.deepEqual(brokenBy(scaled, { ...bounds(3), services: { web: { replicas: 0 } } }), []);
  });

  it("require images from allowed registries, including Jobs and waiting containers, after mirrors", () => {
    const found = brokenBy(shop, { distribution: "upstream", allowedRegistries: ["example.com"] });
    assert.deepEqual(rulesOf(found), ["registry"]);
    assert.deepEqual(
      found.map(({ where }) => where),
      ["StatefulSet redis, container redis", "Deployment web, container wait-for-dependencies"],
    );
    const mirrored = {
      allowedRegistries: ["example.com/hub", "example.com/image"],
      registryMirrors: { "docker.io": "example.com/hub" },
    };
    assert.deepEqual(brokenBy(shop, { distribution: "upstream", ...mirrored }), []);
    // A registry whose name begins like an allowed one is a different one.
    const near = brokenBy(shop, {
      distribution: "upstream",
      ...mirrored,
      allowedRegistries: ["example.com/hu", "example.com/image"],
    });
    assert.deepEqual(rulesOf(near), ["registry"]);
  });

  it("require digests if the stack does", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const demanded = { distribution: "upstream", requireDigests: true };
    assert.equal(brokenBy(shop, demanded).length, 3);
    const given = { services: { web: { digest } }, stores: { redis: { digest } }, waitImage: { digest } };
    assert.deepEqual(brokenBy(shop, { ...demanded, ...given }), []);
  });

  it("find what looks like a secret in variables, and never show it", () => {
    const env = {
      LOG_LEVEL: "debug",
      API_TOKEN: "9f8e7d6c5b4a",
      DATABASE_URL: "postgres://shop:hunter22@db/shop",
    };
    const found = brokenBy(shop, { distribution: "upstream", services: { web: { env } } });
    assert.deepEqual(
      found.map(({ rule, key }) => [rule, key]),
      [
        ["plain-secret", "flotilla:services.web.env.API_TOKEN"],
        ["plain-secret", "flotilla:services.web.env.DATABASE_URL"],
      ],
    );
    assert.doesNotMatch(JSON.stringify(found), /9f8e7d6c5b4a|hunter22/);
  });

  it("accept a variable or a file with an exception, in plans and in objects", () => {
    const key = "-----BEGIN RSA PRIVATE KEY-----";
    const shop = application({
      services: {
        web: service({
          env: { A_TOKEN: "abcdef123", B_TOKEN: "abcdef123" },
          files: { "/etc/test.pem": key },
        }),
      },
    });
    const excepting = (plainSecret: unknown) => ({
      services: { web: { exceptions: { "plain-secret": plainSecret } } },
    });
    const reason = "it is the public key of a test";
    const left = (config: Record<string, unknown>) =>
      brokenBy(shop, config).filter(({ excepted }) => excepted === undefined);
    assert.equal(left({}).length, 3);
    assert.match(left({})[0]?.todo ?? "", /flotilla:services\.web\.exceptions\.plain-secret\.A_TOKEN$/);
    assert.match(left({})[2]?.todo ?? "", /exceptions\.plain-secret\["\/etc\/test\.pem"\]$/);
    assert.deepEqual(
      left(excepting({ A_TOKEN: reason, "/etc/test.pem": reason })).map(({ where }) => where),
      ["release web, values.env.B_TOKEN"],
    );
    assert.deepEqual(left(excepting(reason)), []);
    const context = contextFor(shop, excepting({ A_TOKEN: reason, "/etc/test.pem": reason }));
    const release = plan(context).releases.web as ReleasePlan;
    const [file] = Object.keys((release.values as { config: { files: object } }).config.files);
    const config = { kind: "ConfigMap", metadata: { name: "web-files" }, data: { [String(file)]: key } };
    const found = releaseViolations(context, [{ release, facts: factsOfObjects(release, [config]) }]);
    assert.deepEqual(
      found.map(({ rule, excepted }) => [rule, excepted]),
      [["plain-secret", reason]],
    );
  });

  it("accept exceptions by variable for plain-secret only, and for existing variables and files", () => {
    const refused = (exceptions: Record<string, unknown>) =>
      refusedWith(() => contextFor(application(), { services: { web: { exceptions } } })).map(
        ({ where, what }) => `${where}: ${what}`,
      );
    assert.match(
      refused({ "plain-secret": { CSRF: "it is the name of a header" } }).join(),
      /exceptions\.plain-secret\.CSRF: web has no variable or file "CSRF"/,
    );
    assert.match(
      refused({ budget: { A: "it is the name of a header" } }).join(),
      /exceptions\.budget: must be a reason in a full sentence; only plain-secret/,
    );
    assert.match(
      refused({ "plain-secret": { CSRF: "no" } }).join(),
      /exceptions\.plain-secret\.CSRF: must be a reason/,
    );
  });

  it("accept what has an exception, in the stack or in the inventory", () => {
    const exceptions = { replicas: "one pod is all its licence allows" };
    const [found, ...more] = brokenBy(shop, { ...PROD, replicas: 2, services: { web: { exceptions } } });
    assert.deepEqual(more, []);
    assert.equal(found?.excepted, exceptions.replicas);
    assert.deepEqual(problemsOf([found as never]), []);
    const silent = application({
      services: { worker: service({ ports: undefined, probe: undefined, noProbe: "it listens on nothing" }) },
    });
    const release = { name: "worker", kind: "service" } as ReleasePlan;
    const worker = {
      kind: "Deployment",
      metadata: { name: "worker" },
      spec: { template: { spec: { containers: [{ name: "worker", image: "a:1", resources: SOUND }] } } },
    };
    assert.deepEqual(
      releaseViolations(contextFor(silent), [{ release, facts: factsOfObjects(release, [worker]) }]).map(
        ({ rule, excepted }) => [rule, excepted],
      ),
      [["probes", "it listens on nothing"]],
    );
  });

  it("do not require more pods of a stand-in", () => {
    const shop = catalogue["robot-shop"] as Application;
    const found = brokenBy(shop, { ...PROD, standIns: true, replicas: 3 });
    assert.deepEqual(
      found.filter(({ excepted }) => excepted === undefined),
      [],
    );
  });

  it("report a problem of several objects once", () => {
    const many = application({
      services: Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, service()])),
    });
    const problems = problemsOf(brokenBy(many, { ...PROD, replicas: 2 }));
    assert.equal(problems.length, 1);
    assert.equal(problems[0]?.where, "flotilla:replicas");
    assert.match(
      problems[0]?.what ?? "",
      /^Deployment a; Deployment b; Deployment c and 1 more: has 2 pods, and prod needs at least three/,
    );
    assert.match(problems[0]?.todo ?? "", /flotilla:services\.<name>\.exceptions\.replicas/);
  });
});

describe("rules for rendered objects", () => {
  const container = {
    name: "web",
    image: "docker.io/library/web:1.2.3",
    ports: [{ containerPort: 80 }],
    resources: { requests: { cpu: 1, memory: "1Gi" }, limits: { memory: "1Gi" } },
    readinessProbe: {},
    livenessProbe: {},
  };
  const labels = { app: "web" };
  const deployment = (pod: object = {}, spec: object = {}): RenderedObject => ({
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas: 3,
      ...spec,
      template: {
        metadata: { labels },
        spec: { containers: [container], topologySpreadConstraints: [{}], ...pod },
      },
    },
  });
  const budget = (spec: object): RenderedObject => ({
    kind: "PodDisruptionBudget",
    metadata: { name: "web" },
    spec: { selector: { matchLabels: labels }, ...spec },
  });
  const sound = [deployment(), budget({ maxUnavailable: 1 })];

  function broken(
    objects: readonly RenderedObject[],
    config: Record<string, unknown> = { ...PROD, replicas: 3 },
  ) {
    const release = { name: "web", kind: "service" } as ReleasePlan;
    const facts = factsOfObjects(release, objects);
    return rulesOf(releaseViolations(contextFor(application(), config), [{ release, facts }]));
  }
  const changed = (change: object) => deployment({ containers: [{ ...container, ...change }] });

  it("find nothing in valid objects", () => assert.deepEqual(broken(sound), []));

  const cases: [string, Rule, readonly RenderedObject[]][] = [
    ["a tag that moves", "moving-tag", [changed({ image: "web:latest" }), ...sound.slice(1)]],
    [
      "an image without a tag, behind a port",
      "moving-tag",
      [changed({ image: "localhost:5000/web" }), ...sound.slice(1)],
    ],
    ["no requests", "resources", [changed({ resources: { limits: { memory: "1Gi" } } }), ...sound.slice(1)]],
    [
      "no limit of memory",
      "resources",
      [changed({ resources: { requests: { cpu: 1, memory: 1 } } }), ...sound.slice(1)],
    ],
    ["no readiness", "probes", [changed({ readinessProbe: undefined }), ...sound.slice(1)]],
    ["a budget of all pods", "budget", [deployment(), budget({ minAvailable: 3 })]],
    ["a budget of all pods in percent", "budget", [deployment(), budget({ minAvailable: "100%" })]],
    ["a budget that allows no eviction", "budget", [deployment(), budget({ maxUnavailable: 0 })]],
    ["several pods without a budget", "budget", [deployment()]],
    ["two pods", "replicas", [deployment({}, { replicas: 2 }), ...sound.slice(1)]],
    ["all pods on one node", "spread", [deployment({ topologySpreadConstraints: [] }), ...sound.slice(1)]],
    [
      "a port of the nodes",
      "node-port",
      [...sound, { kind: "Service", metadata: { name: "web" }, spec: { type: "NodePort" } }],
    ],
    [
      "a password in a variable",
      "plain-secret",
      [changed({ env: [{ name: "DB_PASSWORD", value: "hunter22" }] }), ...sound.slice(1)],
    ],
    [
      "a key in a file",
      "plain-secret",
      [
        ...sound,
        {
          kind: "ConfigMap",
          metadata: { name: "web" },
          data: { "id.pem": "-----BEGIN RSA PRIVATE KEY-----" },
        },
      ],
    ],
  ];
  for (const [name, rule, objects] of cases)
    it(`find ${name}`, () => assert.deepEqual(broken(objects), [rule]));

  it("use the minimum pods of an autoscaler", () => {
    const scaler: RenderedObject = {
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "web" },
      spec: { minReplicas: 3, scaleTargetRef: { kind: "Deployment", name: "web" } },
    };
    assert.deepEqual(
      broken([deployment({}, { replicas: undefined }), budget({ maxUnavailable: 1 }), scaler]),
      [],
    );
  });

  it("treat a node port of null as none, and accept anti-affinity as spread", () => {
    const affinity = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{}] } };
    const service: RenderedObject = {
      kind: "Service",
      metadata: { name: "web" },
      spec: { ports: [{ nodePort: null as never }] },
    };
    assert.deepEqual(
      broken([deployment({ topologySpreadConstraints: undefined, affinity }), service, ...sound.slice(1)]),
      [],
    );
  });

  it("require no probes of a Job, or of a helper without ports", () => {
    const silent = {
      ...container,
      ports: undefined,
      readinessProbe: undefined,
      livenessProbe: undefined,
      name: "helper",
    };
    assert.deepEqual(broken([deployment({ containers: [container, silent] }), ...sound.slice(1)]), []);
    const job: RenderedObject = {
      kind: "Job",
      metadata: { name: "web" },
      spec: { template: { spec: { containers: [silent] } } },
    };
    assert.deepEqual(broken([job]), []);
    assert.deepEqual(broken([deployment({ containers: [silent] }), ...sound.slice(1)]), ["probes"]);
  });

  it("for pods apply in prod", () => {
    const alone = [deployment({ topologySpreadConstraints: [] }, { replicas: 2 })];
    assert.deepEqual(broken(alone, { environment: "dev" }), []);
  });

  it("measure what Helm would store, and accept it with an exception", () => {
    const release = { name: "web", kind: "service" } as ReleasePlan;
    const large = { ...factsOfObjects(release, []), bytes: 2 ** 21 };
    const found = (config: Record<string, unknown>) =>
      releaseViolations(contextFor(application(), config), [{ release, facts: large }]);
    assert.deepEqual(rulesOf(found({})), ["release-size"]);
    const exceptions = { "release-size": "its files are compressed well" };
    assert.equal(found({ services: { web: { exceptions } } })[0]?.excepted, exceptions["release-size"]);
  });

  it("name the setting that fixes it: of a waiting container's image, a store, a loader", () => {
    const waiting = deployment({
      initContainers: [{ ...container, name: "wait-for-dependencies", image: "busybox" }],
    });
    const release = { name: "web", kind: "service" } as ReleasePlan;
    const [found] = releaseViolations(contextFor(application()), [
      { release, facts: factsOfObjects(release, [waiting]) },
    ]);
    assert.match(found?.todo ?? "", /flotilla:waitImage/);
  });

  it("are all tested here or in the chart suite", () => {
    const tried = new Set<string>([...cases.map(([, rule]) => rule), "registry", "digest"]);
    for (const rule of ["release-size", "sigterm"]) tried.add(rule);
    assert.deepEqual(
      RULE_NAMES.filter((rule) => !tried.has(rule)),
      [],
    );
  });
});

describe("the warning about SIGTERM", () => {
  const warned = (overrides: Partial<Service>, config: Record<string, unknown> = {}) =>
    signalWarnings(contextFor(application({ services: { web: service(overrides) } }), config));

  it("names node programs and shells that do not pass it on, and what helps", () => {
    const [node] = warned({});
    assert.equal(node?.rule, "sigterm");
    assert.match(node?.what ?? "", /open connection is reset.*as PID 1, node ignores it/);
    assert.match(node?.todo ?? "", /tini.*preStop.*flotilla:services\.web\.exceptions\.sigterm/);
    const [shell] = warned({ language: "java", command: ["/bin/sh", "-c", "java -jar app.jar"] });
    assert.match(shell?.what ?? "", /a shell is PID 1/);
    assert.equal(warned({ language: "go", command: ["sh", "-c"], args: ["server --port 80"] }).length, 1);
  });

  it("is not about programs that get it or that nobody connects to", () => {
    for (const overrides of [
      { language: "go" },
      { command: ["/sbin/tini", "--", "node", "server.js"] },
      { command: ["sh", "-c", "setup && exec node server.js"] },
      { command: ["sh", "/start.sh"] },
      { ports: {}, probe: undefined, noProbe: "it has no port" },
    ] as Partial<Service>[])
      assert.deepEqual(warned(overrides), [], JSON.stringify(overrides));
    const values = { lifecycle: { preStop: { exec: ["/drain"] } } };
    assert.deepEqual(warned({}, { services: { web: { values } } }), []);
  });

  it("is accepted with the inventory's reason for its shutdown, or with an exception", () => {
    const reason = "it answers until it is killed, which its clients expect";
    assert.equal(warned({ shutdown: { graceSeconds: 20, reason } })[0]?.excepted, reason);
    assert.equal(warned({}, { services: { web: { exceptions: { sigterm: reason } } } })[0]?.excepted, reason);
    assert.deepEqual(
      Object.values(catalogue).flatMap((shop) =>
        signalWarnings(contextFor(shop as Application)).filter(({ excepted }) => excepted === undefined),
      ),
      [],
    );
  });

  it("does not refuse an update", () => {
    assert.deepEqual(
      brokenBy(application({ services: { web: service() } }), { distribution: "upstream" }),
      [],
    );
  });
});

describe("a value that looks like a secret", () => {
  const yes: [string, string][] = [
    ["DB_PASSWORD", "hunter22"],
    ["apiKey", "abc"],
    ["client-secret", "abc"],
    ["DB_PASS", "hunter22"],
    ["API_KEY", "/9j4AAQSkZJRg"],
    ["AUTH", "Bearer abcdefgh1234"],
    ["X", "amqp://user:p$ssword@mq"],
    ["X", "AKIAIOSFODNN7EXAMPLE"],
    ["X", `ghp_${"a".repeat(36)}`],
    ["X", "amqp://user:pass123@rabbitmq:5672/"],
    ["X", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijkl"],
    ["DB_PASSWORD", "123456"],
    ["DB_PASSWORD", "web-tls"],
    ["PIN_PASS", "50"],
    ["API_TOKEN", "9f8e7d6c5b4a"],
    ["API_TOKEN", "12345678901234"],
    ["API_TOKEN", "aBcDeFtOkEnGhIj"],
    ["JWT_SECRET", "my-super-secret-key"],
    ["JWT_SECRET", "changeme"],
    ["SESSION_SECRET", "keyboard-cat"],
    ["SECRET_KEY", "django-insecure-k3y$x!"],
    ["API_TOKEN", "https://idp.example.com/?code=abc"],
    ["STOP_TOKEN", "https://user:hunter2@example.com/"],
    ["REDIS_URL", "redis://:hunter2@cache:6379"],
  ];
  const no: [string, string][] = [
    ["DB_PASSWORD_FILE", "/run/secrets/db"],
    ["PASSWORD", "/run/secrets/db"],
    ["ALLOW_EMPTY_PASSWORD", "yes"],
    ["TOKEN_TTL", "3600"],
    ["USE_TOKEN", "1"],
    ["URL", "http://user:${PASSWORD}@host"],
    ["SECRET_NAME", "shop"],
    ["DB_PASSWORD", "$(OTHER)"],
    ["tokens", "3"],
    ["URL", "http://user:8080/path@2"],
    ["URL", "http://user:8080/"],
    ["X", "docker.io/library/redis:8.2.1"],
    ["CSRF_TOKEN", "X-CSRF-Token"],
    ["API_KEY", "X-Api-Key"],
    ["CSRF_TOKEN", "csrf_token"],
    ["CSRF_TOKEN", "csrfToken"],
    ["TLS_SECRET", "web-tls"],
    ["TLS_SECRET", "shop/web-tls"],
    ["PULL_SECRET", "registry-credentials"],
    ["NEXT_TOKEN", "50"],
    ["MAX_TOKEN", "4096"],
    ["ACCESS_TOKEN", "30s"],
    ["STOP_TOKEN", "</s>"],
    ["STOP_TOKEN", "<|endoftext|>"],
    ["SEP_TOKEN", "[SEP]"],
    ["SEP_TOKEN", ","],
    ["PRIVATE_KEY", "tls.key"],
    ["CREDENTIALS", "same-origin"],
    ["REFRESH_TOKEN", "https://idp.example.com/token"],
    ["X", "redis://:6379/0"],
    ["X", "redis://:$(PASSWORD)@cache"],
  ];
  for (const [name, value] of yes)
    it(`${name}=${value.slice(0, 8)}...`, () => assert.ok(secretLike(name, value)));
  for (const [name, value] of no)
    it(`is not ${name}=${value}`, () => assert.equal(secretLike(name, value), undefined));
});
