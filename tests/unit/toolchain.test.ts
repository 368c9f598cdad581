import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { buildArguments } from "../../cli/tools/toolchain/build";
import { download, parseChecksum } from "../../cli/tools/toolchain/download";
import { outsidePath } from "../../cli/tools/toolchain/ensure";
import { findOnPath, parseVersion } from "../../cli/tools/toolchain/search-path";
import { type Platform, TOOLS, type Tool } from "../../cli/tools/toolchain/specification";

const linux: Platform = { os: "linux", arch: "amd64" };
const sha256 = (content: Buffer | string) => createHash("sha256").update(content).digest("hex");

describe("a tool on PATH", () => {
  const folder = mkdtempSync(join(tmpdir(), "flotilla-path-"));
  after(() => rmSync(folder, { recursive: true }));
  const put = (output: string) => {
    writeFileSync(join(folder, "helm"), `#!/bin/sh\necho '${output}'\n`);
    chmodSync(join(folder, "helm"), 0o755);
  };

  it("is used when its version is compatible", async () => {
    put("v3.18.4+gd80839c");
    assert.deepEqual(await findOnPath(TOOLS.helm, folder), {
      found: "good",
      path: join(folder, "helm"),
      version: "3.18.4",
    });
  });

  it("is skipped when it is too old, too new or reports no version", async () => {
    for (const output of ["v3.9.0", "v4.0.1", "no version here"]) {
      put(output);
      assert.equal((await findOnPath(TOOLS.helm, folder)).found, "unfit", output);
    }
  });

  it("is missing when it does not exist or cannot be run", async () => {
    chmodSync(join(folder, "helm"), 0o644);
    assert.equal((await findOnPath(TOOLS.helm, folder)).found, "none");
    assert.equal((await findOnPath(TOOLS.helm, "")).found, "none");
  });

  it("reports its version in one of the usual ways", () => {
    assert.equal(parseVersion("Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0"), "1.32.4");
    assert.equal(parseVersion("etcd Version: 3.6.5\nGit SHA: x"), "3.6.5");
    assert.equal(parseVersion("kwokctl version v0.8.0 go1.26 (linux/amd64)"), "0.8.0");
    assert.equal(parseVersion("dev"), undefined);
  });

  it("does not include the sandbox's own links", () => {
    assert.equal(outsidePath("/a:/clone/.flotilla/bin:/b:/clone/.flotilla/e2e/bin"), "/a:/b");
  });
});

describe("a downloaded tool", () => {
  const folder = mkdtempSync(join(tmpdir(), "flotilla-download-"));
  const files = new Map<string, Buffer | string>();
  let server: Server;
  let base: string;
  const target = join(folder, "out", "tool");
  before(async () => {
    server = createServer((request, response) => {
      const content = files.get(request.url ?? "");
      response.statusCode = content === undefined ? 404 : 200;
      response.end(content ?? "not found");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    files.clear();
    rmSync(join(folder, "out"), { recursive: true, force: true });
    mkdirSync(join(folder, "out"));
  });
  const tool = (release: Partial<Tool["release"]> = {}): Tool => ({
    ...TOOLS.etcd,
    release: {
      url: () => `${base}/tool`,
      checksum: { kind: "file", url: () => `${base}/tool.sha256` },
      ...release,
    },
  });
  const leftovers = () => readdirSync(join(folder, "out"));

  it("is accepted when its checksum is the vendor's", async () => {
    files.set("/tool", "#!/bin/sh\n").set("/tool.sha256", sha256("#!/bin/sh\n"));
    await download(tool(), linux, target);
    assert.equal(readFileSync(target, "utf8"), "#!/bin/sh\n");
    assert.ok(statSync(target).mode & 0o100);
    assert.deepEqual(leftovers(), ["tool"]);
  });

  it("is refused when its checksum differs", async () => {
    files.set("/tool", "tampered").set("/tool.sha256", sha256("original"));
    await assert.rejects(
      download(tool(), linux, target),
      /has SHA-256 .* its vendor says .*; it was not kept/,
    );
    assert.deepEqual(leftovers(), []);
  });

  it("is extracted from its archive", async () => {
    mkdirSync(join(folder, "etcd-v1"), { recursive: true });
    writeFileSync(join(folder, "etcd-v1", "etcd"), "etcd");
    await execa("tar", ["-czf", "archive.tar.gz", "etcd-v1"], { cwd: folder });
    const archive = readFileSync(join(folder, "archive.tar.gz"));
    files
      .set("/archive.tar.gz", archive)
      .set("/SHA256SUMS", `${"0".repeat(64)}  other\n${sha256(archive)}  archive.tar.gz\n`);
    const release: Partial<Tool["release"]> = {
      url: () => `${base}/archive.tar.gz`,
      member: () => "etcd-v1/etcd",
      checksum: { kind: "file", url: () => `${base}/SHA256SUMS` },
    };
    await download(tool(release), linux, target);
    assert.equal(readFileSync(target, "utf8"), "etcd");
    assert.deepEqual(leftovers(), ["tool"]);
  });

  it("is verified against the digest of a GitHub release", async () => {
    files.set("/tool", "kwok");
    const get = (url: string) =>
      url.startsWith("https://api.github.com/repos/o/r/releases/tags/v1")
        ? Promise.resolve(Response.json({ assets: [{ name: "tool", digest: `sha256:${sha256("kwok")}` }] }))
        : fetch(url);
    await download(tool({ checksum: { kind: "github", repository: "o/r", tag: "v1" } }), linux, target, get);
    assert.ok(existsSync(target));
    const without = () => Promise.resolve(Response.json({ assets: [{ name: "tool", digest: null }] }));
    await assert.rejects(
      download(tool({ checksum: { kind: "github", repository: "o/r", tag: "v1" } }), linux, target, without),
      /v1 has no SHA-256/,
    );
  });

  it("is refused when the server does not have it or does not answer", async () => {
    await assert.rejects(download(tool(), linux, target), /tool.sha256 returned 404/);
    const gone = {
      url: () => "http://127.0.0.1:1/tool",
      checksum: { kind: "file", url: () => "http://127.0.0.1:1/s" } as const,
    };
    await assert.rejects(download(tool(gone), linux, target), /cannot reach 127.0.0.1:1/);
    await assert.rejects(
      download(tool({ url: () => undefined }), linux, target),
      /no release is published for linux\/amd64/,
    );
  });
});

describe("a checksum file", () => {
  const digest = "a".repeat(64);
  it("may contain only the digest, or a line per file", () => {
    assert.equal(parseChecksum(`${digest}\n`, "x"), digest);
    assert.equal(parseChecksum(`${"b".repeat(64)}  y\n${digest} *x\n`, "x"), digest);
    assert.equal(parseChecksum(`${digest}  ./dist/x\n`, "x"), digest);
  });
  it("is refused when it does not list the file", () => {
    assert.throws(() => parseChecksum(`${digest}  y\n`, "x"), /does not name x/);
    assert.throws(() => parseChecksum("<html>", "x"), /does not name x/);
  });
});

describe("every tool", () => {
  for (const tool of Object.values(TOOLS) as Tool[])
    it(`${tool.name} is pinned, verified and built from its module`, () => {
      const modules = join(__dirname, "../../cli/tools/toolchain/modules", tool.module.folder);
      const pinned = readFileSync(join(modules, "go.mod"), "utf8");
      const { package: main } = tool.module;
      assert.ok(
        main.startsWith("./")
          ? existsSync(join(modules, main))
          : pinned.includes(main) || pinned.includes(main.replace(/\/cmd\/.*/, "")),
      );
      assert.ok(existsSync(join(modules, "go.sum")));
      const url = tool.release.url(linux) ?? "";
      assert.match(url, /^https:\/\//);
      assert.ok(url.includes(tool.version), `${url} is not version ${tool.version}`);
      const args = buildArguments(tool, "out");
      assert.ok(args.includes("-mod=readonly") && args.includes("-trimpath"));
    });
});
