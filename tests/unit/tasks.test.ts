/** Tasks: migrations before a service is updated, and cron tasks. */
import assert from "node:assert/strict";
import type { Application } from "../../src/model/application";
import { readInventory } from "../../src/model/inventory/read";
import type { Problem } from "../../src/model/problems";
import type { Task } from "../../src/model/task";
import { host, password } from "../../src/model/text";
import type { WrittenApplication, WrittenTask } from "../../src/model/written";
import { composePlan } from "../../src/plan/compose";
import type { Deployed } from "../../src/plan/deployed";
import type { Plan } from "../../src/plan/plan";
import { namedClasses } from "../../src/runtime/check-classes";
import { application, charts, planFor, problemsOf, redis, service, stackOf, valuesOf } from "../support";

const migration = (overrides: Partial<Task> = {}): Task => ({
  image: { of: "orders" },
  command: ["migrate"],
  seconds: 60,
  before: ["orders"],
  uses: ["db"],
  env: { DB_HOST: [host("db")], DB_PASSWORD: [password("db", "default")] },
  ...overrides,
});

const report = (overrides: Partial<Task> = {}): Task => ({
  image: { repository: "example.com/report", tag: "1.0.0" },
  seconds: 600,
  cron: { schedule: "0 3 * * *", timeZone: "Europe/Berlin" },
  uses: ["orders"],
  ...overrides,
});

const shop = (tasks: Record<string, Task>, overrides: Partial<Application> = {}): Application =>
  application({
    services: { orders: service({ uses: ["db"] }), web: service({ uses: ["orders"] }) },
    stores: { db: redis() },
    tasks,
    ...overrides,
  });

/** Returns the release of a task. */
function releaseOf({ releases }: Plan, task: string) {
  const found = Object.values(releases).filter((release) => release.task === task);
  assert.equal(found.length, 1, `one release of ${task}`);
  return found[0] as (typeof found)[number];
}

/** Returns what is deployed after the update of a plan. */
const deployedBy = ({ releases }: Plan): Deployed =>
  Object.fromEntries(
    Object.values(releases).map(({ name, kind, values }) => [
      name,
      { kind, chart: kind === "store" ? "oci://registry/redis" : "./charts/microservice", values },
    ]),
  );

describe("a migration", () => {
  const planned = planFor(shop({ migrate: migration() }));
  const release = releaseOf(planned, "migrate");

  it("is a Job that runs after its stores and before its services", () => {
    assert.match(release.name, /^migrate-[0-9a-f]{8}$/);
    assert.deepEqual(release.needs, ["db"]);
    assert.deepEqual(planned.releases.orders?.needs, ["db", release.name]);
    assert.deepEqual(planned.releases.web?.needs, []);
    const values = valuesOf(planned, release.name);
    assert.equal(values.workload, "Job");
    assert.deepEqual(values.job, { backoffLimit: 0, activeDeadlineSeconds: 60 });
    assert.equal(release.timeoutSeconds, 90, "Helm waits until the Job itself has failed");
    assert.equal(values.probes, undefined);
    assert.equal(values.rbac, undefined);
    assert.equal(values.serviceAccount, undefined, "no token");
  });

  it("says what its pod needs, as services do, and is known by its label", () => {
    const plan = planFor(
      shop({
        migrate: migration({
          workingDirectory: "/app",
          serviceAccountAnnotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/migrate" },
          pod: {
            labels: { "example.com/a": "b" },
            tolerations: { spot: { key: "spot" } },
            priorityClass: "high",
          },
          permissions: {
            lock: { resources: ["leases"], names: ["migrate"], verbs: ["update"], reason: "one at a time" },
          },
        }),
      }),
    );
    const values = valuesOf(plan, releaseOf(plan, "migrate").name);
    assert.equal(values.workingDir, "/app");
    assert.deepEqual(values.podLabels, { "example.com/a": "b", "flotilla.dev/task": "migrate" });
    assert.deepEqual(values.tolerations, { spot: { key: "spot", operator: "Exists" } });
    assert.equal(values.priorityClassName, "high");
    assert.equal(values.serviceAccount?.automountToken, true);
    assert.deepEqual(values.rbac?.lock?.resourceNames, ["migrate"]);
    const classes = namedClasses(shop({ migrate: migration({ pod: { priorityClass: "high" } }) }));
    assert.deepEqual(classes, [{ kind: "PriorityClass", name: "high", program: "migrate" }]);
    assert.deepEqual(
      problemsOf(() => planFor(shop({ migrate: migration({ pod: { near: ["x"] } }) }))).map(
        ({ where }) => where,
      ),
      ["apps/shop.ts: task migrate, pod.near"],
    );
  });

  it("runs again in another working directory, but not with other labels", () => {
    const nameWith = (overrides: Partial<Task>) =>
      releaseOf(planFor(shop({ migrate: migration(overrides) })), "migrate").name;
    assert.notEqual(nameWith({ workingDirectory: "/app" }), release.name);
    assert.equal(nameWith({ pod: { labels: { a: "b" } } }), release.name);
  });

  it("has the image of its service, with the stack's tag", () => {
    const image = (config: Record<string, unknown>) => {
      const plan = planFor(shop({ migrate: migration() }), config);
      return valuesOf(plan, releaseOf(plan, "migrate").name).image;
    };
    assert.deepEqual(image({}), { repository: "example.com/image", tag: "1.0.0" });
    assert.equal(image({ services: { orders: { tag: "2.0.0" } } }).tag, "2.0.0");
    assert.equal(
      image({ registryMirrors: { "example.com": "mirror.example.com" } }).repository,
      "mirror.example.com/image",
    );
  });

  it("keeps its passwords in a Secret", () => {
    assert.deepEqual(release.secrets, ["migrate-env"]);
    assert.deepEqual(valuesOf(planned, release.name).env?.DB_PASSWORD, {
      secret: "migrate-env",
      key: "DB_PASSWORD",
    });
    assert.equal(planned.secrets["migrate-env"]?.owner, "migrate");
  });

  it("may connect to what it uses, and to nothing else", () => {
    assert.deepEqual(Object.keys(valuesOf(planned, release.name).networkPolicy?.egress ?? {}), ["db"]);
    const upstream = planFor(shop({ migrate: migration() }), { distribution: "upstream" });
    const { clients } = valuesOf(upstream, "db") as { clients?: Record<string, { pods: object }> };
    assert.deepEqual(clients?.migrate?.pods, { "flotilla.dev/task": "migrate" }, "for every version");
    assert.ok(planned.edges.some(({ from, to }) => from === "migrate" && to === "db"));
  });

  it("does not run again while its version is the same", () => {
    const again = (tasks: Record<string, Task>, config: Record<string, unknown> = {}) =>
      releaseOf(planFor(shop(tasks), config, deployedBy(planned)), "migrate");
    assert.deepEqual(
      { name: again({ migrate: migration() }).name, done: true, needs: [] },
      {
        name: release.name,
        done: again({ migrate: migration() }).done,
        needs: again({ migrate: migration() }).needs,
      },
    );
    const same: [string, Record<string, Task>, Record<string, unknown>?][] = [
      ["resources", { migrate: migration({ resources: redis().resources }) }],
      ["the time limit", { migrate: migration({ seconds: 120 }) }],
      ["a mirror", { migrate: migration() }, { registryMirrors: { "example.com": "mirror.example.com" } }],
      ["a rotated password", { migrate: migration() }, { stores: { db: { generation: 2 } } }],
      ["another order of variables", { migrate: migration({ env: reversed(migration().env) }) }],
    ];
    for (const [what, tasks, config] of same) {
      assert.equal(again(tasks, config).name, release.name, what);
      assert.equal(again(tasks, config).done, true, what);
    }
  });

  it("runs once for each new version", () => {
    const next = (tasks: Record<string, Task>, config: Record<string, unknown> = {}) =>
      releaseOf(planFor(shop(tasks), config, deployedBy(planned)), "migrate");
    const different: [string, Record<string, Task>, Record<string, unknown>?][] = [
      ["a new tag", { migrate: migration() }, { services: { orders: { tag: "2.0.0" } } }],
      ["a new command", { migrate: migration({ command: ["migrate", "--all"] }) }],
      ["a new argument", { migrate: migration({ args: ["--all"] }) }],
      ["a new file", { migrate: migration({ files: { "/sql/1.sql": "create table t ()" } }) }],
      [
        "a variable of the stack",
        { migrate: migration() },
        { tasks: { migrate: { env: { LEVEL: "debug" } } } },
      ],
    ];
    const names = different.map(([what, tasks, config]) => {
      const { name, done, needs } = next(tasks, config);
      assert.notEqual(name, release.name, what);
      assert.equal(done, undefined, what);
      assert.deepEqual(needs, ["db"], what);
      return name;
    });
    assert.equal(new Set(names).size, names.length);
  });

  it("comes after the services that it uses", () => {
    const plan = planFor(shop({ migrate: migration({ before: ["web"], uses: ["orders"], env: {} }) }));
    assert.deepEqual(releaseOf(plan, "migrate").needs, ["orders"]);
    assert.deepEqual(plan.releases.web?.needs, [releaseOf(plan, "migrate").name]);
  });

  it("is not deployed without its services", () => {
    const optional = shop(
      { migrate: migration({ before: ["tool"], image: { of: "tool" } }) },
      { services: { orders: service(), tool: service({ optional: "only for some stacks" }) } },
    );
    assert.deepEqual(
      Object.values(planFor(optional).releases).filter(({ task }) => task),
      [],
    );
    assert.ok(releaseOf(planFor(optional, { services: { tool: { enabled: true } } }), "migrate"));
  });

  it("is counted in the quota", () => {
    const pods = (plan: Plan) => Number(plan.namespace.quota.pods);
    assert.ok(pods(planned) > pods(planFor(shop({}))));
  });
});

const reversed = <T extends object>(record: T | undefined): T =>
  Object.fromEntries(Object.entries(record ?? {}).reverse()) as T;

describe("a cron task", () => {
  it("is a CronJob with the name of the task", () => {
    const plan = planFor(
      shop({
        report: report({
          retries: 2,
          cron: {
            schedule: "@daily",
            concurrency: "Replace",
            startingDeadlineSeconds: 60,
            history: { successful: 1, failed: 5 },
            suspend: true,
          },
        }),
      }),
    );
    const values = valuesOf(plan, "report");
    assert.equal(values.workload, "CronJob");
    assert.deepEqual(values.job, { backoffLimit: 2, activeDeadlineSeconds: 600 });
    assert.deepEqual(values.cronJob, {
      schedule: "@daily",
      concurrencyPolicy: "Replace",
      startingDeadlineSeconds: 60,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 5,
      suspend: true,
    });
    assert.deepEqual(valuesOf(plan, "orders").networkPolicy?.ingress?.report, {
      pods: { "flotilla.dev/task": "report" },
      ports: [8080],
    });
  });

  it("follows the stack: image, suspension, variables, resources", () => {
    const plan = planFor(shop({ report: report() }), {
      tasks: {
        report: {
          tag: "2.0.0",
          suspend: true,
          env: { LEVEL: "debug" },
          resources: { limits: { memory: "1Gi" } },
        },
      },
    });
    const { image, cronJob, env, resources } = valuesOf(plan, "report");
    assert.equal(image.tag, "2.0.0");
    assert.equal(cronJob?.suspend, true);
    assert.equal(env?.LEVEL, "debug");
    assert.equal(resources?.limits?.memory, "1Gi");
  });

  it("is updated like a service: its release does not change its name and is never done", () => {
    const first = planFor(shop({ report: report() }));
    const next = planFor(shop({ report: report() }), { tasks: { report: { tag: "2" } } }, deployedBy(first));
    assert.equal(releaseOf(next, "report").name, "report");
    assert.equal(releaseOf(next, "report").done, undefined);
  });
});

describe("wrong tasks", () => {
  const text = ({ where, what, todo }: Problem) => `${where}: ${what}\n${todo}`;
  const refused = (
    tasks: Record<string, Task>,
    expected: RegExp,
    config: Record<string, unknown> = {},
    overrides: Partial<Application> = {},
  ) => {
    const problems = problemsOf(() => planFor(shop(tasks, overrides), config)).map(text);
    assert.ok(
      problems.some((problem) => expected.test(problem)),
      `${expected} in\n${problems.join("\n")}`,
    );
  };

  it("are refused with what to do", () => {
    refused(
      { migrate: migration({ before: ["order"] }) },
      /task migrate: runs before "order", which is not a service of shop\nDid you mean "orders"/,
    );
    refused(
      { migrate: migration({ image: { of: "order" } }) },
      /has the image of "order".*\nDid you mean "orders"/,
    );
    refused(
      { migrate: migration({ uses: ["orders", "db"] }) },
      /task migrate: runs before orders and uses it/,
    );
    refused(
      { migrate: migration({ uses: [] }) },
      /task migrate, DB_HOST: refers to "db", which is not in `uses`/,
    );
    refused(
      { migrate: migration({ uses: ["db", "mail"] }) },
      /task migrate: uses "mail", which is not a service, store or external/,
    );
    refused(
      { migrate: migration({ command: ["migrate", [password("db", "default")]] }) },
      /task migrate, command\[1\]: a password or secret in a command/,
    );
    refused(
      { migrate: migration({ user: { uid: 1000, gid: 1000 } }) },
      /task migrate: the user 1000:1000 is below 10000/,
    );
    refused(
      { web: report() },
      /task web: a service has the same name\nRename one of them: each name is a release name/,
    );
    refused({ "wait-for-dependencies": report() }, /the name is that of the init container/);
    refused({ db: report() }, /a store has the same name|a task has the same name/);
    refused({ [`m${"x".repeat(44)}`]: migration() }, /the release name has 45 characters; a task allows 44/);
    refused({ [`m${"x".repeat(52)}`]: report() }, /the release name has 53 characters; a task allows 52/);
    refused(
      { migrate: migration() },
      /names of this form are reserved for versions of task migrate/,
      {},
      {
        services: { orders: service({ uses: ["db"] }), "migrate-0123abcd": service() },
      },
    );
    refused(
      { report: report({ env: { A: "$(B)" } }) },
      /task report: env\.A: refers to \$\(B\), but task report has no such variable/,
    );
    refused(
      {
        report: report({
          resources: { requests: { cpu: "2", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } },
        }),
      },
      /task report.*cpu/,
    );
  });

  it("are checked by the rules, with the settings that fix them", () => {
    const problems = (tasks: Record<string, Task>) =>
      problemsOf(() => {
        const { config, read } = stackOf(shop(tasks), {
          environment: "dev",
          requireDigests: true,
          distribution: "upstream",
        });
        return composePlan(config, read, { charts });
      })
        .map(text)
        .join("\n");
    assert.match(
      problems({ report: report() }),
      /CronJob report, container report.*[\s\S]*flotilla:tasks\.report\.digest/,
    );
    const ofService = problems({ migrate: migration() });
    assert.match(ofService, /Job migrate-[0-9a-f]{8}, container migrate-/);
    assert.doesNotMatch(ofService, /Set it: flotilla:tasks/);
  });

  it("are refused if they wait for each other in a cycle", () => {
    refused(
      {
        one: migration({ before: ["orders"], uses: ["web"], env: {} }),
        two: migration({ before: ["web"], uses: ["orders"], env: {} }),
      },
      /the order of the update is a cycle, where each one waits for the next: (orders -> one -> web -> two -> orders|\w+ -> .*)/,
      {},
      { services: { orders: service(), web: service() } },
    );
    refused(
      { one: migration({ before: ["orders"], uses: ["web"], env: {} }) },
      /cycle.*: orders -> one -> web -> orders/,
      {},
      { services: { orders: service(), web: service({ uses: ["orders"], needsNames: true }) } },
    );
  });

  it("are refused with settings that do not fit", () => {
    refused({ migrate: migration() }, /tasks\.migrate\.suspend: migrate is a migration/, {
      tasks: { migrate: { suspend: true } },
    });
    refused(
      { migrate: migration() },
      /tasks\.migrate\.tag: migrate has the image of orders\nSet flotilla:services\.orders\.tag/,
      { tasks: { migrate: { tag: "2" } } },
    );
    refused({ report: report() }, /tasks\.reports: shop has no task "reports"/, {
      tasks: { reports: { suspend: true } },
    });
    refused(
      { report: report({ image: { of: "tool" }, uses: ["tool"] }) },
      /report uses tool, which is disabled/,
      {},
      {
        services: { tool: service({ optional: "only for some stacks" }) },
      },
    );
  });

  it("are refused while the inventory is read", () => {
    const problem = (task: object) => {
      const written = { name: "shop", description: "A shop", services: {}, tasks: { report: task } };
      return readInventory(written as unknown as WrittenApplication, "shop")
        .problems.map(text)
        .join("\n");
    };
    const good: WrittenTask = { image: "example.com/report:1", seconds: 60, cron: { schedule: "@daily" } };
    assert.equal(problem(good), "");
    const { seconds: _, ...endless } = good;
    assert.match(problem(endless), /task report: seconds: required key is missing/);
    assert.match(
      problem({ ...good, before: ["web"] }),
      /must have either `before`, for a migration, or `cron`/,
    );
    assert.match(problem({ image: "example.com/report:1", seconds: 60 }), /must have either `before`/);
    assert.match(problem({ ...good, schedule: "@daily" }), /task report: schedule: unknown key/);
    assert.match(problem({ ...good, probe: {} }), /task report: probe: unknown key/);
    assert.match(
      problem({ ...good, cron: { schedule: "61 * * * *" } }),
      /task report: cron\.schedule: .*the minute "61" must be from 0 to 59/,
    );
    assert.match(
      problem({ ...good, cron: { schedule: "@daily", timeZone: "Europe/Berln" } }),
      /cron\.timeZone: must be a time zone, such as Europe\/Berlin, not "Europe\/Berln"; did you mean Europe\/Berlin\?/,
    );
    assert.match(
      problem({ ...good, cron: { schedule: "@daily", startingDeadlineSeconds: 5 } }),
      /startingDeadlineSeconds/,
    );
    assert.match(problem({ ...good, cron: { schedule: "@daily", concurrency: "forbid" } }), /concurrency/);
    assert.match(problem({ ...good, image: "example.com/report" }), /has no tag/);
  });
});
