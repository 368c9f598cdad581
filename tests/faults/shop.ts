/** A running Robot Shop with two versions, each of which is reached once without a fault: the reference for all others. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import execa from "execa";
import { parseDocument } from "yaml";
import { folderOf, listProcesses, signalProcess, treeOf } from "../../cli/tools/processes";
import { get, projectStack, run, type Stack, testWorld, until, world } from "../e2e/world";
import { ApiProxy } from "./proxy";
import { assertDone, isSettled, type PodOf, podsOf, type Snapshot, snapshotOf } from "./snapshot";

export type Version = "one" | "two";

/** The changes of the second version: an image, a number of pods, a variable, and one service fewer. */
const SETTINGS: Record<Version, Record<string, Record<string, unknown>>> = {
  one: {},
  two: {
    cart: { tag: "2.1.1" },
    web: { replicas: 2 },
    payment: { env: { PAYMENT_TIMEOUT: "5" } },
    dispatch: { enabled: false },
  },
};

/** Releases whose pods an update between the versions may replace, add or remove. */
export const AFFECTED = Object.keys(SETTINGS.two);

export const PROVIDER = /pulumi-resource-kubernetes/;

/** Seconds for a rollout in addition to its pods' own start, instead of three minutes: what never becomes ready fails soon. */
const ROLLOUT_SECONDS = 8;
/** The same for rollouts that become ready, even after a fault on a busy machine. */
const PATIENT_SECONDS = 30;

/** Robot Shop with a service that times out sooner than its inventory says. */
const CATALOGUE = `import { robotShop } from "./robot-shop";

const { services } = robotShop;
export const catalogue = {
  "robot-shop": { ...robotShop, services: { ...services, cart: { ...services.cart, startupSeconds: 1 } } },
};
`;

/** Arguments of a non-interactive update. */
export const UP = ["up", "--yes", "--skip-preview"];

/** An update in progress, with all its processes in one process group. */
export interface Running {
  pid: number;
  /** Whether it has ended, in any way. */
  ended: Promise<{ exitCode: number; all: string }>;
  isOver(): boolean;
  /** Like Ctrl-C on a terminal: every process of the group gets the signal. */
  signalAll(name: NodeJS.Signals): void;
}

export class Shop {
  version: Version = "one";
  /** Duration of an update between the versions without a fault, in seconds. */
  seconds = 0;
  /** Output of all commands. */
  written = "";
  /** Every command line that was seen on this machine while a command ran, sampled four times a second. */
  readonly commandLines = new Set<string>();
  /** Every recorded value of a Secret, plain and encoded. */
  readonly secrets = new Set<string>();
  /** Where its commands put temporary files. */
  readonly temporary = mkdtempSync(join(testWorld.folder, "tmp-"));
  private readonly clean = new Map<Version, Snapshot>();

  private constructor(
    readonly stack: Stack,
    readonly namespace: string,
    readonly proxy: ApiProxy,
    readonly kubeconfig: string,
  ) {}

  /** Deploys it through the proxy, like everything after that. */
  static async deploy(): Promise<Shop> {
    const namespace = "e2e-faults";
    const kubeconfig = join(testWorld.folder, "kubeconfig-through-proxy");
    const proxy = await ApiProxy.start(testWorld.kubeconfig, kubeconfig);
    const stack = await projectStack("faults", {
      environment: "local",
      distribution: "upstream",
      namespace,
      // What cannot become ready fails soon.
      rolloutSeconds: ROLLOUT_SECONDS,
    });
    writeFileSync(join(stack.folder, "apps", "index.ts"), CATALOGUE);
    const shop = new Shop(stack, namespace, proxy, kubeconfig);
    await shop.up();
    await shop.learn();
    const start = Date.now();
    await shop.go("two");
    shop.seconds = (Date.now() - start) / 1000;
    await shop.learn();
    await shop.go("one");
    // A rollback that leaves something behind would be a fault itself.
    await shop.assertWhole();
    return shop;
  }

  /** Returns a copy of the environment that a user's shell would have. */
  get environment(): NodeJS.ProcessEnv {
    return {
      ...(world().environment as NodeJS.ProcessEnv),
      KUBECONFIG: this.kubeconfig,
      TMPDIR: this.temporary,
    };
  }

  /** Returns where the backend keeps its state. */
  get stateFile(): string {
    return join(testWorld.state, ".pulumi", "stacks", "flotilla", `${this.stack.name}.json`);
  }

  get other(): Version {
    return this.version === "one" ? "two" : "one";
  }

  /** Configures a version, without updating. Settings of services may be added. */
  ask(version: Version, services: Record<string, Record<string, unknown>> = {}): void {
    const merged: Record<string, Record<string, unknown>> = { ...SETTINGS[version] };
    for (const [name, settings] of Object.entries(services)) merged[name] = { ...merged[name], ...settings };
    this.askFor(merged);
    this.version = version;
  }

  /** Configures settings of services; settings changed by commands are kept. */
  askFor(services: Record<string, Record<string, unknown>>): void {
    this.set("services", services);
  }

  private set(key: string, value: unknown): void {
    const file = join(this.stack.folder, `Pulumi.${this.stack.name}.yaml`);
    const document = parseDocument(readFileSync(file, "utf8"));
    document.setIn(["config", `flotilla:${key}`], value);
    writeFileSync(file, document.toString());
  }

  /** Starts an update of the stack to what is configured. */
  begin(
    program: "pulumi" | "flotilla",
    args: readonly string[],
    { environment = {}, within = [] }: { environment?: NodeJS.ProcessEnv; within?: readonly string[] } = {},
  ): Running {
    const path = program === "pulumi" ? "pulumi" : join(this.stack.folder, "cli/bin.js");
    const [first, ...rest] = [...within, path, ...args, "--stack", this.stack.name];
    const child = execa(first as string, rest, {
      cwd: this.stack.folder,
      env: { ...this.environment, ...environment },
      all: true,
      reject: false,
      stdin: "ignore",
      detached: true,
    });
    let over = false;
    const watch = setInterval(() => this.look(), 250);
    const ended = child.then(({ exitCode, all = "" }) => {
      over = true;
      clearInterval(watch);
      this.written += all;
      return { exitCode: exitCode ?? -1, all };
    });
    const pid = child.pid as number;
    return { pid, ended, isOver: () => over, signalAll: (name) => signalProcess(-pid, name) };
  }

  /** Waits until a fraction (0 to 1) of an update's duration has passed, or it has ended; returns the seconds. */
  async untilPart(share: number, { ended }: Running): Promise<number> {
    const seconds = share * this.seconds;
    await Promise.race([new Promise((resolve) => setTimeout(resolve, seconds * 1000)), ended]);
    return seconds;
  }

  private look(): void {
    void listProcesses().then((processes) => {
      for (const { command } of processes) this.commandLines.add(command);
    });
  }

  /** Runs a command that must end with an exit code; returns its output. */
  async ends(code: number, program: "pulumi" | "flotilla", args: readonly string[]): Promise<string> {
    const { exitCode, all } = await this.begin(program, args).ended;
    assert.equal(exitCode, code, `${program} ${args.join(" ")}:\n${all}`);
    return all;
  }

  /** Gives the next updates more time: pods start one after the other. */
  bePatient(): void {
    this.set("rolloutSeconds", PATIENT_SECONDS);
  }

  up(): Promise<string> {
    return this.ends(0, "pulumi", UP);
  }

  async go(version: Version): Promise<void> {
    this.ask(version);
    await this.up();
  }

  pods(): Promise<Record<string, PodOf[]>> {
    return podsOf(this.namespace);
  }

  settled(): Promise<void> {
    return until("every pod is ready", () => isSettled(this.namespace), 90);
  }

  /** Records the current snapshot as that of this version. */
  private async learn(): Promise<void> {
    await this.settled();
    await this.noteSecrets();
    this.clean.set(this.version, await snapshotOf(this.stack, this.namespace));
  }

  /** Asserts that the configured version is deployed completely, as after an update without a fault. */
  async assertWhole(): Promise<void> {
    await this.settled();
    const now = await snapshotOf(this.stack, this.namespace);
    assertDone(now, "the update");
    assert.deepEqual(now, this.clean.get(this.version));
  }

  /** Asserts that the version before the configured one is still deployed. */
  async assertAsBefore(): Promise<void> {
    assert.deepEqual(await snapshotOf(this.stack, this.namespace), this.clean.get(this.other));
  }

  /** Asserts that no pod was replaced, except those that may be lost. */
  async assertUntouched(
    before: Record<string, PodOf[]>,
    mayBeGone: (release: string, pod: PodOf) => boolean,
    where = "the update",
  ): Promise<void> {
    const after = await this.pods();
    for (const [release, pods] of Object.entries(before)) {
      const there = new Set(after[release]?.map(({ uid }) => uid));
      for (const pod of pods)
        assert.ok(
          there.has(pod.uid) || mayBeGone(release, pod),
          `${where}: a pod of ${release} was replaced`,
        );
    }
  }

  /** Returns the command lines of processes in the project's folder: after a command there must be none. */
  async leftovers(): Promise<string[]> {
    const processes = await listProcesses();
    return processes.flatMap(({ pid, command }) =>
      folderOf(pid)?.startsWith(this.stack.folder) ? [command.slice(0, 200)] : [],
    );
  }

  /** Records every value of every Secret that exists now: a rotation will replace them. */
  async noteSecrets(): Promise<void> {
    const { items } = await get<{ items: { data?: Record<string, string> }[] }>(
      "secrets",
      "-n",
      this.namespace,
      "--selector=owner!=helm",
    );
    const kept = items.flatMap(({ data }) => Object.values(data ?? {}));
    const values = [...kept, ...kept.map((value) => Buffer.from(value, "base64").toString())];
    // Some are not secret, but short names.
    for (const value of values) if (value.length >= 16) this.secrets.add(value);
  }

  async remove(): Promise<void> {
    await this.proxy.stop();
    this.stack.remove();
  }
}

/** Returns the first process of an update whose command matches, with its descendants; undefined if there is none yet. */
export async function processesOf(
  { pid }: Pick<Running, "pid">,
  command: RegExp,
): Promise<number[] | undefined> {
  const processes = await listProcesses();
  const found = treeOf(pid, processes).find((each) => command.test(each.command));
  return found && treeOf(found.pid, processes).map((each) => each.pid);
}

/** Returns all processes that an update has started: plugins are in their own process groups. */
export async function killAll({ pid }: Pick<Running, "pid">): Promise<void> {
  for (const each of treeOf(pid, await listProcesses())) signalProcess(each.pid, "SIGKILL");
}

export async function killProvider(update: Pick<Running, "pid">): Promise<void> {
  for (const pid of (await processesOf(update, PROVIDER)) ?? []) signalProcess(pid, "SIGKILL");
}

/** Runs kubectl without the proxy. */
export const kubectl = (...args: string[]) => run("kubectl", args);
