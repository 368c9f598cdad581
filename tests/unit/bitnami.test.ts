/** The values for Bitnami's charts against the charts' own values.yaml and schema (tests/fixtures/bitnami). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { parse } from "yaml";
import { robotShop } from "../../apps/robot-shop";
import { STORE_KINDS, type StoreKind } from "../../model/application";
import { password, text } from "../../model/text";
import type { Values } from "../../plan/plan";
import { application, charts, planFor, planOf, redis, service } from "../support";

const fixture = (kind: StoreKind, file: string) =>
  readFileSync(join(__dirname, "../fixtures/bitnami", kind, file), "utf8");

/** Keys that the chart's values.yaml does not have; a free-form map or list of the chart takes anything. */
function unknownKeys(values: unknown, known: unknown, path = ""): string[] {
  if (typeof values !== "object" || values === null || Array.isArray(values)) return [];
  if (typeof known !== "object" || known === null) return [path];
  if (!Array.isArray(known) && Object.keys(known).length === 0) return [];
  return Object.entries(values).flatMap(([key, value]) =>
    Object.hasOwn(known, key)
      ? unknownKeys(value, (known as Record<string, unknown>)[key], `${path}.${key}`)
      : [`${path}.${key}`],
  );
}

function merge(base: unknown, over: unknown): unknown {
  const isMap = (value: unknown): value is Values =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(base) || !isMap(over)) return over;
  return {
    ...base,
    ...Object.fromEntries(Object.entries(over).map(([key, value]) => [key, merge(base[key], value)])),
  };
}

const secured = planFor(
  application({
    services: { web: service({ uses: ["redis"], env: { PASSWORD: text`${password("redis", "default")}` } }) },
    stores: { redis: redis() },
  }),
);

describe("values for Bitnami's charts", () => {
  for (const kind of STORE_KINDS) {
    const variants: [string, Values][] = [
      ["of Robot Shop", planOf({ storageClass: "fast" }).releases[kind]?.values as Values],
    ];
    if (kind === "redis") variants.push(["with a password", secured.releases.redis?.values as Values]);
    for (const [name, values] of variants)
      describe(`${kind} ${name}`, () => {
        it("sets only keys the chart has", () => {
          assert.deepEqual(unknownKeys(values, parse(fixture(kind, "values.yaml"))), []);
        });

        it("passes the chart's schema", () => {
          const validate = new Ajv({ strict: false, allErrors: true }).compile(
            JSON.parse(fixture(kind, "values.schema.json")),
          );
          // Helm validates the chart's own values with ours laid over them.
          const merged = merge(parse(fixture(kind, "values.yaml")), values);
          assert.ok(validate(merged), JSON.stringify(validate.errors));
        });

        it("moves every image, those of disabled parts too", () => {
          const images = (tree: unknown, path: string[] = []): string[] => {
            if (typeof tree !== "object" || tree === null) return [];
            const { repository } = tree as { repository?: string };
            if (typeof repository === "string" && repository.startsWith("bitnami/")) return [path.join(".")];
            return Object.entries(tree).flatMap(([key, value]) => images(value, [...path, key]));
          };
          const at = (path: string) =>
            path.split(".").reduce<unknown>((tree, key) => (tree as Values)?.[key], values);
          for (const path of images(parse(fixture(kind, "values.yaml"))))
            assert.match(String((at(path) as Values)?.repository), /^bitnamilegacy\//, path);
        });

        it("uses the application version of the locked chart", () => {
          const chart = parse(fixture(kind, "Chart.yaml")) as { version: string; appVersion: string };
          assert.equal(charts.remote[kind]?.version, chart.version);
          assert.ok(String((values.image as Values).tag).startsWith(`${chart.appVersion}-`));
        });
      });
  }

  /** What each chart's templates read from the Secret (the facts' contract), standalone profile. */
  const contract: Record<StoreKind, string[]> = {
    mongodb: ["mongodb-root-password", "mongodb-passwords"],
    mysql: ["mysql-root-password", "mysql-password"],
    redis: ["redis-password"],
    rabbitmq: ["rabbitmq-password", "rabbitmq-erlang-cookie"],
  };
  for (const kind of STORE_KINDS)
    it(`${kind}'s Secret holds every key its chart reads`, () => {
      const plan = kind === "redis" ? secured : planOf();
      const keys = Object.keys(plan.secrets[`${kind}-auth`]?.keys ?? {});
      for (const key of contract[kind]) assert.ok(keys.includes(key), key);
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
