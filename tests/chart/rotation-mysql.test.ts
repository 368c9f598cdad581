/**
 * The Jobs of a mysql rotation, run by a real shell with a fake client that supports users with two passwords. They are
 * stopped at every statement.
 */
import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import type { Values } from "../../src/plan/plan";
import { deployedFrom, planFor, secretValues, shopWith } from "../unit/store-examples";

const application = shopWith("mysql");
const config = { environment: "prod", cluster: { context: "prod" } };
const before = planFor(application, config);
const after = planFor(application, { ...config, stores: { db: { generation: 2 } } }, deployedFrom(before));

/** A server with the users and passwords of the first generation, and a shell to run Jobs in. */
class Server {
  readonly folder = mkdtempSync(join(tmpdir(), "flotilla-mysql-"));
  readonly state = join(this.folder, "users");

  constructor() {
    mkdirSync(join(this.folder, "bin"));
    mkdirSync(this.state);
    symlinkSync(join(__dirname, "fakes/mysql.sh"), join(this.folder, "bin/mysql"));
    for (const [user, credential] of Object.entries(USERS))
      writeFileSync(join(this.state, user), `old-${credential}\n`.replaceAll("-", ""));
  }

  /** Runs a Job like its pod would; returns whether it succeeded. */
  async run(job: string, faults: Record<string, string> = {}): Promise<boolean> {
    rmSync(`${this.state}.count`, { force: true });
    const values = after.releases[job]?.values as { command: string[]; args: string[]; env: Values };
    const [shell, ...options] = values.command as [string, ...string[]];
    const { exitCode, all } = await execa(shell, [...options, ...values.args], {
      reject: false,
      all: true,
      env: {
        ...plainOf(values.env),
        ...secretValues(after, job, passwordOf),
        STATE: this.state,
        DRAIN_SECONDS: "0",
        PATH: `${join(this.folder, "bin")}:${process.env.PATH}`,
        ...faults,
      },
    });
    this.output = all ?? "";
    return exitCode === 0;
  }

  output = "";

  /** Passwords by user. */
  users(): Record<string, string[]> {
    return Object.fromEntries(
      readdirSync(this.state).map((user) => [
        user,
        readFileSync(join(this.state, user), "utf8").trim().split("\n"),
      ]),
    );
  }

  remove = () => rmSync(this.folder, { recursive: true });
}

const USERS = { root: "db-root", app: "db-app", reports: "db-reports", replicator: "db-replication" };

/** `db-root` is of the first generation, `db-root-2` of the second. */
const passwordOf = (credential: string): string =>
  (credential.endsWith("-2") ? `new${credential.slice(0, -2)}` : `old${credential}`).replaceAll("-", "");

const plainOf = (env: Values): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );

const expected = (generations: readonly string[]) =>
  Object.fromEntries(
    Object.entries(USERS).map(([user, credential]) => [
      user,
      generations.map((generation) => `${generation}${credential}`.replaceAll("-", "")),
    ]),
  );

/**
 * Some of the 18 statements of the first Job (two queries and two changes for each of four users, a change for each
 * secondary): root's, another user's changes, the last user's, the secondaries'.
 */
const STATEMENTS = [1, 2, 3, 4, 7, 8, 15, 16, 17, 18];

/** All of them, a few at a time. */
async function inTurns(
  statements: readonly number[],
  work: (statement: number) => Promise<void>,
): Promise<void> {
  const waiting = [...statements];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: 6 }, worker));
}

describe("the rotation of a mysql", () => {
  let server: Server;
  beforeEach(() => {
    server = new Server();
  });
  afterEach(() => server.remove());

  it("accepts both passwords after its first Job, and only the new one after its last", async () => {
    assert.ok(await server.run("db-rotate-2-begin"), server.output);
    assert.deepEqual(server.users(), expected(["new", "old"]));
    assert.ok(await server.run("db-rotate-2-end"), server.output);
    assert.deepEqual(server.users(), expected(["new"]));
  });

  it("lets the secondaries replicate with the new password", async () => {
    await server.run("db-rotate-2-begin");
    const log = readFileSync(`${server.state}.log`, "utf8").split("\n");
    for (const index of [0, 1])
      assert.ok(
        log.some((line) =>
          line.startsWith(`db-secondary-${index}.db-secondary-headless root: STOP REPLICA IO_THREAD; CHANGE`),
        ),
      );
  });

  for (const when of ["before", "after"])
    it(`still accepts the old passwords if its first Job stops ${when} a statement, and completes when it runs again`, async () => {
      const stopAt = async (statement: number) => {
        const server = new Server();
        const faults = { FAIL_AT: String(statement), ...(when === "after" ? { FAIL_AFTER: "1" } : {}) };
        assert.equal(await server.run("db-rotate-2-begin", faults), false, `statement ${statement}`);
        for (const [user, passwords] of Object.entries(expected(["old"])))
          assert.ok(server.users()[user]?.includes(passwords[0] as string), `${user} at ${statement}`);
        assert.ok(await server.run("db-rotate-2-begin"), server.output);
        assert.deepEqual(server.users(), expected(["new", "old"]), `statement ${statement}`);
        server.remove();
      };
      await inTurns(STATEMENTS, stopAt);
    });

  it("accepts the new passwords wherever its last Job stops, and completes when it runs again", async () => {
    const stopAt = async (statement: number) => {
      const server = new Server();
      await server.run("db-rotate-2-begin");
      assert.equal(await server.run("db-rotate-2-end", { FAIL_AT: String(statement) }), false);
      for (const [user, passwords] of Object.entries(expected(["new"])))
        assert.ok(server.users()[user]?.includes(passwords[0] as string));
      assert.ok(await server.run("db-rotate-2-end"), server.output);
      assert.deepEqual(server.users(), expected(["new"]));
      server.remove();
    };
    await inTurns([1, 2, 4, 8], stopAt);
  });

  it("keeps the clients' password after a cancelled rotation", async () => {
    // As left by an earlier first Job: its new password is current, the old one retained.
    for (const user of Object.keys(USERS)) {
      const [old] = expected(["old"])[user] as [string];
      writeFileSync(join(server.state, user), `abandoned\n${old}\n`);
    }
    assert.ok(await server.run("db-rotate-2-begin"), server.output);
    assert.deepEqual(server.users(), expected(["new", "old"]));
  });

  it("fails if it cannot log in at all, and changes nothing", async () => {
    for (const user of Object.keys(USERS)) writeFileSync(join(server.state, user), "drifted\n");
    assert.equal(await server.run("db-rotate-2-begin"), false);
    assert.match(server.output, /Access denied for user 'root'/);
  });

  it("does not drop an old password while a new one does not work", async () => {
    assert.equal(await server.run("db-rotate-2-end"), false);
    assert.match(server.output, /root cannot log in with the new password/);
    assert.deepEqual(server.users(), expected(["old"]));
  });

  it("continues if an account is new in the same update", async () => {
    rmSync(join(server.state, "reports"));
    assert.ok(await server.run("db-rotate-2-begin"), server.output);
    assert.match(server.output, /there is no reports yet/);
    assert.ok(await server.run("db-accounts"), server.output);
    assert.deepEqual(server.users().reports, ["newdbreports"]);
    assert.ok(await server.run("db-rotate-2-end"), server.output);
    assert.deepEqual(server.users(), expected(["new"]));
  });

  it("shows no password, whether it succeeds or fails", async () => {
    await server.run("db-rotate-2-begin");
    const shown = [server.output];
    await server.run("db-rotate-2-end", { FAIL_AT: "2" });
    shown.push(server.output);
    for (const password of Object.values(expected(["old", "new"])).flat())
      assert.ok(!shown.join().includes(password), password);
  });
});
