/** Volumes of services, through updates, scaling and removal: their claims and data stay. */
import assert from "node:assert/strict";
import { flotilla as command, inventoryStack, writeInventory } from "./inventory";
import { long } from "./long";
import { get, type Stack } from "./world";

const namespace = "e2e-volumes";

const KEEPER = `keeper: { ...service([]), startupSeconds: 1, volumes: { data: { path: "/data", storage: "1Gi" } } },`;
const LATE = `volumes: { data: { path: "/data", storage: "1Gi" } }`;
const inventory = (keeper: string, late = "") => `
  services: {
    ${keeper}
    late: { ...service([]), startupSeconds: 1, ${late} },
    set: {
      ...service([]),
      startupSeconds: 1,
      workload: "StatefulSet",
      podManagementPolicy: "Parallel",
      volumes: { log: { path: "/log", storage: "1Gi" } },
    },
  },
  stores: {},`;

interface Claims {
  items: { metadata: { name: string; uid: string }; status: { phase: string } }[];
}

describe("volumes of services", function () {
  this.timeout(240_000);
  let stack: Stack;

  const ends = async (code: number, ...args: string[]) => {
    const { exitCode, all = "" } = await command(stack, ...args, "--stack", stack.name);
    assert.equal(exitCode, code, `flotilla ${args.join(" ")}:\n${all}`);
    return all;
  };
  const up = () => ends(0, "up", "--yes");
  /** The UIDs of the claims, by name. */
  const claims = async () => {
    const { items } = await get<Claims>("persistentvolumeclaims", "-n", namespace);
    for (const { metadata, status } of items) assert.equal(status.phase, "Bound", metadata.name);
    return Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.uid]));
  };

  before(async () => {
    stack = await inventoryStack("volumes", namespace, inventory(KEEPER), { replicas: 1 });
    await up();
  });

  it("are bound: one for a Deployment with one pod, one for each pod of a StatefulSet", async () => {
    assert.deepEqual(Object.keys(await claims()).sort(), ["keeper-data", "log-set-0"]);
    const { spec } = await get<{ spec: { replicas: number; strategy: object } }>(
      ...["deployment", "keeper", "-n", namespace],
    );
    assert.deepEqual([spec.replicas, spec.strategy], [1, { type: "Recreate" }]);
  });

  long("of a StatefulSet come with its pods, and stay when it is scaled down", async () => {
    const scale = async (replicas: number) => {
      await stack.config("flotilla:services.set.replicas", String(replicas));
      await up();
      return claims();
    };
    const three = await scale(3);
    assert.deepEqual(Object.keys(three).sort(), ["keeper-data", "log-set-0", "log-set-1", "log-set-2"]);
    assert.deepEqual(await scale(1), three);
  });

  it("stay when the update that created them fails", async () => {
    await stack.config("flotilla:services.late.resources.requests.cpu", "100000m");
    await stack.config("flotilla:services.late.resources.limits.cpu", "100000m");
    await stack.config("flotilla:rolloutSeconds", "10");
    writeInventory(stack.folder, inventory(KEEPER, LATE));
    const { exitCode, all } = await command(stack, "up", "--yes", "--stack", stack.name);
    assert.equal(exitCode, 1, all);
    const { metadata } = await get<{ metadata: { deletionTimestamp?: string } }>(
      ...["persistentvolumeclaim", "late-data", "-n", namespace],
    );
    assert.equal(metadata.deletionTimestamp, undefined);
    for (const key of ["services.late", "rolloutSeconds"])
      await stack.pulumi(["config", "rm", "--path", `flotilla:${key}`]);
    await up();
  });

  it("are not left behind unannounced, and stay when that is allowed", async () => {
    const before = await claims();
    writeInventory(stack.folder, inventory("", LATE));
    const { exitCode, all = "" } = await command(stack, "up", "--yes", "--stack", stack.name);
    assert.notEqual(exitCode, 0);
    assert.match(all, /service keeper was removed from the inventory, but its volume data is deployed/);
    assert.match(all, /volume\/keeper\.data/);
    await stack.config("flotilla:allowDeletion[0]", "volume/keeper.data");
    await up();
    assert.deepEqual(await claims(), before);
    writeInventory(stack.folder, inventory(KEEPER, LATE));
    await up();
    assert.deepEqual(await claims(), before, "a service with the same name finds its volume again");
  });
});
