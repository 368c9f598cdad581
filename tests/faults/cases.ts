/** What can go wrong during an update. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, renameSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { signalProcess } from "../../cli/tools/processes";
import { describeCluster, startCluster } from "../../dev/sandbox/cluster/cluster";
import { clusterObjects } from "../../dev/sandbox/cluster/configuration";
import { refuseNothing, refuseObjects } from "../e2e/admission";
import { run, testWorld, until, world } from "../e2e/world";
import { fillSmallDisk, onSmallDisk, smallDisksArePossible, takeBack } from "./disk";
import { type Behaviour, FAIR } from "./proxy";
import { chance } from "./seed";
import {
  AFFECTED,
  killAll,
  killProvider,
  kubectl,
  PROVIDER,
  processesOf,
  type Running,
  type Shop,
} from "./shop";
import type { PodOf } from "./snapshot";

type Undo = () => unknown;

export interface Fault {
  name: string;
  /** For docs/reliability.md. */
  what: string;
  /** Whether `make test` runs it too. */
  short?: boolean;
  program?: "pulumi" | "flotilla";
  args?: readonly string[];
  /** Settings of services that only the failing update has. */
  services?: Record<string, Record<string, unknown>>;
  /** Prepares the situation before the update starts. */
  before?(shop: Shop): Promise<{ environment?: NodeJS.ProcessEnv; undo?: Undo } | undefined>;
  /**
   * Causes the fault at a random moment of the update. May return a function that ends the fault, called after the update, and
   * false if the fault had no effect.
   */
  during?(shop: Shop, update: Running, round: number): Promise<unknown>;
  /** Whether this machine can run the case. */
  possible?(): Promise<boolean>;
  /** A command that wraps the update. */
  within?(): Promise<readonly string[]>;
  /** Cleans up after the update. */
  after?(): Promise<void>;
  /** Checks the output and exit code of the update. */
  expect?(result: { exitCode: number; all: string }): void;
  /** Whether everything must be as before the update. */
  changesNothing?: boolean;
  /** What recovery must have printed. */
  recovers?: RegExp;
  /** Pods that are lost with the fault. */
  loses?(pod: PodOf): boolean;
}

const ENGINE = /(^|\/)pulumi (up|destroy)/;

/** Misbehaves from this moment on, until the update has ended. */
const misbehaves =
  (behaviour: Behaviour) =>
  async ({ proxy }: Shop) => {
    proxy.behave(behaviour);
    return () => {
      const { harmed } = proxy;
      proxy.behave(FAIR);
      return harmed > 0;
    };
  };

/** A process of the sandbox's control plane. */
async function component(name: string): Promise<number> {
  const { processes } = await describeCluster(testWorld, undefined);
  const found = processes.find((process) => process.component === name);
  assert.ok(found, `${name} is running`);
  return found.pid;
}

const killed = (name: string) => async () => {
  signalProcess(await component(name), "SIGKILL");
  await startCluster(testWorld, world().tools);
};

/** A service that can never become ready: no node has room for it. */
const TOO_LARGE = { resources: { requests: { cpu: "1000" }, limits: { cpu: "1000" } } };

const LOST_NODE = "node-1";

export const cases: readonly Fault[] = [
  {
    name: "the engine is killed",
    what: "SIGKILL to the engine only, like the OOM killer: its providers keep running",
    short: true,
    during: async (_, update) => {
      for (const pid of (await processesOf(update, ENGINE))?.slice(0, 1) ?? []) signalProcess(pid, "SIGKILL");
    },
  },
  {
    name: "the machine is killed",
    what: "SIGKILL to the engine, the program and the providers at once",
    during: async (_, update) => killAll(update),
  },
  {
    name: "the provider is killed",
    what: "SIGKILL to the Kubernetes provider",
    during: async (_, update) => {
      // It starts a few seconds after the engine.
      await until(
        "the provider is running",
        async () => update.isOver() || (await processesOf(update, PROVIDER)) !== undefined,
      );
      await killProvider(update);
    },
  },
  {
    name: "Ctrl-C",
    what: "SIGINT to all processes of the terminal, once, in `flotilla up`",
    short: true,
    program: "flotilla",
    args: ["up", "--yes"],
    during: async (_, update) => update.signalAll("SIGINT"),
  },
  {
    name: "Ctrl-C twice",
    what: "SIGINT twice, a second apart",
    during: async (_, update) => {
      update.signalAll("SIGINT");
      await Promise.race([new Promise((resolve) => setTimeout(resolve, 1000)), update.ended]);
      update.signalAll("SIGINT");
    },
  },
  {
    name: "SIGTERM",
    what: "SIGTERM to `flotilla up` only, as from a CI runner that times out",
    program: "flotilla",
    args: ["up", "--yes"],
    during: async (_, update) => signalProcess(update.pid, "SIGTERM"),
  },
  {
    name: "the API server is killed",
    what: "SIGKILL to the API server, which restarts at once",
    during: killed("kube-apiserver"),
  },
  {
    name: "the API server hangs",
    what: "the API server is stopped for 30 s",
    during: async () => {
      const pid = await component("kube-apiserver");
      signalProcess(pid, "SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, 30_000));
      signalProcess(pid, "SIGCONT");
    },
  },
  {
    name: "the API server is overloaded",
    what: "it answers every third request with 429",
    during: misbehaves({ kind: "answers", status: 429, share: 1 / 3 }),
  },
  {
    name: "the API server fails",
    what: "it answers every fifth request with 500",
    short: true,
    during: misbehaves({ kind: "answers", status: 500, share: 1 / 5 }),
  },
  {
    name: "the API server is slow",
    what: "it answers with a delay of half a second",
    during: misbehaves({ kind: "slow", milliseconds: 500 }),
  },
  {
    name: "connections are cut",
    what: "every connection is cut, then every fifth request",
    during: misbehaves({ kind: "cuts", share: 1 / 5 }),
  },
  {
    name: "etcd is restarted",
    what: "SIGKILL to etcd, which restarts at once",
    during: killed("etcd"),
  },
  {
    name: "a node is lost",
    what: "a node with pods of the application is lost for good; another one joins later",
    during: async () => {
      await kubectl("delete", "node", LOST_NODE);
      return async () => {
        const node = clusterObjects().find(
          (object) => (object as { metadata: { name: string } }).metadata.name === LOST_NODE,
        );
        await run("kubectl", ["apply", "--server-side", "-f", "-"], { input: JSON.stringify(node) });
      };
    },
    loses: ({ node }) => node === LOST_NODE,
  },
  {
    name: "a pod never gets ready",
    what: "the new version of a service fits on no node",
    program: "flotilla",
    args: ["up", "--yes"],
    services: { cart: TOO_LARGE },
    expect: ({ exitCode, all }) => {
      assert.equal(exitCode, 1, all);
      assert.match(all, /cart/);
      assert.match(all, /Insufficient cpu|more processor|no node has/i);
    },
  },
  {
    name: "a webhook rejects",
    what: "an admission policy of the cluster rejects the new version of a service",
    before: async ({ namespace }) => {
      await refuseObjects(namespace, `object.metadata.name in ${JSON.stringify(AFFECTED)}`);
      return { undo: () => refuseNothing(namespace) };
    },
    expect: ({ exitCode, all }) => {
      assert.notEqual(exitCode, 0, all);
      assert.match(all, /refused by the test/);
    },
  },
  {
    name: "a quota is too small",
    what: "a quota of another team leaves no room for another pod",
    program: "flotilla",
    args: ["up", "--yes"],
    before: async (shop) => {
      const pods = Object.values(await shop.pods()).flat().length;
      await kubectl("create", "quota", "of-others", "-n", shop.namespace, `--hard=pods=${pods}`);
      return { undo: () => kubectl("delete", "quota", "of-others", "-n", shop.namespace) };
    },
    // The web server waits for the names of others, so its update would wait 45 minutes for its second pod.
    services: { cart: { replicas: 3 }, web: { replicas: 1 } },
    expect: ({ exitCode, all }) => {
      assert.equal(exitCode, 1, all);
      assert.match(all, /of-others/);
    },
  },
  {
    name: "two updates at once",
    what: "a second update starts during the first: it is refused and names the lock holder, and the first continues",
    short: true,
    during: async (shop, update) => {
      await until("the update holds the stack", async () => update.isOver() || isLocked(shop));
      if (update.isOver()) return () => false;
      const { exitCode, all } = await shop.begin("flotilla", ["up", "--yes"]).ended;
      // It compares before it starts, and by then the first may be over.
      if (exitCode === 0) {
        assert.ok(update.isOver(), `beside the first:\n${all}`);
        return () => false;
      }
      assert.equal(exitCode, 1, all);
      assert.match(all, /locked|under way/);
      assert.match(all, /process \d+|pid \d+/);
      assert.match(all, /flotilla recover/);
      return undefined;
    },
    expect: ({ exitCode, all }) => assert.equal(exitCode, 0, all),
  },
  {
    name: "the passphrase is wrong",
    what: "the update is started with another passphrase: nothing changes",
    before: async () => ({
      environment: { PULUMI_CONFIG_PASSPHRASE: "another", PULUMI_CONFIG_PASSPHRASE_FILE: "" },
    }),
    expect: ({ exitCode, all }) => {
      assert.notEqual(exitCode, 0, all);
      assert.match(all, /incorrect passphrase/);
    },
    changesNothing: true,
  },
  {
    name: "the state is truncated",
    what: "the engine is killed, and the state file is truncated",
    short: true,
    during: async (shop, update, round) => {
      await killAll(update);
      await update.ended;
      const { size } = statSync(shop.stateFile);
      truncateSync(shop.stateFile, Math.floor(size * chance("the state is truncated", "length", round)));
    },
    recovers: /restore|backup/i,
  },
  {
    name: "the disk is full",
    what: "another program fills the disk of the state backend completely",
    possible: smallDisksArePossible,
    within: onSmallDisk,
    during: async (_, update) => fillSmallDisk(update.pid),
    after: async () => takeBack(),
    expect: ({ exitCode, all }) => {
      if (exitCode !== 0) assert.match(all, /no space left on device/);
    },
  },
  {
    name: "the clock jumps",
    what: "the machine's clock was two days ahead during the previous updates, and is correct again",
    before: async (shop) => {
      const ahead = 2 * 86_400_000_000_000;
      const folder = join(testWorld.state, ".pulumi", "history", "flotilla", shop.stack.name);
      for (const name of readdirSync(folder)) {
        const time = /-(\d{19})\./.exec(name)?.[1];
        if (time)
          renameSync(
            join(folder, name),
            join(folder, name.replace(time, String(BigInt(time) + BigInt(ahead)))),
          );
      }
      return undefined;
    },
    expect: ({ exitCode, all }) => assert.equal(exitCode, 0, all),
  },
];

function isLocked(shop: Shop): boolean {
  const folder = join(testWorld.state, ".pulumi", "locks", "organization", "flotilla", shop.stack.name);
  return existsSync(folder) && readdirSync(folder).length > 0;
}
