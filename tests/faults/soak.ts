/** Months of use in an hour: random updates, a fault in every fifth; nothing is lost, and nothing grows that should not. */
import assert from "node:assert/strict";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { robotShop } from "../../apps/robot-shop";
import { TEMPORARY } from "../../cli/tools/temporary";
import { Memory } from "../../dev/bench/memory";
import { get, until } from "../e2e/world";
import type { Soak } from "./outcomes";
import { FAIR } from "./proxy";
import { chance, LONG, pick } from "./seed";
import { killAll, killProvider, type Running, type Shop, UP } from "./shop";
import { assertDone, type Snapshot, snapshotOf } from "./snapshot";

const UPDATES = LONG ? 200 : 4;
/** One in this many updates has a fault. */
const FAULTY = LONG ? 5 : 4;

const SERVICES = ["cart", "catalogue", "payment", "ratings", "shipping", "user", "web"];
/** Stores whose passwords are generated. */
const STORES = ["mongodb", "mysql"];

type Settings = Record<string, Record<string, unknown>>;

/** A random change of the configuration. */
interface Change {
  what: string;
  settings: Settings;
  /** The releases whose pods may be replaced by it. */
  touches: readonly string[];
  /** Store whose passwords are rotated. */
  rotates?: string;
}

/** The soak tests of a deployed shop; `tell` receives the result. */
export function soak(deployed: () => Shop, tell: (result: Soak) => void): void {
  describe(`${UPDATES} random updates`, function () {
    this.timeout(3 * 60 * 60_000);
    let shop: Shop;
    let settings: Settings = {};
    /** Memory of the program, in MiB, by update. */
    const memory: number[] = [];
    const sizes: number[] = [];
    let faults = 0;

    before(async () => {
      shop = deployed();
      shop.bePatient();
      await shop.go("one");
      // Terminating pods would be missing after the first update.
      await shop.settled();
    });

    it("keep every credential and volume, and leave nothing incomplete", async () => {
      let before = await snapshotOf(shop.stack, shop.namespace);
      for (let number = 1; number <= UPDATES; number++) {
        const change = changeFor(number, settings);
        settings = change.settings;
        const pods = await shop.pods();
        shop.askFor(settings);
        const isFaulty = number % FAULTY === 0;
        if (isFaulty) faults++;
        await apply(change, number, isFaulty);
        await shop.settled();
        if (change.rotates) await shop.noteSecrets();
        const now = await snapshotOf(shop.stack, shop.namespace);
        const where = `update ${number}, ${change.what}${isFaulty ? ", with a fault" : ""}`;
        assertDone(now, where);
        assert.deepEqual(now.volumes, before.volumes, where);
        assertCredentials(before, now, change, where);
        await assertAsked(shop.namespace, settings, where);
        await shop.assertUntouched(pods, (release) => change.touches.includes(release), where);
        before = now;
        sizes.push(statSync(shop.stateFile).size);
      }
    });

    it("leave no process, temporary folder or Helm record behind", async () => {
      await until("nothing runs any more", async () => (await shop.leftovers()).length === 0, 10);
      assert.deepEqual(temporaryFolders(), []);
      const { items } = await get<{ items: { metadata: { labels: { name: string } } }[] }>(
        "secrets",
        "-n",
        shop.namespace,
        "--selector=owner=helm",
      );
      const records = new Map<string, number>();
      for (const { metadata } of items)
        records.set(metadata.labels.name, (records.get(metadata.labels.name) ?? 0) + 1);
      for (const [release, count] of records) assert.ok(count <= 3, `${release} has ${count} records`);
    });

    it("do not let the state or the program grow", () => {
      assert.equal(sizes.length, UPDATES, "not all updates completed");
      const state = growth(sizes);
      const program = memory.length === 0 ? undefined : growth(memory);
      tell({ updates: sizes.length, faults, state, ...(program === undefined ? {} : { program }) });
      // A service may be enabled or not, and a rotation may be in progress.
      assert.ok(state < 1.5, `the state is ${state.toFixed(2)} times as large`);
      assert.ok((program ?? 1) < 1.2, `the program takes ${program?.toFixed(2)} times the memory`);
    });

    async function apply({ rotates }: Change, number: number, isFaulty: boolean): Promise<void> {
      const args = ["rotate", String(rotates), "--yes"];
      const update = rotates ? shop.begin("flotilla", args) : shop.begin("pulumi", UP);
      const watching = watchMemory(update);
      if (isFaulty) {
        await shop.untilPart(chance("moment", number), update);
        await harm(update, number);
      }
      const { exitCode, all } = await update.ended;
      shop.proxy.behave(FAIR);
      memory.push(...(await watching));
      if (!isFaulty) {
        assert.equal(exitCode, 0, all);
        return;
      }
      if (rotates) await shop.noteSecrets();
      await shop.ends(0, "flotilla", ["recover", "--yes"]);
      await (rotates ? shop.ends(0, "flotilla", args) : shop.up());
    }

    const temporaryFolders = () => readdirSync(shop.temporary).filter((name) => name.startsWith(TEMPORARY));

    async function harm(update: Running, number: number): Promise<void> {
      const kind = pick(["kill", "interrupt", "provider", "errors", "cuts"], "fault", number);
      if (kind === "kill") {
        await killAll(update);
        await update.ended;
        // Temporary files of a killed command are left behind.
        for (const name of temporaryFolders()) rmSync(join(shop.temporary, name), { recursive: true });
      } else if (kind === "interrupt") update.signalAll("SIGINT");
      else if (kind === "errors") shop.proxy.behave({ kind: "answers", status: 500, share: 1 / 5 });
      else if (kind === "cuts") shop.proxy.behave({ kind: "cuts", share: 1 / 5 });
      else await killProvider(update);
    }
  });
}

/** Returns how many times as large the last quarter is as the first. */
function growth(values: readonly number[]): number {
  const mean = (some: readonly number[]) => some.reduce((sum, value) => sum + value, 0) / some.length;
  const part = Math.ceil(values.length / 4);
  return mean(values.slice(-part)) / mean(values.slice(0, part));
}

function changeFor(number: number, before: Settings): Change {
  const settings = structuredClone(before);
  const of = (name: string): Record<string, unknown> => {
    settings[name] ??= {};
    return settings[name];
  };
  const service = pick(SERVICES, "service", number);
  const kind = pick(["scale", "tag", "env", "toggle", "scale", "tag", "env", "rotate"], "kind", number);
  if (kind === "scale") of(service).replicas = 1 + Math.floor(chance("replicas", number) * 3);
  else if (kind === "tag") of(service).tag = `2.1.${Math.floor(chance("tag", number) * 9)}`;
  else if (kind === "env") of(service).env = { SOAK: String(number) };
  else if (kind === "toggle") of("dispatch").enabled = before.dispatch?.enabled === false;
  else {
    const store = pick(STORES, "store", number);
    return { what: `rotate ${store}`, settings, rotates: store, touches: [store, ...clientsOf(store)] };
  }
  const touches = kind === "toggle" ? "dispatch" : service;
  return { what: `${kind} ${touches}`, settings, touches: [touches] };
}

/** Services that use a store: a rotation restarts them and it. */
const clientsOf = (store: string): string[] =>
  Object.entries(robotShop.services).flatMap(([name, { uses = [] }]) => (uses.includes(store) ? [name] : []));

function assertCredentials(before: Snapshot, now: Snapshot, { rotates }: Change, where: string): void {
  const own = `Secret/${rotates}-auth`;
  const others = ({ objects }: Snapshot) =>
    Object.fromEntries(
      Object.entries(objects).filter(([name]) => /^Secret\/.*-auth$/.test(name) && name !== own),
    );
  assert.ok(Object.keys(others(now)).length >= 2, where);
  assert.deepEqual(others(now), others(before), where);
  if (rotates !== undefined)
    assert.notEqual(now.objects[own], before.objects[own], `${where}: the passwords are the old ones`);
}

/** Asserts that the workloads match the configuration. */
async function assertAsked(namespace: string, settings: Settings, where: string): Promise<void> {
  interface Deployment {
    metadata: { name: string };
    spec: {
      replicas: number;
      template: { spec: { containers: { image: string; env?: { name: string; value?: string }[] }[] } };
    };
  }
  const { items } = await get<{ items: Deployment[] }>("deployments", "-n", namespace);
  const found = new Map(items.map((item) => [item.metadata.name, item]));
  for (const [name, { replicas, tag, env, enabled }] of Object.entries(settings)) {
    const deployment = found.get(name);
    assert.equal(deployment !== undefined, enabled !== false, `${where}: ${name} is there`);
    const [container] = deployment?.spec.template.spec.containers ?? [];
    if (replicas !== undefined)
      assert.equal(deployment?.spec.replicas, replicas, `${where}: pods of ${name}`);
    if (tag !== undefined)
      assert.equal(container?.image.split(":").at(-1), tag, `${where}: image of ${name}`);
    for (const [key, value] of Object.entries((env ?? {}) as Record<string, string>))
      assert.equal(
        container?.env?.find((each) => each.name === key)?.value,
        value,
        `${where}: ${key} of ${name}`,
      );
  }
}

/** Returns the program's maximum resident memory in MiB, after the update has ended; undefined without /proc. */
async function watchMemory(update: Running): Promise<number[]> {
  const memory = new Memory(update.pid);
  const timer = setInterval(() => memory.sample(), 300);
  await update.ended;
  clearInterval(timer);
  const { programMiB } = memory.result();
  return programMiB === undefined ? [] : [programMiB];
}
