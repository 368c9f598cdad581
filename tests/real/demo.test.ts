/** The demo on a real node: order-service answers, and nothing is left of it afterwards. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { unreachable } from "../../dev/sandbox/images/registry";
import { copyOfProject } from "../copy";
import { skipWithoutImages, skipWithoutRealNodes } from "./cluster";
import { traces } from "./machine";

describe("the demo on a real node", () => {
  let folder: string;
  let traced: Record<string, string[]>;

  const flotilla = (...args: string[]) =>
    execa(join(folder, "cli/bin.js"), args, { cwd: folder, all: true, reject: false });

  before(async function () {
    skipWithoutRealNodes(this, { folder: tmpdir() });
    if ((await unreachable("docker.io")) !== undefined) skipWithoutImages(this);
    folder = copyOfProject("flotilla-demo-", ["examples", "Pulumi.order-service-local.yaml"]);
    traced = await traces(folder);
  });

  after(async function () {
    this.timeout(60_000);
    if (folder === undefined) return;
    await flotilla("sandbox", "delete");
    rmSync(folder, { recursive: true, force: true });
  });

  it("ends with an answer of order-service", async function () {
    // Images may have to be built.
    this.timeout(20 * 60_000);
    const { exitCode, all = "" } = await flotilla("demo", "--nodes", "real");
    assert.equal(exitCode, 0, all.split("\n").slice(-40).join("\n"));
    assert.match(all, /^order-service +service .* deployed +1\/1 /m);
    assert.match(all, /^GET http:\/\/127\.0\.0\.1:\d+\/orders: 200 in \d+ ms$/m);
  });

  it("takes an order through flotilla open, which connects again after the pod is replaced", async function () {
    this.timeout(120_000);
    const { stdout } = await flotilla("sandbox", "env", "--json");
    const { environment } = JSON.parse(stdout) as { environment: Record<string, string | null> };
    const env = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, value ?? undefined]),
    );
    const open = execa(join(folder, "cli/bin.js"), ["open", "--stack", "order-service-local"], {
      cwd: folder,
      env: env as NodeJS.ProcessEnv,
      reject: false,
    });
    try {
      const url = await new Promise<string>((resolve, reject) => {
        open.stdout?.once("data", (data: Buffer) => resolve(data.toString().trim()));
        void open.then(({ stderr }) => reject(new Error(stderr)));
      });
      const order = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ items: [{ sku: "A-1", quantity: 2, unitPrice: 5 }] }),
      });
      assert.equal(order.status, 201, await order.text());
      const again = new Promise<void>((resolve) => {
        open.stderr?.on("data", (data: Buffer) => {
          if (/connected to order-service again/.test(data.toString())) resolve();
        });
      });
      await execa(
        "kubectl",
        [
          ...["delete", "pod", "-n", "order-service-local", "--grace-period=1"],
          ...["-l", "app.kubernetes.io/instance=order-service"],
        ],
        { env: env as NodeJS.ProcessEnv },
      );
      await execa(
        "kubectl",
        ["rollout", "status", "deployment/order-service", "-n", "order-service-local", "--timeout=90s"],
        { env: env as NodeJS.ProcessEnv },
      );
      await again;
      const listed = await fetch(url, { headers: { accept: "application/json" } });
      assert.match(await listed.text(), /"A-1"/);
    } finally {
      // Ctrl-C on a terminal reaches kubectl, too; a signal to one process is passed on only if it is SIGTERM.
      open.kill("SIGTERM");
    }
    assert.equal((await open).exitCode, 0);
  });

  it("leaves nothing on the machine", async function () {
    this.timeout(60_000);
    const { exitCode, all } = await flotilla("sandbox", "delete");
    assert.equal(exitCode, 0, all);
    assert.deepEqual(await traces(folder), traced);
  });
});
