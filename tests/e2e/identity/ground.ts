/** The stack of the cases, and what it must not lose. */
import { createHash } from "node:crypto";
import { run, type Stack } from "../world";

interface Named {
  kind: string;
  metadata: { name: string; uid: string };
  spec: { volumeName?: string };
  data?: Record<string, string>;
}

/** UIDs of the namespace and of the claims, digests of the stores' passwords, by name. */
export type Holdings = Record<string, string>;

export class Ground {
  constructor(
    public stack: Stack,
    readonly namespace: string,
    /** The usual KUBECONFIG. */
    readonly kubeconfig: string,
    /** A kubeconfig for the stack's own cluster, whatever the commands use. */
    public home: string,
  ) {}

  /** Additional environment variables of the commands. */
  env: Record<string, string> = {};

  private note = "";

  /** Keeps a text until the end of the case: a previous state, a name. */
  keep(text: string): void {
    this.note = text;
  }

  kept(): string {
    return this.note;
  }

  /** Runs a command as a user of the stack. */
  async run(program: string, args: readonly string[]) {
    const file = program === "flotilla" ? `${this.stack.folder}/cli/bin.js` : program;
    return run(file, args, {
      cwd: this.stack.folder,
      reject: false,
      env: { KUBECONFIG: this.kubeconfig, FORCE_COLOR: "0", ...this.env },
    });
  }

  /** Runs a command that must succeed, to change something. */
  async must(program: string, ...args: string[]): Promise<string> {
    const { exitCode, all = "", stdout } = await this.run(program, args);
    if (exitCode !== 0) throw new Error(`${program} ${args.join(" ")}:\n${all}`);
    return stdout;
  }

  /** Updates the stack to begin a case. */
  update(): Promise<string> {
    const args = ["--yes", "--skip-preview", "--non-interactive", "--stack", this.stack.name];
    return this.must("pulumi", "up", ...args);
  }

  /** Runs kubectl in the stack's own cluster. */
  async kubectl(...args: string[]): Promise<string> {
    return (await run("kubectl", args, { env: { KUBECONFIG: this.home } })).stdout;
  }

  /** Returns what the stack has now. */
  async holdings(home = this.home): Promise<Holdings> {
    const read = async (...args: string[]): Promise<Named[]> => {
      const all = ["get", ...args, "--ignore-not-found", "-o", "json"];
      const { stdout } = await run("kubectl", all, { env: { KUBECONFIG: home } });
      if (stdout === "") return [];
      const found = JSON.parse(stdout) as Named & { items?: Named[] };
      return found.items ?? [found];
    };
    const [namespaces, inside] = await Promise.all([
      read("namespace", this.namespace),
      read("pvc,secret", "-n", this.namespace),
    ]);
    const claims = inside.filter(({ kind }) => kind === "PersistentVolumeClaim");
    const secrets = inside.filter(({ kind }) => kind === "Secret");
    return Object.fromEntries([
      ...namespaces.map(({ metadata }) => ["namespace", metadata.uid]),
      ...claims.map(({ metadata, spec }) => [
        `claim ${metadata.name}`,
        `${metadata.uid} on ${spec.volumeName}`,
      ]),
      ...secrets
        .filter(({ metadata }) => metadata.name.endsWith("-auth"))
        .map(({ metadata, data }) => [
          `password ${metadata.name}`,
          createHash("sha256").update(JSON.stringify(data)).digest("hex"),
        ]),
    ]);
  }

  /** Edits the resources of the state, as an older version or an accident would have left them. */
  async editState(change: (resources: StateEntry[]) => StateEntry[]): Promise<void> {
    const state = JSON.parse(await this.stack.export()) as { deployment: { resources: StateEntry[] } };
    state.deployment.resources = change(state.deployment.resources);
    await this.importState(JSON.stringify(state));
  }

  async importState(state: string): Promise<void> {
    const args = ["stack", "import", "--force", "--stack", this.stack.name, "--non-interactive"];
    await run("pulumi", args, { cwd: this.stack.folder, input: state, env: this.env });
  }
}

export interface StateEntry {
  urn: string;
  type: string;
  id?: string;
  delete?: boolean;
  protect?: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** Returns what is missing or replaced. */
export const lostBetween = (before: Holdings, after: Holdings): string[] =>
  Object.keys(before).filter((key) => after[key] !== before[key]);
