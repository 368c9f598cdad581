/** The sandbox: a cluster, a state backend and a passphrase, and the environment variables that select them. */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import execa from "execa";
import { type Document, parseDocument, stringify } from "yaml";
import { say } from "../../cli/terminal/progress";
import { ToolError } from "../../cli/tools/failure";
import { delegateInterrupts } from "../../cli/tools/interrupts";
import { PACKAGE, PROJECT } from "../../cli/tools/paths";
import { parallelism } from "../../cli/tools/pulumi-parallel";
import { ensureTools, outsidePath, type Toolchain } from "../../cli/tools/toolchain/ensure";
import {
  CLUSTER_TOOLS,
  DEPLOY_TOOLS,
  NODE_TOOLS,
  TOOLS,
  type Tool,
  type ToolName,
} from "../../cli/tools/toolchain/specification";
import { isEncrypted } from "../../src/config/credentials";
import { merge } from "../../src/config/merge";
import { PREFIX } from "../../src/config/prefix";
import { stackConfig } from "../../src/config/stack";
import { isRecord } from "../../src/model/records";
import { readProjectFiles } from "../../src/runtime/project-files";
import { contextOf, keepClusterSchemas, nodeKind, startCluster } from "./cluster/cluster";
import { kindOf, type NodeKind, type Nodes } from "./cluster/configuration";
import { requireKind } from "./cluster/kind";
import { startLock, type World } from "./folders";
import { exclusively } from "./lock";
import { requireRealNodes } from "./nodes/machine";
import { announceStandIns, chooseProviders, type Provider, pulumiHome } from "./providers/choose";

/** A started sandbox: its tools are installed and its cluster is running. */
export interface OpenWorld {
  world: World;
  tools: Toolchain;
  providers: Provider[];
  /** Variables to set on top of the caller's environment; undefined unsets one. */
  environment: Record<string, string | undefined>;
}

/** What each kind of nodes needs: tools of the toolchain, and a check of the machine. */
const NEEDS: Record<NodeKind, { tools: readonly ToolName[]; require: (folder: string) => void }> = {
  simulated: { tools: CLUSTER_TOOLS, require: () => undefined },
  real: { tools: [...CLUSTER_TOOLS, ...NODE_TOOLS], require: requireRealNodes },
  kind: { tools: [], require: requireKind },
};

/**
 * Installs the tools, starts the cluster and prepares the state backend. Idempotent. Waits for another process that does the same.
 * @param wanted the nodes of a new cluster; by default those of the present one, or simulated ones.
 */
export function openWorld(world: World, wanted?: Nodes): Promise<OpenWorld> {
  return exclusively(startLock(world), () => open(world, wanted));
}

async function open(world: World, wanted: Nodes | undefined): Promise<OpenWorld> {
  const nodes = wanted ?? nodeKind(world) ?? "simulated";
  const needs = NEEDS[kindOf(nodes)];
  needs.require(world.folder);
  const tools = await ensureTools([...needs.tools, ...DEPLOY_TOOLS]);
  const providers = await chooseProviders(tools.pulumi?.path as string);
  announceStandIns(providers);
  linkTools(world, tools);
  const { fresh } = await startCluster(world, tools, nodes);
  await keepClusterSchemas(world, tools);
  if (fresh && existsSync(world.state)) {
    say("deleting the stacks of the old sandbox cluster: nothing of them is deployed on the new one");
    forgetStacks(world);
  }
  createBackend(world);
  return { world, tools, providers, environment: worldEnvironment(world, providers) };
}

/** Creates the state backend and its passphrase, unless they exist. */
export function createBackend({ state, passphrase }: World): void {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  if (!existsSync(passphrase))
    writeFileSync(passphrase, randomBytes(24).toString("base64url"), { mode: 0o600 });
}

/** Returns the environment in which plain `pulumi`, `kubectl` and `helm` use the sandbox. */
export function worldEnvironment(
  world: World,
  providers: readonly Provider[],
): Record<string, string | undefined> {
  const standIns = providers.flatMap(({ path: folder }) => (folder === undefined ? [] : [folder]));
  return {
    KUBECONFIG: world.kubeconfig,
    // Stand-ins come last, so that an official plugin on PATH takes precedence.
    PATH: [world.bin, outsidePath(process.env.PATH ?? ""), ...standIns].join(delimiter),
    PULUMI_HOME: pulumiHome(),
    PULUMI_BACKEND_URL: `file://${world.state}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: world.passphrase,
    // Would take precedence over the file.
    PULUMI_CONFIG_PASSPHRASE: undefined,
    PULUMI_ACCESS_TOKEN: undefined,
    PULUMI_STACK: undefined,
    // The sandbox keeps uncompressed states, whatever the user's own backend does.
    PULUMI_DIY_BACKEND_GZIP: undefined,
    PULUMI_DIY_BACKEND_ZSTD: undefined,
    PULUMI_SELF_MANAGED_STATE_GZIP: undefined,
    PULUMI_SELF_MANAGED_STATE_ZSTD: undefined,
    // For a stack file without a salt, use the salt of the stack's state instead of creating a new one.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_PARALLEL: parallelism(),
  };
}

/** Sets the sandbox's environment for this process and its children. */
export function enterWorld({ environment }: OpenWorld): void {
  for (const [name, value] of Object.entries(environment))
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
}

/** Runs pulumi in the sandbox. On Ctrl-C pulumi itself completes operations in progress, so it must not be killed. */
export async function pulumi(open: OpenWorld, args: readonly string[], options: execa.Options = {}) {
  return delegateInterrupts(() =>
    execa(open.tools.pulumi?.path as string, [...args], {
      cwd: PROJECT,
      env: open.environment as NodeJS.ProcessEnv,
      ...options,
    }),
  );
}

/**
 * Creates the stack in the sandbox's backend if it does not exist; returns whether it did. Does not touch the project's stack
 * file.
 * @throws ToolError when the project has no stack file for it.
 */
export async function ensureStack(open: OpenWorld, project: string, stack: string): Promise<boolean> {
  const { world } = open;
  // Do not create a stack without a stack file.
  readStackFile(stack);
  if (existsSync(join(world.state, ".pulumi", "stacks", project, `${stack}.json`))) return false;
  // `pulumi stack init` writes the salt into the stack file, so run it in a separate project.
  const folder = join(world.stacks, "init");
  rmSync(join(folder, `Pulumi.${stack}.yaml`), { force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "Pulumi.yaml"), stringify({ name: project, runtime: "nodejs" }));
  const { exitCode, all } = await pulumi(open, ["stack", "init", stack, "--no-select", "--non-interactive"], {
    cwd: folder,
    all: true,
    reject: false,
  });
  if (exitCode !== 0) throw new ToolError(`cannot create the stack ${stack}:\n${all}`);
  return true;
}

/** Deletes all stacks of the sandbox with their history. Keeps the passphrase. */
export function forgetStacks(world: World): void {
  rmSync(world.state, { recursive: true, force: true });
  rmSync(world.stacks, { recursive: true, force: true });
}

/**
 * Writes a copy of a stack file for `--config-file`, with the sandbox's salt and the context of the sandbox cluster. Values
 * encrypted with another salt cannot be decrypted and are omitted. Returns the path of the copy, the paths of those values, and the
 * IngressClass that the settings name.
 */
export function stackFileFor(
  world: World,
  stack: string,
): { file: string; encrypted: string[][]; ingressClass?: string } {
  const name = `Pulumi.${stack}.yaml`;
  const document = readStackFile(stack);
  const salt = saltOf(world, stack);
  const isOwn = salt !== undefined && document.get("encryptionsalt") === salt;
  for (const key of ["encryptionsalt", "secretsprovider", "encryptedkey"]) document.delete(key);
  const encrypted = isOwn ? [] : encryptedPaths(document.toJS() as unknown).map((path) => path.slice(1));
  for (const path of encrypted) document.deleteIn(["config", ...path]);
  if (salt !== undefined) document.set("encryptionsalt", salt);
  // A layer may set the cluster and its kubeconfig.
  const { cluster, ingress } = merge(stackConfig(readProjectFiles(PROJECT), stack).files).values;
  if (isRecord(cluster) && Object.keys(cluster).length > 0)
    document.setIn(["config", `${PREFIX}:cluster`], {
      context: contextOf(world),
      kubeconfig: null,
      identity: null,
    });
  const target = join(world.stacks, name);
  mkdirSync(world.stacks, { recursive: true });
  writeFileSync(target, document.toString());
  chmodSync(target, 0o600);
  const className = isRecord(ingress) ? ingress.className : undefined;
  return { file: target, encrypted, ingressClass: typeof className === "string" ? className : undefined };
}

/** Returns the paths of encrypted values. */
function encryptedPaths(value: unknown, path: string[] = []): string[][] {
  if (isEncrypted(value)) return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => encryptedPaths(inner, [...path, key]));
}

/** Reads the project's stack file. @throws ToolError when it is missing or invalid YAML. */
function readStackFile(stack: string): Document {
  const name = `Pulumi.${stack}.yaml`;
  const source = join(PROJECT, name);
  if (!existsSync(source))
    throw new ToolError(`${name}: the stack file does not exist\n  Create it: npx flotilla init ${stack}`);
  const document = parseDocument(readFileSync(source, "utf8"));
  if (document.errors[0]) throw new ToolError(`${name}: ${document.errors[0].message}`);
  return document;
}

/** Returns the salt of a stack's state. With a new salt in the stack file, none of its secrets could be decrypted. */
function saltOf(world: World, stack: string): string | undefined {
  const file = join(world.stacks, "init", `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) return undefined;
  return parseDocument(readFileSync(file, "utf8")).get("encryptionsalt") as string | undefined;
}

/** Whether the project's own stack file has a different salt: plain `pulumi` would then refuse the sandbox's passphrase. */
export function foreignSalt(world: World, stack: string): boolean {
  const salt = readStackFile(stack).get("encryptionsalt");
  return salt !== undefined && salt !== saltOf(world, stack);
}

/** Creates links to the tools in use, and to flotilla itself. */
export function linkTools(world: World, tools: Toolchain): void {
  rmSync(world.bin, { recursive: true, force: true });
  mkdirSync(world.bin, { recursive: true });
  for (const tool of Object.values(tools)) {
    const { beside } = TOOLS[tool.name] as Tool;
    const foundAnyway = beside !== undefined && dirname(tools[beside]?.path ?? "") === dirname(tool.path);
    if (!foundAnyway) symlinkSync(tool.path, join(world.bin, tool.name));
  }
  symlinkSync(join(PACKAGE, "cli", "bin.js"), join(world.bin, "flotilla"));
}
