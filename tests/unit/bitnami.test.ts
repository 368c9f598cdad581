/** The values for Bitnami's charts against the charts' own values.yaml and schema (tests/fixtures/bitnami), in every profile. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import fc from "fast-check";
import { parse } from "yaml";
import { robotShop } from "../../apps/robot-shop";
import { unknownKeys } from "../../cli/tools/charts/unknown-keys";
import type { Plan, Values } from "../../src/plan/plan";
import { kindOf } from "../../src/plan/stores/registry";
import { type BuiltInKind, STORE_KINDS } from "../kinds";
import { charts, planOf, redis } from "../support";
import { planFor, shopWith, storeOf } from "./store-examples";

const fixture = (kind: BuiltInKind, file: string) =>
  readFileSync(join(__dirname, "../fixtures/bitnami", kind, file), "utf8");

function merge(base: unknown, over: unknown): unknown {
  const isMap = (value: unknown): value is Values =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(base) || !isMap(over)) return over;
  return {
    ...base,
    ...Object.fromEntries(Object.entries(over).map(([key, value]) => [key, merge(base[key], value)])),
  };
}

const monitoring = { serviceMonitor: { labels: { release: "kps" } } };
const SETTINGS: Record<string, Record<string, unknown>> = {
  standalone: {},
  "standalone, with all there is": {
    storageClass: "fast",
    monitoring,
    storeImages: { registry: "mirror.example.com", repositoryPrefix: "x/bitnami", pullSecrets: ["pull"] },
  },
  replicated: { profile: "replicated" },
  "replicated, with all there is": {
    profile: "replicated",
    storageClass: "fast",
    monitoring,
    storeImages: { registry: "mirror.example.com", repositoryPrefix: "x/bitnami", pullSecrets: ["pull"] },
  },
};

describe("values for Bitnami's charts", () => {
  for (const kind of STORE_KINDS)
    for (const [name, settings] of Object.entries(SETTINGS)) {
      const variants: [string, Plan][] = [
        [`${kind} ${name}`, planFor(shopWith(kind), settings)],
        ...(kindOf(kind).facts.mayLackPassword
          ? [
              [
                `${kind} without a password, ${name}`,
                planFor(shopWith(kind, redis({ kind, noPassword: "a test" })), settings),
              ] as [string, Plan],
            ]
          : []),
      ];
      for (const [title, plan] of variants)
        describe(title, () => {
          const values = plan.releases.db?.values as Values;

          it("sets only keys that the chart has", () => {
            assert.deepEqual(unknownKeys(values, parse(fixture(kind, "values.yaml"))), []);
          });

          it("passes the chart's schema", () => {
            const validate = new Ajv({ strict: false, allErrors: true }).compile(
              JSON.parse(fixture(kind, "values.schema.json")),
            );
            // Helm validates the chart's default values merged with ours.
            const merged = merge(parse(fixture(kind, "values.yaml")), values);
            assert.ok(validate(merged), JSON.stringify(validate.errors));
          });

          it("overrides every image, including those of disabled parts", () => {
            const images = (tree: unknown, path: string[] = []): string[] => {
              if (typeof tree !== "object" || tree === null) return [];
              const { repository } = tree as { repository?: string };
              if (typeof repository === "string" && repository.startsWith("bitnami/"))
                return [path.join(".")];
              return Object.entries(tree).flatMap(([key, value]) => images(value, [...path, key]));
            };
            const at = (path: string) =>
              path.split(".").reduce<unknown>((tree, key) => (tree as Values)?.[key], values);
            const place = settings.storeImages
              ? /^mirror\.example\.com\/x\/bitnami\//
              : /^docker\.io\/bitnamilegacy\//;
            for (const path of images(parse(fixture(kind, "values.yaml")))) {
              const { registry, repository } = (at(path) ?? {}) as Values;
              assert.match(`${registry}/${repository}`, place, path);
            }
          });

          it("uses the application version of the locked chart", () => {
            const chart = parse(fixture(kind, "Chart.yaml")) as { version: string; appVersion: string };
            assert.equal(charts.remote[kind]?.version, chart.version);
            assert.ok(String((values.image as Values).tag).startsWith(`${chart.appVersion}-`));
          });

          it("gives a Secret exactly the keys that the chart reads", () => {
            assert.deepEqual(Object.keys(plan.secrets["db-auth"]?.keys ?? {}).sort(), keysRead(kind, values));
          });
        });
    }

  it("gives a Secret exactly the keys that the chart reads, for any settings", () => {
    fc.assert(
      fc.property(
        fc.record({
          kind: fc.constantFrom(...STORE_KINDS),
          profile: fc.constantFrom("standalone", "replicated", undefined),
          own: fc.constantFrom("standalone", "replicated", undefined),
          environment: fc.constantFrom("dev", "staging", "prod"),
          monitoring: fc.constantFrom({}, monitoring, undefined),
          generation: fc.integer({ min: 1, max: 9 }),
          accounts: fc.integer({ min: 1, max: 4 }),
          fixed: fc.boolean(),
        }),
        ({ kind, profile, own, environment, monitoring, generation, accounts, fixed }) => {
          const store = storeOf(kind);
          const base = Object.values(store.accounts ?? {})[0];
          if (base && (kind === "mysql" || kind === "mongodb"))
            store.accounts = Object.fromEntries(
              Array.from({ length: accounts }, (_, index) => [
                `app${index}`,
                {
                  ...base,
                  username: `app${index}`,
                  ...(fixed ? { credential: { fixed: "x", reason: "a test" } } : {}),
                },
              ]),
            );
          const plan = planFor(shopWith(kind, store), {
            environment,
            cluster: { context: "any" },
            profile,
            monitoring,
            stores: { db: { generation, ...(own ? { profile: own } : {}) } },
          });
          const keys = plan.secrets["db-auth"]?.keys ?? {};
          assert.deepEqual(Object.keys(keys).sort(), keysRead(kind, plan.releases.db?.values as Values));
          // mongodb's passwords are in the order of its users, separated by commas.
          const auth = plan.releases.db?.values.auth as { usernames?: string[] };
          if (kind === "mongodb")
            assert.equal(
              keys["mongodb-passwords"]?.filter((part) => part !== ",").length,
              auth.usernames?.length,
            );
        },
      ),
      { numRuns: 200 },
    );
  });

  it("lists mongodb's passwords in the order of its users", () => {
    const { releases, secrets } = planOf();
    const usernames = (releases.mongodb?.values.auth as Values | undefined)?.usernames;
    const accounts = Object.values(robotShop.stores.mongodb?.accounts ?? {});
    assert.deepEqual(
      usernames,
      accounts.map(({ username }) => username),
    );
    assert.deepEqual(secrets["mongodb-auth"]?.keys["mongodb-passwords"], [
      { credential: "mongodb-catalogue" },
      ",",
      { credential: "mongodb-users" },
    ]);
  });
});

/**
 * Returns the keys of a store's Secret that its chart reads with these values. Source: the templates of Bitnami's charts mysql 14.0.5,
 * mongodb 17.0.2, redis 23.1.1 and rabbitmq 16.0.16. tests/chart/bitnami.test.ts compares them with the rendered charts.
 */
function keysRead(kind: BuiltInKind, values: Values): string[] {
  const auth = values.auth as Record<string, string | boolean | string[] | undefined>;
  const metrics = values.metrics as Values;
  switch (kind) {
    case "mysql":
      return [
        "mysql-password",
        ...(values.architecture === "replication" ? ["mysql-replication-password"] : []),
        "mysql-root-password",
      ];
    case "mongodb":
      if (auth.enabled === false) return [];
      return [
        ...(metrics.enabled && metrics.username ? ["mongodb-metrics-password"] : []),
        ...((auth.usernames as string[]).length > 0 ? ["mongodb-passwords"] : []),
        ...(values.architecture === "replicaset" ? ["mongodb-replica-set-key"] : []),
        "mongodb-root-password",
      ];
    case "redis":
      return auth.enabled ? [auth.existingSecretPasswordKey as string] : [];
    case "rabbitmq":
      return [auth.existingSecretErlangKey as string, auth.existingSecretPasswordKey as string].sort();
  }
}
