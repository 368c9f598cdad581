/** What an interrupted update leaves behind, and what recovery does about it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import execa from "execa";
import { decide } from "../../cli/core/recovery/recovery";
import type { Situation } from "../../cli/core/recovery/situation";
import type { ExportedResource } from "../../cli/core/state";
import { type Damage, damageIn, isNoted, restore } from "../../cli/stack/damage";
import { lockOf, locksIn } from "../../cli/stack/locks";
import { endOrphans, readOrphans } from "../../cli/stack/orphans";
import type { LiveRelease } from "../../cli/stack/releases";
import { PROJECT } from "../../cli/tools/paths";
import { commandLine } from "../../cli/tools/processes";
import { TEMPORARY } from "../../cli/tools/temporary";
import { freePorts } from "../../dev/sandbox/cluster/ports";
import { OWN_PREFIX, TASK_LABEL } from "../../src/plan/labels";

const urn = (type: string, name: string) => `urn:pulumi:prod::flotilla::${type}::${name}`;
const RELEASE = "kubernetes:helm.sh/v3:Release";
const release = (name: string) => ({
  urn: urn(RELEASE, name),
  type: RELEASE,
  inputs: { name, namespace: "shop" },
});
const revision = (name: string, number: number, status: string) => ({
  name,
  namespace: "shop",
  revision: number,
  status,
  description: "",
  deployedAt: "",
  chart: { name: "microservice", version: "1.0.0" },
  values: {},
  manifest: "",
});
const live = (name: string, number: number, status: string, good?: number): Record<string, LiveRelease> => ({
  [name]: {
    newest: revision(name, number, status),
    ...(good === undefined ? {} : { deployed: revision(name, good, "deployed") }),
    oldest: good ?? number,
  },
});
const situation = (overrides: Partial<Situation>): Situation => ({
  locks: [],
  state: { version: 3, deployment: { resources: [release("cart")] } },
  live: live("cart", 1, "deployed", 1),
  good: {},
  seesLocks: true,
  exists: {},
  ...overrides,
});
const stateOf = (resource: ReturnType<typeof release> & { initErrors?: string[] }) => ({
  version: 3,
  deployment: { resources: [resource] },
});
const pending = (type: string, resource = release("cart"), known = [release("cart")]) => ({
  version: 3,
  deployment: { resources: known, pending_operations: [{ type, resource }] },
});

describe("recovery", () => {
  it("does nothing to a healthy stack, or to releases of others", () => {
    const { found, actions } = decide(
      situation({ live: { ...live("cart", 1, "deployed", 1), ...live("foreign", 2, "pending-upgrade", 1) } }),
    );
    assert.deepEqual([found, actions], [[], []]);
  });

  it("does nothing while an update is in progress", () => {
    const { blocked, actions } = decide(
      situation({ locks: [{ by: "me", alive: true }], live: live("cart", 2, "pending-upgrade", 1) }),
    );
    assert.match(blocked ?? "", /Wait until it finishes/);
    assert.deepEqual(actions, []);
  });

  it("releases a lock whose process is dead, and asks about one that cannot be checked", () => {
    const dead = decide(situation({ locks: [{ by: "me, process 7", id: "a.json", alive: false }] }));
    assert.deepEqual(dead.actions, [{ do: "unlock", held: ["a.json"] }]);
    assert.equal(dead.unsure, undefined);
    assert.match(decide(situation({ locks: [{ by: "ci@elsewhere" }] })).unsure ?? "", /ci@elsewhere/);
  });

  it("reads who owns a lock, and whether the process is alive; a truncated lock belongs to someone", async () => {
    const file = (pid: number) => JSON.stringify({ pid, username: "me", hostname: hostname() });
    assert.equal((await lockOf(file(2 ** 22 + 1))).alive, false);
    assert.equal(
      (await lockOf(JSON.stringify({ pid: 1, username: "ci", hostname: "else" }))).alive,
      undefined,
    );
    for (const cut of ["", file(7).slice(0, 10)]) assert.equal((await lockOf(cut)).alive, undefined);
  });

  it("only treats engines as alive: the pid may be an editor's by now, in a folder of Pulumi's name", async () => {
    const holder = async (...args: string[]) => {
      const child = execa(process.execPath, ["-e", "setTimeout(() => {}, 60_000)", ...args], {
        reject: false,
      });
      while ((await commandLine(child.pid as number)) === "") await setImmediate();
      const { alive } = await lockOf(JSON.stringify({ pid: child.pid, hostname: hostname() }));
      child.kill("SIGKILL");
      await child;
      return alive;
    };
    for (const engine of ["/home/me/.pulumi/bin/pulumi", "/opt/pulumi-3.259.0"])
      assert.equal(await holder(engine, "up"), true, engine);
    assert.equal(await holder("/home/me/pulumi/index.ts"), false);
    assert.equal(await holder("/home/me/.pulumi/plugins/resource-random-v4/pulumi-resource-random"), false);
  });

  it("treats what an update began to write on a full disk as a lock, as Pulumi does", async () => {
    const folder = mkdtempSync(join(tmpdir(), "flotilla-locks-"));
    assert.deepEqual(await locksIn(join(folder, "none")), []);
    writeFileSync(join(folder, "a.json.18ea888e48f6a726.tmp"), "");
    writeFileSync(join(folder, "b.json.18ea888e48f6a727.tmp"), "");
    const reading = locksIn(folder);
    // The other lock was being written.
    renameSync(join(folder, "b.json.18ea888e48f6a727.tmp"), join(folder, "b.json"));
    writeFileSync(join(folder, "b.json"), JSON.stringify({ pid: process.pid, hostname: hostname() }));
    const locks = await reading;
    rmSync(folder, { recursive: true });
    assert.deepEqual(
      locks.map(({ by, id, alive }) => [by.replace(/ \d+$/, ""), id, alive]),
      [
        [`unknown@${hostname()}, process`, "b.json", false],
        ["an update that could not finish writing its lock", "a.json.18ea888e48f6a726.tmp", false],
      ],
    );
  });

  it("restores the last good revision", () => {
    assert.deepEqual(decide(situation({ live: live("cart", 5, "pending-upgrade", 4) })).actions, [
      { do: "rollback", release: "cart", namespace: "shop", to: 4 },
      { do: "refresh", targets: [urn(RELEASE, "cart")] },
    ]);
  });

  it("replaces objects to restore a release whose updates replace them", () => {
    const [cart, forced] = [
      release("cart"),
      { ...release("cart"), inputs: { ...release("cart").inputs, forceUpdate: true } },
    ];
    const states = [
      stateOf(forced),
      pending("updating", forced, [cart]),
      pending("updating", cart, [forced]),
    ];
    for (const state of states) {
      const { actions, will } = decide(situation({ state, live: live("cart", 5, "pending-upgrade", 4) }));
      assert.deepEqual(actions[0], {
        do: "rollback",
        release: "cart",
        namespace: "shop",
        to: 4,
        force: true,
      });
      assert.match(will.join(), /helm rollback --force, which replaces its objects/);
    }
  });

  it("says that uninstalling a task stops it, and that a service keeps its claims", () => {
    const [state, cart] = [stateOf(release("cart")), revision("cart", 1, "pending-install")];
    const task = { ...cart, values: { job: {}, podLabels: { [TASK_LABEL]: "cart" } } };
    const willOf = (newest: typeof cart) =>
      decide(situation({ state, live: { cart: { newest, oldest: 1 } } })).will.join();
    assert.match(willOf(cart), /volume claims stay/);
    assert.match(willOf(task), /if its task still runs, this stops it/);
  });

  it("removes nothing that was ever deployed: it rolls back to the last good revision, or leaves it to a person", () => {
    const between = live("cart", 5, "pending-upgrade");
    assert.deepEqual(decide(situation({ live: between, good: { cart: 4 } })).actions[0], {
      do: "rollback",
      release: "cart",
      namespace: "shop",
      to: 4,
    });
    const { actions, blocked } = decide(situation({ live: between }));
    assert.deepEqual(actions, []);
    assert.match(blocked ?? "", /no successful revision of cart left/);
  });

  it("removes what was never deployed, even if it is in the state: a failed installation that helm could not clean up", () => {
    const state = stateOf({ ...release("cart"), initErrors: ["the server answered 500"] });
    const never = { state, live: live("cart", 1, "pending-install") };
    const twice = { state, live: { cart: { newest: revision("cart", 2, "pending-upgrade"), oldest: 1 } } };
    for (const each of [never, twice]) {
      const { actions, blocked } = decide(situation(each));
      assert.equal(blocked, undefined);
      assert.deepEqual(actions.slice(0, 2), [
        { do: "uninstall", release: "cart", namespace: "shop" },
        { do: "refresh", targets: [urn(RELEASE, "cart")] },
      ]);
    }
  });

  it("asks if locks cannot be seen, but only when there is something to do", () => {
    const unseen = { seesLocks: false };
    assert.equal(decide(situation(unseen)).unsure, undefined);
    assert.match(
      decide(situation({ ...unseen, live: live("cart", 2, "pending-upgrade", 1) })).unsure ?? "",
      /Locks of this backend cannot be seen/,
    );
  });

  const broken = { live: live("cart", 2, "pending-upgrade", 1) };
  const orderFor = (held: Partial<Situation>) =>
    decide(situation({ ...broken, ...held })).actions.map((action) => action.do);

  it("releases a lock after helm's work, during which it blocks others", () => {
    assert.deepEqual(orderFor({ locks: [{ by: "me, process 7", id: "a.json", alive: false }] }), [
      "rollback",
      "unlock",
      "refresh",
    ]);
  });

  it("releases a lock first if it cannot be distinguished from a later one: the lock of an update that starts meanwhile stays", () => {
    for (const held of [{ seesLocks: false }, { locks: [{ by: "an update, according to the backend" }] }])
      assert.deepEqual(orderFor(held), ["unlock", "rollback", "refresh"]);
    assert.deepEqual(decide(situation({ seesLocks: false })).actions, []);
  });

  it("is a different recovery when the lock is different, even with the same text", () => {
    const lockedBy = (id: string) => decide(situation({ locks: [{ by: "ci@elsewhere, process 7", id }] }));
    assert.deepEqual(lockedBy("a.json"), lockedBy("a.json"));
    assert.notDeepEqual(lockedBy("a.json"), lockedBy("b.json"));
  });

  it("lists what an update left undone and the next one does", () => {
    assert.deepEqual(decide(situation({ lastResult: "succeeded" })).unfinished, []);
    assert.deepEqual(decide(situation({ lastResult: "failed" })).unfinished, [
      'the last update ended as "failed"',
    ]);
    const failed = { ...release("cart"), initErrors: ["timed out"] };
    const state = { version: 3, deployment: { resources: [failed] } };
    assert.deepEqual(decide(situation({ state, lastResult: "failed" })).unfinished, [
      'the last update ended as "failed": cart',
    ]);
  });

  it("drops an interrupted Pulumi operation, and checks its release", () => {
    assert.deepEqual(decide(situation({ state: pending("updating") })).actions, [
      { do: "refresh", targets: [urn(RELEASE, "cart")] },
      { do: "forget", again: [urn(RELEASE, "cart")] },
    ]);
  });

  it("lets the next update retry what failed and was rolled back, since a refresh would hide the difference", () => {
    const failed = { ...release("cart"), initErrors: ["timed out"] };
    const { actions, will } = decide(
      situation({
        state: { version: 3, deployment: { resources: [failed] } },
        live: live("cart", 5, "pending-upgrade", 4),
        lastResult: "failed",
      }),
    );
    assert.deepEqual(actions.at(-1), { do: "forget", again: [failed.urn] });
    assert.match(will.at(-1) ?? "", /next update deploys it again/);
  });

  it("lets the next update retry what continued after the state was written, and only that", () => {
    const known = { ...release("cart"), outputs: { status: { revision: 4 } } };
    const state = { version: 3, deployment: { resources: [known] } };
    const at = (deployedAt: string, number = 5): Record<string, LiveRelease> => ({
      cart: { newest: { ...revision("cart", number, "deployed"), deployedAt }, oldest: number },
    });
    const since = Date.parse("2026-11-22T10:00:00Z");
    const { actions, found } = decide(situation({ state, live: at("2026-11-22T10:00:05Z"), since }));
    assert.deepEqual(actions, [{ do: "forget", again: [known.urn] }]);
    assert.match(found.join(), /cart has revision 5/);
    for (const nothing of [
      situation({ state, live: at("2026-11-22T10:00:05Z") }),
      situation({ state, live: at("2026-11-22T09:00:00Z"), since }),
      situation({
        state: stateOf(known),
        live: at("2026-11-22T10:00:05Z", 4),
        since,
      }),
      situation({
        state: stateOf({ ...known, initErrors: ["failed"] }),
        live: at("2026-11-22T10:00:05Z"),
        since,
      }),
    ])
      assert.deepEqual(decide(nothing).actions, []);
  });

  it("removes what was never completely installed, and imports what was", () => {
    const state = pending("creating", release("cart"), []);
    assert.deepEqual(decide(situation({ state, live: live("cart", 1, "pending-install") })).actions, [
      { do: "uninstall", release: "cart", namespace: "shop" },
      { do: "forget", again: [] },
    ]);
    assert.deepEqual(decide(situation({ state, live: live("cart", 1, "failed") })).actions[0], {
      do: "uninstall",
      release: "cart",
      namespace: "shop",
    });
    const cart = urn(RELEASE, "cart");
    const imported = [
      { do: "add", imports: [{ urn: cart, id: "shop/cart" }], resources: [], again: [cart] },
      { do: "refresh", targets: [cart] },
      { do: "forget", again: [cart] },
    ];
    assert.deepEqual(decide(situation({ state })).actions, imported);
    const begun = pending("importing", release("cart"), []);
    assert.deepEqual(decide(situation({ state: begun })).actions, imported);
    assert.deepEqual(decide(situation({ state, live: {} })).actions, [{ do: "forget", again: [] }]);
  });

  it("imports an object that was being created and exists", () => {
    const secret = {
      urn: urn("kubernetes:core/v1:Secret", "auth"),
      type: "kubernetes:core/v1:Secret",
      inputs: { metadata: { name: "auth", namespace: "shop" } },
    } as unknown as ReturnType<typeof release>;
    const state = pending("creating", secret);
    assert.deepEqual(decide(situation({ state, exists: { [secret.urn]: true } })).actions, [
      { do: "add", imports: [{ urn: secret.urn, id: "shop/auth" }], resources: [], again: [] },
    ]);
    assert.deepEqual(decide(situation({ state, exists: { [secret.urn]: false } })).actions, [
      { do: "forget", again: [] },
    ]);
  });

  const object = (kind: string, name: string) => ({
    urn: urn(`kubernetes:core/v1:${kind}`, name),
    type: `kubernetes:core/v1:${kind}`,
    inputs: { metadata: { name, namespace: "shop" } },
  });
  const resourcesOf = (...resources: ExportedResource[]) => ({
    version: 3,
    deployment: { resources },
  });
  const old = { ...release("cart"), delete: true };
  const dead = [{ by: "me, process 7", id: "a.json", alive: false }];

  it("offers to drop what an earlier replacement left behind, and deletes nothing of it", () => {
    const { found, will, actions } = decide(situation({ state: resourcesOf(release("cart"), old) }));
    assert.match(
      found.join(),
      /replaced Release cart, and the next update would delete the old ones, even in another cluster/,
    );
    assert.match(
      will.join(),
      /remove the replaced resource from the state; nothing is deleted in any cluster/,
    );
    assert.deepEqual(actions, [{ do: "drop", urns: [old.urn] }]);
    const kept = { ...old, retainOnDelete: true };
    assert.deepEqual(decide(situation({ state: resourcesOf(release("cart"), kept) })).actions, []);
    const two = decide(situation({ state: resourcesOf(old, { ...release("web"), delete: true }) }));
    assert.match(two.will.join(), /remove the 2 replaced resources/);
  });

  it("lets the next update create what the cluster has lost, and drops nothing from the state", () => {
    const lost = [release("cart"), object("Secret", "cart-env")];
    const { found, will, actions, blocked } = decide(
      situation({ state: resourcesOf(...lost), live: {}, lost }),
    );
    assert.equal(blocked, undefined);
    assert.match(found.join(), /the cluster has lost Release cart, Secret cart-env/);
    assert.match(
      will.join(),
      /mark the 2 lost resources so that the next update .* recreates them; they stay in the state until then/,
    );
    assert.deepEqual(actions, [{ do: "reinstall", urns: lost.map(({ urn }) => urn) }]);
  });

  it("marks nothing twice, and nothing that has an interrupted operation", () => {
    const marked = { ...release("cart"), taint: true };
    const twice = decide(situation({ state: resourcesOf(marked), live: {}, lost: [marked] }));
    assert.deepEqual([twice.found, twice.actions], [[], []]);
    const deleting = decide(situation({ state: pending("deleting"), live: {}, lost: [release("cart")] }));
    assert.deepEqual(deleting.actions, [
      { do: "refresh", targets: [urn(RELEASE, "cart")] },
      { do: "forget", again: [] },
    ]);
  });

  it("checks a recreated namespace, and reinstalls what was in it", () => {
    const namespace = object("Namespace", "shop");
    const { found, actions } = decide(
      situation({
        state: resourcesOf(namespace, release("cart")),
        live: {},
        lost: [release("cart")],
        recreated: namespace,
      }),
    );
    assert.match(found.join("\n"), /namespace shop was deleted and recreated since the last update/);
    assert.deepEqual(actions, [
      { do: "refresh", targets: [namespace.urn] },
      { do: "reinstall", urns: [urn(RELEASE, "cart")] },
    ]);
  });

  it("edits the state after the lock is released, and after objects that were being created are in it", () => {
    const secret = object("Secret", "web-env");
    const state = {
      version: 3,
      deployment: {
        resources: [release("cart"), old],
        pending_operations: [{ type: "creating", resource: secret }],
      },
    };
    const { actions, will } = decide(
      situation({ state, live: {}, lost: [release("cart")], locks: dead, exists: { [secret.urn]: true } }),
    );
    assert.deepEqual(
      actions.map((action) => action.do),
      ["unlock", "add", "drop", "reinstall"],
    );
    assert.equal(will.length, 4);
    const unseen = decide(situation({ state: resourcesOf(release("cart"), old), seesLocks: false }));
    assert.deepEqual(
      unseen.actions.map((action) => action.do),
      ["unlock", "drop"],
    );
    assert.match(unseen.unsure ?? "", /Locks of this backend cannot be seen/);
  });

  it("does nothing of this while an update is in progress", () => {
    const { actions, blocked } = decide(
      situation({
        state: resourcesOf(release("cart"), old),
        live: {},
        lost: [release("cart")],
        locks: [{ by: "me", alive: true }],
      }),
    );
    assert.deepEqual(actions, []);
    assert.match(blocked ?? "", /Wait until it finishes/);
  });

  it("completes an uninstall that had begun", () => {
    const state = pending("deleting");
    assert.deepEqual(decide(situation({ state, live: live("cart", 3, "uninstalling") })).actions, [
      { do: "uninstall", release: "cart", namespace: "shop" },
      { do: "refresh", targets: [urn(RELEASE, "cart")] },
      { do: "forget", again: [] },
    ]);
  });

  it("finds what the last update installed and the state does not have", () => {
    const state = { version: 3, deployment: { resources: [] } };
    const since = Date.parse("2026-01-01T12:00:00Z");
    const later = "2026-01-01T12:00:07.123456789Z";
    const at = (deployedAt: string, status: string, manifest = `labels: {${OWN_PREFIX}environment: dev}`) =>
      ({
        cart: { newest: { ...revision("cart", 1, status), deployedAt, manifest }, oldest: 1 },
      }) as Situation["live"];
    for (const status of ["pending-install", "failed"])
      assert.deepEqual(decide(situation({ state, since, live: at(later, status) })).actions, [
        { do: "uninstall", release: "cart", namespace: "shop" },
      ]);
    const whole = decide(situation({ state, since, live: at(later, "deployed") }));
    assert.deepEqual([whole.actions, whole.unknown], [[], ["cart"]]);
    assert.deepEqual(whole.found, ["release cart is running but missing from the state"]);
    const ofOthers = situation({ state, since, live: at(later, "pending-install", "") });
    const earlier = situation({ state, since, live: at("2026-01-01T11:00:00Z", "pending-install") });
    const endedWell = situation({ state, live: at(later, "pending-install") });
    for (const each of [ofOthers, earlier, endedWell]) assert.deepEqual(decide(each).actions, []);
  });
});

describe("a state file", () => {
  const folder = mkdtempSync(join(tmpdir(), "flotilla-damage-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const checkpoint = (resources: number) =>
    JSON.stringify({ version: 3, checkpoint: { latest: { resources: new Array(resources).fill({}) } } });
  const write = (path: string, text: string | Buffer) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  beforeEach(() => rmSync(folder, { recursive: true, force: true }));

  it("that can be read, or never existed, is not damaged", () => {
    write("stacks/shop/prod.json", checkpoint(3));
    assert.equal(damageIn(folder, "shop", "prod"), undefined);
    assert.equal(damageIn(folder, "shop", "staging"), undefined);
    write("stacks/shop/zipped.json.gz", gzipSync(checkpoint(3)));
    assert.equal(damageIn(folder, "shop", "zipped"), undefined);
  });

  it("that is truncated anywhere is restored from the copy before it; the rest of it is kept", () => {
    const whole = checkpoint(9);
    for (const length of [0, 1, Math.floor(whole.length / 2), whole.length - 1]) {
      write("stacks/shop/prod.json", whole.slice(0, length));
      write("stacks/shop/prod.json.bak", checkpoint(8));
      const damage = damageIn(folder, "shop", "prod") as Damage;
      assert.equal(damage.copy?.resources, 8);
      const kept = restore(damage) as string;
      assert.equal(readFileSync(kept, "utf8"), whole.slice(0, length));
      assert.equal(damageIn(folder, "shop", "prod"), undefined);
    }
  });

  it("that is missing is restored as well, from the last update if necessary", () => {
    write("stacks/shop/prod.json.bak", "");
    write("history/shop/prod/prod-10.checkpoint.json", checkpoint(2));
    write("history/shop/prod/prod-9.checkpoint.json", checkpoint(1));
    const damage = damageIn(folder, "shop", "prod") as Damage;
    assert.deepEqual([damage.isMissing, damage.copy?.resources], [true, 2]);
    assert.equal(isNoted(folder, "shop", "prod"), false);
    assert.equal(restore(damage), undefined);
    assert.equal(damageIn(folder, "shop", "prod"), undefined);
    // A recovery that was interrupted here starts again with what it needs.
    assert.equal(isNoted(folder, "shop", "prod"), true);
  });

  it("that is missing with its backups is restored from the history", () => {
    write("history/shop/prod/prod-1.checkpoint.json.gz", gzipSync(checkpoint(4)));
    restore(damageIn(folder, "shop", "prod") as Damage);
    assert.deepEqual(readFileSync(join(folder, "stacks/shop/prod.json.gz")), gzipSync(checkpoint(4)));
  });

  it("is restored from what was written last: the end of an update comes after its last step", () => {
    const resourcesFor = (endedAt: number, fileAt = endedAt, stepAt = 100) => {
      rmSync(folder, { recursive: true, force: true });
      const end = `history/shop/prod/prod-${endedAt}000000000.checkpoint.json`;
      write("stacks/shop/prod.json", "{");
      write("stacks/shop/prod.json.bak", checkpoint(8));
      write(end, checkpoint(9));
      utimesSync(join(folder, "stacks/shop/prod.json.bak"), stepAt, stepAt);
      utimesSync(join(folder, end), fileAt, fileAt);
      return damageIn(folder, "shop", "prod")?.copy?.resources;
    };
    assert.equal(resourcesFor(101), 9);
    assert.equal(resourcesFor(99), 8);
    assert.equal(resourcesFor(99, 101), 8, "the backend was copied, without its times");
    const tomorrow = Math.floor(Date.now() / 1000) + 86_400;
    assert.equal(resourcesFor(tomorrow), 8, "the clock was ahead, and was set right");
  });

  it("that is intact is kept, and truncated files next to it are removed: Pulumi could not read it with them", () => {
    write("stacks/shop/prod.json", checkpoint(9));
    write("stacks/shop/prod.json.attrs", '{"user.content_type":"text/plain"}\n');
    assert.equal(damageIn(folder, "shop", "prod"), undefined);
    write("stacks/shop/prod.json.attrs", "");
    const damage = damageIn(folder, "shop", "prod") as Damage;
    assert.equal(damage.attributes, join(folder, "stacks/shop/prod.json.attrs"));
    restore(damage);
    assert.deepEqual(readdirSync(join(folder, "stacks/shop")), ["prod.json"]);
    assert.equal(damageIn(folder, "shop", "prod"), undefined);
  });

  it("that cannot be opened may be intact: nothing is written in its place", () => {
    // A folder stands in for a file without permission, because root could read that.
    mkdirSync(join(folder, "stacks/shop/prod.json"), { recursive: true });
    write("stacks/shop/prod.json.bak", checkpoint(8));
    assert.throws(() => damageIn(folder, "shop", "prod"), /cannot open the state.*EISDIR/);
  });

  it("is restored even if another copy cannot be opened, unless there is no other", () => {
    write("stacks/shop/prod.json", "{");
    write("stacks/shop/prod.json.bak", checkpoint(8));
    mkdirSync(join(folder, "history/shop/prod/prod-1.checkpoint.json"), { recursive: true });
    assert.equal(damageIn(folder, "shop", "prod")?.copy?.resources, 8);
    rmSync(join(folder, "stacks/shop/prod.json.bak"));
    assert.throws(() => damageIn(folder, "shop", "prod"), /cannot open the state.*EISDIR/);
  });

  it("is not changed if it cannot be backed up", () => {
    write("stacks/shop/prod.json", "{");
    write("stacks/shop/prod.json.bak", checkpoint(8));
    const damage = damageIn(folder, "shop", "prod") as Damage;
    rmSync(join(folder, "stacks/shop/prod.json.bak"));
    assert.throws(() => restore(damage), /ENOENT/);
    assert.equal(readFileSync(join(folder, "stacks/shop/prod.json"), "utf8"), "{");
  });

  it("that was moved aside by an interrupted restore is still reported as missing", () => {
    write("stacks/shop/prod.json", "{");
    write("stacks/shop/prod.json.bak", checkpoint(8));
    restore(damageIn(folder, "shop", "prod") as Damage);
    rmSync(join(folder, "stacks/shop/prod.json"));
    assert.equal(damageIn(folder, "shop", "prod")?.copy?.resources, 8);
  });

  it("that has reappeared in the meantime is kept", () => {
    write("stacks/shop/prod.json.bak", checkpoint(8));
    write("history/shop/prod/prod-1.checkpoint.json", checkpoint(1));
    const damage = damageIn(folder, "shop", "prod") as Damage;
    assert.equal(damage.isMissing, true);
    write("stacks/shop/prod.json", checkpoint(9));
    assert.throws(() => restore(damage), /can be read again/);
    assert.equal(readFileSync(join(folder, "stacks/shop/prod.json"), "utf8"), checkpoint(9));
  });

  it("that is missing because its stack was renamed or removed is not reported", () => {
    write("stacks/shop/old.json.bak", checkpoint(3));
    assert.equal(damageIn(folder, "shop", "old"), undefined);
    // Pulumi removes the files of the history, and keeps the folder.
    mkdirSync(join(folder, "history/shop/old"), { recursive: true });
    assert.equal(damageIn(folder, "shop", "old"), undefined);
  });

  it("is the newest of those that Pulumi wrote with different compression", () => {
    write("history/shop/prod/prod-1.checkpoint.json", checkpoint(1));
    // When compression is enabled, the last uncompressed file is kept as a backup forever.
    write("stacks/shop/prod.json.bak", checkpoint(2));
    for (const [name, content] of [
      ["prod.json.gz", gzipSync(checkpoint(9))],
      ["prod.json.zst", "what Node.js 20 cannot read"],
    ] as const) {
      write(`stacks/shop/${name}`, content);
      assert.equal(damageIn(folder, "shop", "prod"), undefined, name);
    }
    rmSync(join(folder, "stacks/shop/prod.json.zst"));
    write("stacks/shop/prod.json.gz", gzipSync(checkpoint(9)).subarray(0, 20));
    write("stacks/shop/prod.json.gz.bak", gzipSync(checkpoint(8)));
    assert.equal(damageIn(folder, "shop", "prod")?.copy?.resources, 8);
  });

  it("without any copy is reported as lost", () => {
    write("stacks/shop/prod.json", "{");
    assert.equal(damageIn(folder, "shop", "prod")?.copy, undefined);
  });
});

describe("a provider whose engine has exited", () => {
  const children: execa.ExecaChildProcess[] = [];
  const engine = createServer();
  const copy = mkdtempSync(join(tmpdir(), TEMPORARY));
  const { PULUMI_BACKEND_URL } = process.env;
  before(() => {
    process.env.PULUMI_BACKEND_URL = "file:///of-the-sandbox";
  });
  after(() => {
    for (const child of children) child.kill("SIGKILL");
    // A listening server would keep the suite from exiting.
    engine.close();
    rmSync(copy, { recursive: true });
    if (PULUMI_BACKEND_URL === undefined) delete process.env.PULUMI_BACKEND_URL;
    else process.env.PULUMI_BACKEND_URL = PULUMI_BACKEND_URL;
  });
  /** Starts a process with a provider's command line; its engine would listen on the port. */
  const provider = (port: number, cwd: string, env: Record<string, string> = {}) => {
    const args = ["-e", "setTimeout(() => {}, 60_000)", "pulumi-resource-kubernetes", `127.0.0.1:${port}`];
    const child = execa(process.execPath, args, { cwd, env, reject: false });
    children.push(child);
    return child;
  };

  it("is found and stopped; one with an engine, of another project or backend is not", async () => {
    const [nobody] = (await freePorts(1)) as [number];
    await once(engine.listen(0, "127.0.0.1"), "listening");
    const orphan = provider(nobody, PROJECT);
    const inUse = provider((engine.address() as AddressInfo).port, PROJECT);
    const foreign = provider(nobody, tmpdir());
    const elsewhere = provider(nobody, PROJECT, { PULUMI_BACKEND_URL: "" });
    const another = provider(nobody, copy, { PULUMI_BACKEND_URL: "file:///of-another-world" });
    const pids = [orphan, inUse, foreign, elsewhere, another].map(({ pid }) => pid);
    const seen = async () => (await readOrphans()).filter(({ pid }) => pids.includes(pid));
    while ((await seen()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const found = await seen();
    assert.deepEqual(
      found.map(({ pid, what }) => [pid, what]),
      [[orphan.pid, "the kubernetes provider"]],
    );
    await endOrphans(found);
    assert.equal((await orphan).killed || (await orphan).signal !== undefined, true);
    assert.equal(inUse.exitCode, null);
    assert.deepEqual(await seen(), []);
  }).timeout(10_000);
});
