/** Real nodes on a machine with the remains of a killed start, and with their network range in use. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import execa from "execa";
import { PROJECT } from "../../cli/tools/paths";
import { listProcesses } from "../../cli/tools/processes";
import { deleteCluster, nodeKind } from "../../dev/sandbox/cluster/cluster";
import { worldIn } from "../../dev/sandbox/folders";
import { skipWithoutRealNodes } from "./cluster";
import { traces } from "./machine";

const world = worldIn(join(PROJECT, ".flotilla", "real-input"));

/** Starts the sandbox and prints whether it runs. */
const START = `
const [folder] = process.argv.slice(1);
const { describeCluster } = require("./dev/sandbox/cluster/cluster");
const { openWorld } = require("./dev/sandbox/world");
const world = require("./dev/sandbox/folders").worldIn(folder);
openWorld(world, "real")
  .then(({ tools }) => describeCluster(world, tools.kubectl.path))
  .then(({ running, nodes }) => console.log(JSON.stringify({ running, nodes })));`;
const START_COMMAND = [
  process.execPath,
  ...["-r", "ts-node/register/transpile-only", "-e", START, world.folder],
];

const [PROGRAM = "", ...ARGUMENTS] = START_COMMAND;

describe("a machine with something in the way of real nodes", function () {
  this.timeout(45 * 60_000);
  let traced: Record<string, string[]>;

  /** Kills a start once its first namespaces exist. */
  const startAndKill = async () => {
    const start = execa(PROGRAM, ARGUMENTS, { cwd: PROJECT, reject: false });
    const isInit = ({ command }: { command: string }) => /^\/bin\/sh .*\.sh$/.test(command);
    const ofSandbox = ({ command }: { command: string }) => command.includes(world.folder);
    while (!(await listProcesses()).filter(ofSandbox).some(isInit)) {
      assert.equal(start.exitCode, null, "the start ended before it was killed");
      await pause(20);
    }
    start.kill("SIGKILL");
    await start;
  };

  before(async function () {
    skipWithoutRealNodes(this, world);
    await deleteCluster(world);
    traced = await traces(world.folder);
  });
  after(async () => {
    if (traced === undefined) return;
    await deleteCluster(world);
    rmSync(world.folder, { recursive: true, force: true });
  });

  it("has namespaces and processes of a start that was killed, and a delete removes them", async () => {
    await startAndKill();
    assert.notDeepEqual(await traces(world.folder), traced);
    assert.equal(nodeKind(world), undefined);
    await deleteCluster(world);
    assert.deepEqual(await traces(world.folder), traced);
  });

  it("has them again, and the node's addresses on an interface of its own: the sandbox starts", async () => {
    await startAndKill();
    // In a network namespace that stands for the machine: the real one does not change.
    const machine = `ip link set lo up
ip link add range0 type veth peer name range1
for address in 198.18.0.1/15 198.18.0.2/15 198.19.0.1/16 10.96.0.1/16; do ip addr add $address dev range0; done
ip link set range0 up && ip link set range1 up && exec "$@"`;
    const { stdout } = await execa("unshare", ["--net", "sh", "-ec", machine, "sh", ...START_COMMAND], {
      cwd: PROJECT,
    });
    assert.match(stdout, /"running":true,"nodes":1/);
    await deleteCluster(world);
    assert.deepEqual(await traces(world.folder), traced);
  });
});
