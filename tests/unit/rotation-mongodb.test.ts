/** The Jobs of a mongodb, run against a fake of mongosh's `connect`. They are stopped at every possible write. */
import assert from "node:assert/strict";
import { createContext, runInContext } from "node:vm";
import type { Values } from "../../src/plan/plan";
import { deployedFrom, planFor, secretValues, shopWith } from "./store-examples";

interface User {
  pwd: string;
  roles: { role: string; db: string }[];
}

const monitoring = {};
const config = { environment: "prod", cluster: { context: "prod" }, monitoring };
const application = shopWith("mongodb");
const first = planFor(application, config);
const second = planFor(application, { ...config, stores: { db: { generation: 2 } } }, deployedFrom(first));
const third = planFor(application, { ...config, stores: { db: { generation: 3 } } }, deployedFrom(second));

const passwordOf = (credential: string) => credential.replaceAll("-", "");

/** A server: users by database and name; `writes` are counted, and the one numbered `failAt` fails. */
class Server {
  users: Record<string, Record<string, User>> = {};
  writes = 0;
  failAt = 0;

  run(plan: typeof first, job: string): boolean {
    const values = plan.releases[job]?.values as {
      env: Values;
      config: { files: Record<string, { content: string }> };
    };
    const [script] = Object.values(values.config.files);
    const env = { ...values.env, ...secretValues(plan, job, passwordOf) };
    const context = createContext({
      process: { env },
      connect: (url: string) => this.connect(url),
      print: (line: string) => this.output.push(line),
      sleep: (milliseconds: number) => this.output.push(`waits ${milliseconds} ms`),
    });
    this.writes = 0;
    try {
      runInContext(script?.content ?? "throw new Error('no script')", context);
      return true;
    } catch (error) {
      this.output.push((error as Error).message);
      return false;
    }
  }

  output: string[] = [];

  private connect(url: string) {
    const [, user, password, members, database, source, options] =
      /^mongodb:\/\/(\w+):(\w+)@([^/]+)\/(\w+)\?authSource=(\w+)(.*)$/.exec(url) ?? [];
    assert.equal(members?.split(",").length, 3);
    assert.equal(options, "&replicaSet=rs0");
    assert.equal(source, database);
    if (this.users[source as string]?.[user as string]?.pwd !== password)
      throw new Error("Authentication failed.");
    return this.database(database as string);
  }

  private database(name: string): object {
    const write = (change: (users: Record<string, User>) => void) => {
      if (++this.writes === this.failAt) throw new Error("connection closed");
      this.users[name] ??= {};
      change(this.users[name] as Record<string, User>);
    };
    return {
      getSiblingDB: (other: string) => this.database(other),
      getUser: (user: string) => this.users[name]?.[user] ?? null,
      createUser: ({ user, pwd, roles }: User & { user: string }) =>
        write((users) => {
          assert.ok(!users[user], `${user} is there already`);
          users[user] = plain({ pwd, roles });
        }),
      updateUser: (user: string, change: User) =>
        write((users) => {
          users[user] = plain({ ...(users[user] as User), ...change });
        }),
      dropUser: (user: string) => write((users) => delete users[user]),
    };
  }

  names(): Record<string, string[]> {
    return Object.fromEntries(
      Object.entries(this.users).map(([database, users]) => [database, Object.keys(users).sort()]),
    );
  }
}

/** Removes the prototypes of the context that created the value. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value));

/** Returns a server with the accounts of the first generation. */
function started(): Server {
  const server = new Server();
  server.users.admin = { root: { pwd: "dbroot", roles: [{ role: "root", db: "admin" }] } };
  assert.ok(server.run(first, "db-accounts"), server.output.join("\n"));
  return server;
}

describe("the Jobs of a mongodb", () => {
  it("create the accounts, including the exporter's, and do not change existing ones", () => {
    const server = started();
    assert.deepEqual(server.names(), { admin: ["metrics", "root"], app: ["app"], reports: ["reports"] });
    assert.deepEqual(server.users.app?.app, { pwd: "dbapp", roles: [{ role: "readWrite", db: "app" }] });
    assert.ok(server.run(first, "db-accounts"));
    assert.equal(server.writes, 0);
  });

  it("create new users next to the old ones with their roles, then drop the old ones", () => {
    const server = started();
    const extra = { role: "read", db: "elsewhere" };
    server.users.app?.app?.roles.push(extra);
    assert.ok(server.run(second, "db-rotate-2-begin"), server.output.join("\n"));
    assert.deepEqual(server.names(), {
      admin: ["metrics", "metrics_2", "root", "root_2"],
      app: ["app", "app_2"],
      reports: ["reports", "reports_2"],
    });
    assert.equal(server.users.app?.app?.pwd, "dbapp", "the old user is unchanged");
    assert.deepEqual(server.users.app?.app_2, {
      pwd: "dbapp2",
      roles: [{ role: "readWrite", db: "app" }, extra],
    });
    assert.ok(server.run(second, "db-accounts"), server.output.join("\n"));
    assert.ok(server.run(second, "db-rotate-2-end"), server.output.join("\n"));
    assert.deepEqual(server.names(), {
      admin: ["metrics_2", "root_2"],
      app: ["app_2"],
      reports: ["reports_2"],
    });
  });

  for (const job of ["db-rotate-2-begin", "db-rotate-2-end"])
    it(`keep clients working wherever ${job} stops, and complete when they run again`, () => {
      for (let write = 1; write <= 4; write++) {
        const server = started();
        if (job === "db-rotate-2-end") server.run(second, "db-rotate-2-begin");
        server.failAt = write;
        assert.equal(server.run(second, job), false, `write ${write}`);
        // Clients use the old users until the first Job has ended, and the new ones once the last has started.
        const [suffix, generation] = job === "db-rotate-2-end" ? ["_2", "2"] : ["", ""];
        for (const [database, user] of [
          ["admin", "root"],
          ["app", "app"],
          ["reports", "reports"],
        ] as const)
          assert.equal(server.users[database]?.[user + suffix]?.pwd, `db${user}${generation}`);
        server.failAt = 0;
        assert.ok(server.run(second, job), server.output.join("\n"));
        if (job === "db-rotate-2-begin") assert.ok(server.run(second, "db-rotate-2-end"));
        assert.deepEqual(server.names(), {
          admin: ["metrics_2", "root_2"],
          app: ["app_2"],
          reports: ["reports_2"],
        });
      }
    });

  it("drop no old user while a new one cannot log in", () => {
    const server = started();
    assert.equal(server.run(second, "db-rotate-2-end"), false);
    assert.deepEqual(server.names(), { admin: ["metrics", "root"], app: ["app"], reports: ["reports"] });
  });

  it("drop the users of an earlier rotation that was not completed", () => {
    const server = started();
    server.run(second, "db-rotate-2-begin");
    assert.ok(server.run(third, "db-rotate-3-begin"), server.output.join("\n"));
    assert.ok(server.run(third, "db-rotate-3-end"), server.output.join("\n"));
    assert.deepEqual(server.names(), {
      admin: ["metrics_3", "root_3"],
      app: ["app_3"],
      reports: ["reports_3"],
    });
  });
});
