/** The sandbox of end-to-end tests; each has a copy of the project, a stack and a namespace. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { stringify } from "yaml";
import { listText } from "../../cli/stack/kubectl";
import { PROJECT } from "../../cli/tools/paths";
import { deleteCluster } from "../../dev/sandbox/cluster/cluster";
import { type World, worldIn } from "../../dev/sandbox/folders";
import { forgetStacks, type OpenWorld, openWorld } from "../../dev/sandbox/world";
import { mapValues } from "../../src/model/records";
import { copyOfProject, writeProgram, writeStackFile } from "../copy";
import { keepLong } from "./long";

const WORKER = process.env.MOCHA_WORKER_ID;

/** In the clone instead of a temporary folder, so that the next run finds what a killed run left behind. */
export const worldOfWorker = (worker = ""): World => worldIn(join(PROJECT, ".flotilla", `e2e${worker}`));

export const testWorld = worldOfWorker(WORKER);

/** Returns a sandbox without a cluster. */
export async function openAnew(world: World): Promise<OpenWorld> {
  await deleteCluster(world);
  forgetStacks(world);
  return openWorld(world);
}

export async function removeWorld(world: World): Promise<void> {
  await deleteCluster(world);
  rmSync(world.folder, { recursive: true, force: true });
}

let opened: OpenWorld | undefined;

/** The sandbox of this run. */
export function world(): OpenWorld {
  assert.ok(opened, "the sandbox is not started");
  return opened;
}

/** Uses a sandbox that another suite has started. */
export function useWorld(started: OpenWorld): void {
  opened = started;
}

export const mochaHooks = {
  async beforeAll(this: Mocha.Context) {
    // Tools may have to be built first.
    this.timeout(45 * 60_000);
    // Each worker's sandbox is started before the worker, and serves all of its files (./workers).
    opened ??= await (WORKER === undefined ? openAnew : openWorld)(testWorld);
  },
  afterEach(this: Mocha.Context) {
    if (opened) keepLong(this.currentTest as Mocha.Test | undefined, opened);
  },
  async afterAll(this: Mocha.Context) {
    if (WORKER !== undefined) return;
    this.timeout(60_000);
    await removeWorld(testWorld);
  },
};

const environment = (): NodeJS.ProcessEnv => world().environment as NodeJS.ProcessEnv;

/** Runs a program in the sandbox; its output, including standard error, is in `all`. */
export function run(program: string, args: readonly string[], options: execa.Options = {}) {
  return execa(program, [...args], { all: true, ...options, env: { ...environment(), ...options.env } });
}

/** Returns the parsed objects of `kubectl get ... -o json`. */
export async function get<T>(...args: string[]): Promise<T> {
  return JSON.parse((await run("kubectl", ["get", ...args, "-o", "json"])).stdout) as T;
}

/** Applies objects with kubectl. */
export const apply = (...objects: object[]) =>
  run("kubectl", ["apply", "-f", "-"], { input: listText(objects) });

/** Returns the contents of a Secret by key. */
export async function secretOf(name: string, namespace: string): Promise<Record<string, string>> {
  const { data } = await get<{ data: Record<string, string> }>("secret", name, "-n", namespace);
  return mapValues(data, (value) => Buffer.from(value, "base64").toString());
}

export const exists = async (...args: string[]): Promise<boolean> =>
  (await run("kubectl", ["get", "--ignore-not-found", "-o", "name", ...args])).stdout !== "";

/** Waits for a condition, instead of a fixed time. */
export async function until(what: string, condition: () => Promise<boolean>, seconds = 180): Promise<void> {
  const limit = Date.now() + seconds * 1000;
  while (!(await condition())) {
    assert.ok(Date.now() < limit, `not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** One step of `pulumi preview --json`. */
export interface PreviewStep {
  op: string;
  urn: string;
  newState?: { type: string; inputs?: Record<string, unknown> };
  detailedDiff?: Record<string, { kind: string }> | null;
}

/** A folder with a Pulumi program, and one stack of it. */
export class Stack {
  constructor(
    readonly folder: string,
    readonly name: string,
  ) {}

  pulumi(args: readonly string[], options: execa.Options = {}) {
    return run("pulumi", [...args, "--stack", this.name, "--non-interactive"], {
      cwd: this.folder,
      ...options,
    });
  }

  up(...args: string[]) {
    return this.pulumi(["up", "--yes", "--skip-preview", ...args]);
  }

  /** Returns the steps that change something. */
  async preview(...args: string[]): Promise<PreviewStep[]> {
    const { stdout } = await this.pulumi(["preview", "--json", ...args]);
    const { steps } = JSON.parse(stdout) as { steps?: PreviewStep[] };
    return (steps ?? []).filter(({ op }) => op !== "same");
  }

  /** Returns the number of resources by operation in the newest update. */
  async lastUpdate(): Promise<Record<string, number>> {
    const { stdout } = await run("pulumi", ["stack", "history", "--json", "--stack", this.name], {
      cwd: this.folder,
    });
    return (JSON.parse(stdout) as { resourceChanges: Record<string, number> }[])[0]?.resourceChanges ?? {};
  }

  async outputs<T>(): Promise<T> {
    return JSON.parse(
      (await run("pulumi", ["stack", "output", "--json", "--stack", this.name], { cwd: this.folder })).stdout,
    ) as T;
  }

  async export(...args: string[]): Promise<string> {
    return (await run("pulumi", ["stack", "export", "--stack", this.name, ...args], { cwd: this.folder }))
      .stdout;
  }

  config(path: string, value: string) {
    return run("pulumi", ["config", "set", "--path", path, value, "--stack", this.name], {
      cwd: this.folder,
    });
  }

  secret(path: string, value: string) {
    return run("pulumi", ["config", "set", "--secret", "--path", path, "--stack", this.name], {
      cwd: this.folder,
      input: value,
    });
  }

  /** Replaces text in a file of the project. */
  edit(file: string, from: string | RegExp, to: string): void {
    const path = join(this.folder, file);
    const before = readFileSync(path, "utf8");
    const after = before.replace(from, to);
    assert.notEqual(after, before, `${file} has no ${from}`);
    writeFileSync(path, after);
  }

  /** Deployed objects are deleted with the cluster: each stack has its own namespace. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A stack of a copy of this project, so that a test may edit charts and stack files. */
export async function projectStack(name: string, config: Record<string, unknown>): Promise<Stack> {
  const folder = copyOfProject("flotilla-e2e-");
  writeStackFile(folder, name, config);
  return initStack(folder, name);
}

/** A stack of a program made for a test. */
export async function programStack(name: string, program: string): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), "flotilla-e2e-"));
  writeProgram(folder, "contract", program);
  return initStack(folder, name);
}

export async function initStack(folder: string, name: string): Promise<Stack> {
  await run("pulumi", ["stack", "init", name, "--non-interactive"], { cwd: folder });
  return new Stack(folder, name);
}

/** A chart with one ConfigMap and one Deployment, for provider tests. */
export function writeChart(folder: string, version = "1.0.0"): void {
  const templates = join(folder, "chart", "templates");
  mkdirSync(templates, { recursive: true });
  writeFileSync(join(folder, "chart", "Chart.yaml"), stringify({ apiVersion: "v2", name: "mini", version }));
  writeFileSync(join(folder, "chart", "values.yaml"), stringify({ color: "red", cpu: "10m" }));
  writeFileSync(
    join(templates, "objects.yaml"),
    `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {color: {{ .Values.color }}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      containers:
        - name: main
          image: example.com/main:1
          resources: {requests: {cpu: {{ .Values.cpu | quote }}}}
`,
  );
}

export const read = (...path: string[]): string => readFileSync(join(...path), "utf8");
