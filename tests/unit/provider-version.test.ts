/** The version of a provider binary: read from it, cached, and compared with the SDK's. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "semver";
import { STAND_INS } from "../../cli/tools/paths";
import { askVersion, readPort } from "../../cli/tools/provider-versions/ask-version";
import { binaryVersion } from "../../cli/tools/provider-versions/binary-version";
import { sdkVersion, standInVersion } from "../../cli/tools/provider-versions/sdk-version";
import { differenceFromSdk } from "../../dev/sandbox/providers/choose";

describe("the version of a provider", () => {
  let folder: string;
  const program = (name: string, script: string): string => {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "flotilla-unit-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is reported by the binary itself", async function () {
    this.timeout(30_000);
    const binary = join(STAND_INS, "random", "bin", "pulumi-resource-random");
    assert.equal(await askVersion(binary), standInVersion("random"));
  });

  it("of a stand-in identifies it as one, and the engine can parse it", () => {
    assert.deepEqual(parse(standInVersion("kubernetes"))?.build, ["stand-in"]);
  });

  it("follows the first complete line, which is the port", () => {
    assert.equal(readPort("4321"), undefined);
    assert.equal(readPort("4321\n"), 4321);
    assert.equal(readPort("warning: 1\n4321\nmore"), 4321);
    assert.equal(readPort("99999\n"), undefined);
  });

  it("of something other than a plugin fails with its output", async () => {
    await assert.rejects(askVersion(program("ends", "echo no way >&2; exit 3")), /exit code 3. no way/);
    await assert.rejects(
      askVersion(program("waits", "exec sleep 60"), 200),
      /did not print a port within 0.2 s/,
    );
    await assert.rejects(askVersion(program("lies", "echo 1; exec sleep 60"), 2000), /UNAVAILABLE|DEADLINE/);
    await assert.rejects(askVersion(join(folder, "none")), /ENOENT/);
  });

  it("is read again only when the binary has changed", async () => {
    const binary = program("plugin", "exit 0");
    let asked = 0;
    const options = { file: join(folder, "cache", "versions.json"), ask: async () => `1.0.${asked++}` };
    assert.equal(await binaryVersion(binary, options), "1.0.0");
    assert.equal(await binaryVersion(binary, options), "1.0.0");
    program("plugin", "exit 10");
    assert.equal(await binaryVersion(binary, options), "1.0.1");
    writeFileSync(options.file, "{");
    assert.equal(await binaryVersion(binary, options), "1.0.2");
  });

  it("that differs from the SDK's is reported, with what to do", () => {
    const provider = { name: "random", source: "PATH", executable: "/bin/plugin" } as const;
    assert.match(
      differenceFromSdk({ ...provider, version: "1.0.0" }) ?? "",
      /is version 1\.0\.0, .* Install /,
    );
    assert.equal(differenceFromSdk({ ...provider, version: sdkVersion("random") }), undefined);
    const standIn = { ...provider, source: "stand-in", version: standInVersion("random") } as const;
    assert.equal(differenceFromSdk(standIn), undefined);
  });
});
