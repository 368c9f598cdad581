/** New passwords for the data a store left behind: the Jobs, and their scripts run by a real shell with fake servers. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import execa from "execa";
import type { StoreKind } from "../../src/model/application";
import { passwordsOfStore } from "../../src/plan/credentials/generated";
import { mountedClaims, planResets, type Reset, resetRefusal } from "../../src/plan/stores/reset";
import { shapeOf } from "../../src/plan/stores/shape";
import { contextFor, planFor } from "../support";
import { shopWith } from "../unit/store-examples";

interface Job {
  spec: {
    template: {
      spec: {
        hostAliases?: { hostnames: string[] }[];
        containers: {
          image: string;
          args: string[];
          env: { name: string; value?: string; valueFrom?: unknown }[];
          volumeMounts: { name: string; mountPath: string; subPath?: string }[];
        }[];
        volumes: { persistentVolumeClaim?: { claimName: string } }[];
      };
    };
  };
}

/** Returns the Jobs of the store `db` of a kind, whose claims all exist and whose passwords are all lost. */
function resetsOf(kind: StoreKind, config: Record<string, unknown> = {}) {
  const shop = shopWith(kind);
  const context = contextFor(shop, config);
  const planned = planFor(shop, config);
  const claims = mountedClaims(shapeOf(context, "db"), context.settings.distribution);
  const missing = passwordsOfStore(planned, "db");
  return {
    claims,
    values: planned.releases.db?.values,
    refusal: (left = claims) => resetRefusal(context, "db", left),
    jobs: () => planResets(context, "db", claims, missing, "0a1b2c"),
  };
}

const podOf = ({ job }: Reset) => (job as unknown as Job).spec.template.spec;
const containerOf = (reset: Reset) =>
  podOf(reset).containers[0] as Job["spec"]["template"]["spec"]["containers"][0];
const upstream = { distribution: "upstream" };
const prod = { environment: "prod", cluster: { context: "prod" } };

describe("new passwords for existing data", () => {
  it("are set in the claims that the store's pods mount, at the path of their data", () => {
    const places = (kind: StoreKind, config = {}) =>
      resetsOf(kind, config)
        .jobs()
        .map((reset) => {
          const [data] = containerOf(reset).volumeMounts;
          const claim = podOf(reset).volumes[0]?.persistentVolumeClaim?.claimName;
          return `${claim} at ${data?.mountPath}${data?.subPath ? ` (${data.subPath})` : ""}`;
        });
    assert.deepEqual(places("mysql"), ["data-db-0 at /bitnami/mysql"]);
    assert.deepEqual(places("mongodb"), ["datadir-db-0 at /bitnami/mongodb"]);
    assert.deepEqual(places("mysql", prod), [
      "data-db-primary-0 at /bitnami/mysql",
      "data-db-secondary-0 at /bitnami/mysql",
      "data-db-secondary-1 at /bitnami/mysql",
    ]);
    // The release of the other distribution says where its volume is mounted.
    for (const kind of ["mysql", "mongodb", "rabbitmq"] as const) {
      const { dataPath, dataSubPath } = resetsOf(kind, upstream).values as {
        dataPath: string;
        dataSubPath?: string;
      };
      const at = `data-db-0 at ${dataPath}${dataSubPath ? ` (${dataSubPath})` : ""}`;
      assert.deepEqual(places(kind, upstream), [at]);
    }
  });

  it("use the image of the store", () => {
    const { values, jobs } = resetsOf("mysql", upstream);
    const { image } = values as { image: { repository: string; tag: string } };
    assert.equal(containerOf(jobs()[0] as Reset).image, `${image.repository}:${image.tag}`);
  });

  it("reach the Job through its Secret only", () => {
    for (const kind of ["mysql", "mongodb", "rabbitmq"] as const) {
      const [reset] = resetsOf(kind, kind === "mysql" ? prod : {}).jobs() as [Reset];
      const { env } = containerOf(reset);
      for (const key of Object.keys(reset.keys))
        assert.deepEqual(env.find(({ name }) => name === key)?.valueFrom, {
          secretKeyRef: { name: reset.name, key },
        });
      // The keys by which pods authenticate each other are not in the data.
      assert.ok(Object.values(reset.keys).every((name) => !/erlang-cookie|replica-set-key/.test(name)));
    }
    assert.deepEqual(Object.values((resetsOf("mysql", prod).jobs()[1] as Reset).keys).sort(), [
      "db-app",
      "db-replication",
      "db-reports",
      "db-root",
    ]);
  });

  it("are refused if no Job on one volume can set them, and for claims that no pod mounts", () => {
    assert.match(
      resetsOf("mongodb", prod).refusal() ?? "",
      /^a replicated mongodb can only change passwords while/,
    );
    assert.match(resetsOf("rabbitmq", prod).refusal() ?? "", /^a replicated rabbitmq /);
    assert.equal(resetsOf("mysql", prod).refusal(), undefined);
    assert.match(
      resetsOf("mysql").refusal(["data-db-primary-0"]) ?? "",
      /^a standalone mysql of the distribution bitnami mounts data-db-0, not data-db-primary-0$/,
    );
  });

  it("of a rabbitmq start its node with the name in the data", () => {
    const [reset] = resetsOf("rabbitmq").jobs() as [Reset];
    assert.deepEqual(podOf(reset).hostAliases?.[0]?.hostnames, [
      "db-0.db-headless.shop-dev.svc.cluster.local",
    ]);
    assert.equal(containerOf(reset).env.find(({ name }) => name === "USERS")?.value, "app:APP_PASSWORD");
  });

  for (const kind of ["mysql", "mongodb", "rabbitmq"] as const)
    it(`of a ${kind} use a script that bash can parse`, async () => {
      const [script] = containerOf(resetsOf(kind).jobs()[0] as Reset).args as [string];
      await execa("bash", ["-n"], { input: script });
    });
});

/** A mysqld that runs until it is stopped, and a client that knows some users. */
class Mysql {
  readonly folder = mkdtempSync(join(tmpdir(), "flotilla-reset-"));

  constructor(users: readonly string[]) {
    mkdirSync(join(this.folder, "bin"));
    mkdirSync(join(this.folder, "data/mysql"), { recursive: true });
    this.program(
      "mysqld",
      `echo $$ >${this.folder}/pid\ntail -f /dev/null & trap "kill $!; exit 0" TERM; wait`,
    );
    this.program(
      "mysql",
      `[ -f ${this.folder}/pid ] || exit 1
sql=$(cat)
case "$sql" in
"SELECT 1;") exit 0 ;;
"SELECT host"*) for user in ${users.join(" ")}; do case "$sql" in *"'$user'"*) printf '%%\\nlocalhost\\n' ;; esac; done; exit 0 ;;
"SELECT COUNT"*) echo 1; exit 0 ;;
esac
printf '%s\\n' "$sql" >>${this.folder}/log
case "$sql" in *SHUTDOWN*) kill $(cat ${this.folder}/pid) ;; esac`,
    );
  }

  program(name: string, text: string): void {
    const path = join(this.folder, "bin", name);
    writeFileSync(path, `#!/bin/bash\n${text}\n`);
    chmodSync(path, 0o755);
  }

  async run(): Promise<{ exitCode: number; all: string }> {
    const container = containerOf(resetsOf("mysql", prod).jobs()[1] as Reset);
    const [script] = container.args as [string];
    const variables = container.env.flatMap(({ name, valueFrom }) =>
      valueFrom ? [[name, `new${name}`]] : [],
    );
    const { exitCode, all = "" } = await execa("bash", ["-euo", "pipefail", "-c", script], {
      reject: false,
      all: true,
      env: {
        ...Object.fromEntries(variables),
        DATA: join(this.folder, "data"),
        PATH: `${join(this.folder, "bin")}:${process.env.PATH}`,
      },
    });
    return { exitCode, all };
  }

  said = () => readFileSync(join(this.folder, "log"), "utf8");
  close = () => rmSync(this.folder, { recursive: true });
}

describe("the script for the data of a mysql", () => {
  it("sets the password of each user for each of its hosts, and prints no password", async () => {
    const server = new Mysql(["root", "app", "replicator"]);
    const { all } = await server.run();
    const said = server.said();
    server.close();
    for (const user of ["root", "app", "replicator"])
      for (const host of ["%", "localhost"]) {
        assert.match(said, new RegExp(`ALTER USER '${user}'@'${host}' IDENTIFIED BY 'new\\w+';`));
        assert.match(said, new RegExp(`ALTER USER '${user}'@'${host}' DISCARD OLD PASSWORD;`));
      }
    assert.match(said, /CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD='newREPLICATION_PASSWORD';/);
    assert.match(said, /FLUSH PRIVILEGES;\nALTER/);
    assert.match(all, /there is no reports yet/);
    assert.doesNotMatch(all, /newROOT|newAPP/);
  });

  it("changes nothing without root, without data, and if the server does not start", async () => {
    const without = new Mysql(["app"]);
    const { exitCode, all } = await without.run();
    without.close();
    assert.equal(exitCode, 1);
    assert.match(all, /the data has no user root/);

    const dead = new Mysql(["root"]);
    dead.program("mysqld", "echo 'ibdata1 is damaged'; exit 1");
    const { all: words, exitCode: failed } = await dead.run();
    assert.equal(failed, 1);
    assert.match(words, /ibdata1 is damaged\n[\s\S]*mysqld does not start on/);
    rmSync(join(dead.folder, "data"), { recursive: true });
    assert.match((await dead.run()).all, /has no data of mysql/);
    dead.close();
  });
});

describe("the script for the data of a mongodb", () => {
  it("keeps the roles of existing users, and creates the others", () => {
    const { args, env } = containerOf(resetsOf("mongodb").jobs()[0] as Reset);
    const [, script = ""] = /<<'SCRIPT'\n([\s\S]*?)\nSCRIPT\n/.exec(args[0] as string) ?? [];
    const users: Record<string, object> = {
      "admin/root": { roles: ["root"] },
      "app/app": { roles: ["own"] },
    };
    const database = (name: string): object => ({
      getSiblingDB: database,
      getUser: (user: string) => users[`${name}/${user}`],
      updateUser: (user: string, change: object) => {
        users[`${name}/${user}`] = { ...users[`${name}/${user}`], ...change };
      },
      createUser: ({ user, ...rest }: { user: string }) => {
        users[`${name}/${user}`] = rest;
      },
    });
    const variables = env.map(({ name, value }) => [name, value ?? `new${name}`]);
    const context = {
      process: { env: Object.fromEntries(variables) },
      db: database("admin"),
      print: () => {},
    };
    runInContext(script, createContext(context));
    assert.deepEqual(JSON.parse(JSON.stringify(users)), {
      "admin/root": { roles: ["root"], pwd: "newROOT_PASSWORD" },
      "app/app": { roles: ["own"], pwd: "newAPP_PASSWORD" },
      "reports/reports": {
        pwd: "newREPORTS_PASSWORD",
        roles: [{ role: "readWrite", db: "reports" }],
      },
    });
  });
});
