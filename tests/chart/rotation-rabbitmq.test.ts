/** The Jobs of a rabbitmq rotation, run by a real shell with a fake management API, with curl and with bash alone. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type Server as HttpServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import execa from "execa";
import { executablesOnPath } from "../../cli/tools/toolchain/search-path";
import type { Values } from "../../src/plan/plan";
import { deployedFrom, planFor, secretValues, shopWith } from "../unit/store-examples";

interface Permission {
  user: string;
  vhost: string;
  configure: string;
  write: string;
  read: string;
}

const application = shopWith("rabbitmq");
const beforePlan = planFor(application);
const afterPlan = planFor(application, { stores: { db: { generation: 2 } } }, deployedFrom(beforePlan));
const passwordOf = (credential: string) => credential.replaceAll("-", "");

/** Users and permissions of a server; the changing request numbered `failAt` is refused. */
class Api {
  users: Record<string, string> = { app: "dbapp" };
  permissions: Permission[] = [
    { user: "app", vhost: "/", configure: ".*", write: ".*", read: ".*" },
    { user: "app", vhost: "orders", configure: "", write: "^in$", read: ".*" },
  ];
  changes = 0;
  failAt = 0;
  /** A path with an invalid response. */
  broken = "";
  private readonly server: HttpServer = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { status, body } = this.answer(request, Buffer.concat(chunks).toString());
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    });
  });

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }
  close = () => this.server.close();
  address = () => `127.0.0.1:${(this.server.address() as AddressInfo).port}`;

  private answer(
    { headers, method, url = "" }: IncomingMessage,
    body: string,
  ): { status: number; body: string } {
    const [user = "", password] = Buffer.from((headers.authorization ?? "").replace("Basic ", ""), "base64")
      .toString()
      .split(":");
    if (this.users[user] === undefined || this.users[user] !== password) return { status: 401, body: "{}" };
    if (method !== "GET" && ++this.changes === this.failAt) return { status: 500, body: "{}" };
    if (this.broken !== "" && url === `/api/${this.broken}`) return { status: 503, body: "{}" };
    const [, what, name = "", detail] = url.replace("/api", "").split("/");
    if (what === "whoami") return { status: 200, body: JSON.stringify({ name: user }) };
    if (what === "definitions") {
      const { permissions = [] } = JSON.parse(body) as { permissions?: Permission[] };
      this.permissions.push(...permissions);
      return { status: 204, body: "" };
    }
    if (what !== "users") return { status: 404, body: "{}" };
    if (method === "PUT") {
      this.users[name] = (JSON.parse(body) as { password: string }).password;
      return { status: 201, body: "" };
    }
    if (this.users[name] === undefined) return { status: 404, body: "{}" };
    if (method === "DELETE") {
      delete this.users[name];
      this.permissions = this.permissions.filter((permission) => permission.user !== name);
      return { status: 204, body: "" };
    }
    if (detail === "permissions")
      return {
        status: 200,
        body: JSON.stringify(this.permissions.filter((permission) => permission.user === name)),
      };
    return { status: 200, body: detail === undefined ? JSON.stringify({ name }) : "[]" };
  }
}

const rightsOf = (api: Api, user: string) =>
  api.permissions
    .filter((permission) => permission.user === user)
    .map(({ vhost, configure, write, read }) => [vhost, configure, write, read].join(" "));

for (const client of ["curl", "bash alone"])
  describe(`the rotation of a rabbitmq with ${client}`, () => {
    let api: Api;
    let bin: string;
    before(async function () {
      // What the official images have: bash, coreutils and sed, but neither curl nor python.
      const programs = ["bash", "base64", "cat", "sed", "sleep", ...(client === "curl" ? ["curl"] : [])];
      const found = programs.flatMap((program) =>
        executablesOnPath(program, process.env.PATH ?? "").slice(0, 1),
      );
      if (found.length < programs.length) this.skip();
      bin = mkdtempSync(join(tmpdir(), "flotilla-bin-"));
      for (const path of found) symlinkSync(path, join(bin, basename(path)));
    });
    after(() => bin && rmSync(bin, { recursive: true }));
    beforeEach(async () => {
      api = new Api();
      await api.listen();
    });
    afterEach(() => api.close());

    async function run(job: string): Promise<{ ok: boolean; output: string }> {
      const values = afterPlan.releases[job]?.values as { command: string[]; args: string[]; env: Values };
      const [, ...options] = values.command;
      const script = (values.args[0] as string).replace("$HOST:15672", api.address());
      const { exitCode, all = "" } = await execa(join(bin, "bash"), [...options, script], {
        reject: false,
        all: true,
        extendEnv: false,
        env: {
          ...(values.env as Record<string, string>),
          ...secretValues(afterPlan, job, passwordOf),
          DRAIN_SECONDS: "0",
          PATH: bin,
        },
      });
      return { ok: exitCode === 0, output: all };
    }

    it("creates a new user with the permissions of the old one, then deletes the old one", async () => {
      const begin = await run("db-rotate-2-begin");
      assert.ok(begin.ok, begin.output);
      assert.deepEqual(api.users, { app: "dbapp", app_2: "dbapp2" });
      assert.deepEqual(rightsOf(api, "app_2"), rightsOf(api, "app"));
      const end = await run("db-rotate-2-end");
      assert.ok(end.ok, end.output);
      assert.deepEqual(api.users, { app_2: "dbapp2" });
      assert.doesNotMatch(begin.output + end.output, /dbapp/);
    });

    it("does not change the old user wherever the first Job stops, and completes when it runs again", async () => {
      for (const failAt of [1, 2, 3]) {
        Object.assign(api, { users: { app: "dbapp" }, changes: 0, failAt });
        assert.equal((await run("db-rotate-2-begin")).ok, false, `request ${failAt}`);
        assert.equal(api.users.app, "dbapp");
        api.failAt = 0;
        assert.ok((await run("db-rotate-2-begin")).ok);
        assert.deepEqual(new Set(rightsOf(api, "app_2")), new Set(rightsOf(api, "app")));
      }
    });

    it("copies no permissions, and says so, if the server's response is unclear", async () => {
      api.broken = "users/app";
      const { ok, output } = await run("db-rotate-2-begin");
      assert.equal(ok, false);
      assert.match(output, /GET users\/app: 503/);
    });

    it("does not delete an old user while the new one cannot log in", async () => {
      assert.equal((await run("db-rotate-2-end")).ok, false);
      assert.deepEqual(api.users, { app: "dbapp" });
    });

    it("continues if the old user is already gone", async () => {
      await run("db-rotate-2-begin");
      await run("db-rotate-2-end");
      assert.ok((await run("db-rotate-2-begin")).ok);
      assert.ok((await run("db-rotate-2-end")).ok);
    });
  });
