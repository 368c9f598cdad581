/** The script of the wait container, run by real shells: what it waits for, what it says, and with which tools. */
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { PROJECT } from "../../cli/tools/paths";
import { executablesOnPath } from "../../cli/tools/toolchain/search-path";

const SCRIPT = readFileSync(join(PROJECT, "charts/microservice/files/wait.sh"), "utf8");
const pathOf = (program: string) => executablesOnPath(program, process.env.PATH ?? "")[0];

/** The shells of wait images. busybox prefers its own programs to those on PATH, so the tests of programs use sh. Debian's sh is dash; the sh of busybox and alpine is busybox's. */
const SHELLS: Record<string, string[]> = { dash: ["dash"], bash: ["bash"], busybox: ["busybox", "sh"] };

/** A name server that knows the addresses of some names. */
class Names {
  known: Record<string, string> = {};
  private readonly socket: Socket = createSocket("udp4");

  async listen(): Promise<number> {
    this.socket.on("message", (query, { port, address }) =>
      this.socket.send(this.answer(query), port, address),
    );
    await new Promise<void>((resolve) => this.socket.bind(0, "127.0.0.1", resolve));
    return this.socket.address().port;
  }
  close = () => this.socket.close();

  private answer(query: Buffer): Buffer {
    const labels: string[] = [];
    let at = 12;
    for (; query[at] !== 0; at += (query[at] as number) + 1)
      labels.push(query.toString("ascii", at + 1, at + 1 + (query[at] as number)));
    const question = query.subarray(12, at + 5);
    const found = this.known[labels.join(".")];
    const record =
      found !== undefined && query.readUInt16BE(at + 1) === 1
        ? Buffer.concat([
            Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4]),
            Buffer.from(found.split(".").map(Number)),
          ])
        : Buffer.alloc(0);
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8580 | (found === undefined ? 3 : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(record.length > 0 ? 1 : 0, 6);
    return Buffer.concat([header, question, record]);
  }
}

describe("the wait container", () => {
  let folder: string;
  let server: Server;
  let names: Names;
  let open: number;
  let closed: number;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "flotilla-wait-"));
    const listen = async (on: Server) => {
      await new Promise<void>((resolve) => on.listen(0, "127.0.0.1", resolve));
      return (on.address() as { port: number }).port;
    };
    server = createServer((socket) => socket.end());
    open = await listen(server);
    const other = createServer();
    closed = await listen(other);
    await new Promise((resolve) => other.close(resolve));
    names = new Names();
    const dns = await names.listen();
    writeFileSync(
      join(folder, "resolv.conf"),
      "nameserver 10.96.0.10\nsearch shop.svc.test svc.test\noptions ndots:5\n",
    );
    tools("plain", ["sleep", "timeout", "bash", "getent"]);
    tools("busybox", ["sleep", "timeout", "sed", "bash"]);
    // busybox's real nslookup, asking this test's name server.
    script("busybox", "nslookup", `exec ${pathOf("busybox")} nslookup -port=${dns} "$@" 127.0.0.1`);
    tools("other-nc", ["sleep", "getent"]);
    // An nc with its own words, such as those of other distributions.
    script(
      "other-nc",
      "nc",
      `[ "$4 $5" = "127.0.0.1 ${open}" ] || { echo "getaddrinfo: Name or service not known" >&2; exit 1; }`,
    );
    tools("bare", ["sleep"]);
  });
  after(() => {
    server.close();
    names.close();
    rmSync(folder, { recursive: true });
  });

  function tools(set: string, programs: readonly string[]): void {
    mkdirSync(join(folder, set));
    for (const program of programs) {
      const path = pathOf(program);
      if (path !== undefined) symlinkSync(path, join(folder, set, program));
    }
  }

  function script(set: string, name: string, text: string): void {
    writeFileSync(join(folder, set, name), `#!${pathOf("sh")}\n${text}\n`);
    chmodSync(join(folder, set, name), 0o755);
  }

  const run = (shell: readonly string[], set: string, waitFor: string, timeout = 20_000) => {
    const [program, ...options] = shell as [string, ...string[]];
    const text = SCRIPT.replace("/etc/resolv.conf", join(folder, "resolv.conf"));
    return execa(pathOf(program) ?? program, [...options, "-c", text], {
      env: { PATH: join(folder, set), WAIT_FOR: waitFor },
      extendEnv: false,
      reject: false,
      all: true,
      stdin: "ignore",
      timeout,
    });
  };

  for (const [shell, command] of Object.entries(SHELLS))
    describe(`with ${shell}`, () => {
      before(function () {
        if (pathOf(command[0] as string) === undefined) this.skip();
      });

      it("ends at once when all ports answer and all names resolve", async () => {
        const { exitCode, all } = await run(
          command,
          "plain",
          `db|answers|127.0.0.1|${open} web|resolves|localhost|80`,
        );
        assert.equal(exitCode, 0, all);
        assert.equal(all, "");
      });

      it("names those that it still waits for, once for each change, and stops at SIGTERM", async () => {
        const waiting = run(
          command,
          "plain",
          `db|answers|127.0.0.1|${open} queue|answers|127.0.0.1|${closed} web|resolves|no-such-name.invalid|80`,
        );
        setTimeout(() => waiting.kill("SIGTERM"), 1500);
        const { exitCode, all } = await waiting;
        assert.equal(exitCode, 143);
        assert.equal(all, `waiting for queue (127.0.0.1:${closed}), web (the name no-such-name.invalid)`);
      });
    });

  it("gives up after the time limit of an entry, and names it", async () => {
    const { exitCode, all } = await run(
      ["sh"],
      "plain",
      `db|answers|127.0.0.1|${open} api|answers|127.0.0.1|${closed}|1`,
    );
    assert.equal(exitCode, 75, all);
    assert.match(
      all ?? "",
      new RegExp(
        `^waiting for api [^\n]*\ngave up after \\d+ seconds: api \\(127.0.0.1:${closed}\\) is not available$`,
      ),
    );
  });

  it("does not take a name for known because an nc has other words", async () => {
    const waiting = run(
      ["sh"],
      "other-nc",
      `db|answers|127.0.0.1|${open} web|resolves|no-such-name.invalid|80`,
    );
    setTimeout(() => waiting.kill("SIGTERM"), 1500);
    const { all } = await waiting;
    assert.equal(all, "waiting for web (the name no-such-name.invalid)");
  });

  it("uses nslookup and the search domains where there is no getent", async function () {
    if (pathOf("busybox") === undefined) this.skip();
    names.known = {};
    const waiting = run(["sh"], "busybox", "web|resolves|web|80 users|resolves|users.shop.svc.test|80");
    setTimeout(() => Object.assign(names.known, { "users.shop.svc.test": "10.0.0.2" }), 1000);
    setTimeout(() => Object.assign(names.known, { "web.shop.svc.test": "10.0.0.1" }), 2500);
    const { exitCode, all } = await waiting;
    assert.equal(exitCode, 0, all);
    assert.equal(
      all,
      "waiting for web (the name web), users (the name users.shop.svc.test)\nwaiting for web (the name web)",
    );
  });

  it("fails and says so if the image lacks the programs", async () => {
    const port = await run(["sh"], "bare", `db|answers|127.0.0.1|${open}`);
    assert.equal(port.exitCode, 1);
    assert.match(port.all ?? "", /neither bash nor nc/);
    const name = await run(["sh"], "bare", "web|resolves|web|80");
    assert.equal(name.exitCode, 1);
    assert.match(name.all ?? "", /neither getent nor nslookup/);
  });
});
