/** A stack's state and config, through the user's own pulumi. */
import { setTimeout } from "node:timers/promises";
import execa from "execa";
import { type ExportedResource, type ExportedState, resourcesOf } from "../core/state";
import { ToolError } from "../tools/failure";
import { delegateInterrupts } from "../tools/interrupts";
import { PROJECT } from "../tools/paths";

/** A stack that the backend does not have; `sought` where a copy of its state was looked for already. */
export class UnknownStack extends ToolError {
  constructor(stack: string, { sought = false } = {}) {
    const before = ` If it was there before: npx flotilla recover --stack ${stack} brings it back from a backend of files.`;
    super(
      `the backend in use has no stack ${stack}${sought ? ", nor a copy of its state" : ""}.\n  If it is one of the embedded cluster: eval "$(npx flotilla env)".${sought ? "" : before} If it is new: pulumi stack init ${stack}`,
    );
  }
}

export interface EngineOptions {
  /** The folder of the program. Default: the project. */
  cwd?: string;
  /** What it reads from standard input. Default: nothing. */
  input?: string;
  /** Further variables of its environment. Default: none. */
  environment?: Record<string, string>;
}

/** Runs pulumi on the terminal. Returns its exit code. */
export async function pulumiOnTerminal(
  args: readonly string[],
  { cwd = PROJECT }: EngineOptions = {},
): Promise<number> {
  const { exitCode } = await delegateInterrupts(() =>
    execa("pulumi", [...args], { cwd, stdio: "inherit", reject: false }),
  );
  return exitCode;
}

/** What pulumi says of a state that it cannot read. */
const UNREADABLE = /failed to load checkpoint/;

/** Runs pulumi and hands its output out. @throws ToolError with pulumi's words. */
export async function pulumiQuietly(args: readonly string[], options: EngineOptions = {}): Promise<string> {
  let ended = await runQuietly(args, options);
  // While an update writes its state there are moments in which nobody can read it, since what lies beside the file is written
  // in place (gocloud.dev/blob/fileblob: setAttrs). Nothing is done yet when that is found.
  for (let left = 3; left > 0 && UNREADABLE.test(ended.stderr); left--) {
    await setTimeout(100);
    ended = await runQuietly(args, options);
  }
  const { exitCode, stdout, stderr, ...result } = ended;
  if (exitCode === 0) return stdout;
  if ((result as Partial<NodeJS.ErrnoException>).code === "ENOENT")
    throw new ToolError(
      'pulumi is not on PATH.\n  Install it, or put this shell into the embedded world: eval "$(npx flotilla env)"',
    );
  const words = result.signal ? `ended by ${result.signal}` : stderr.trim() || stdout.trim();
  const unknown = /no stack named '([^']+)' found/.exec(words)?.[1];
  if (unknown !== undefined) throw new UnknownStack(unknown);
  const damaged = UNREADABLE.test(words)
    ? "\n  The state is damaged. In a backend of files, npx flotilla recover --stack <name> restores it from the backend's own backup; in a bucket, bring back an earlier version of it."
    : "";
  throw new ToolError(`pulumi ${args.slice(0, 2).join(" ")}: ${words}${damaged}`);
}

function runQuietly(
  args: readonly string[],
  { cwd = PROJECT, input, environment = {} }: EngineOptions,
): Promise<execa.ExecaReturnValue> {
  // Ctrl-C reaches pulumi as well: what it has begun it brings to an end by itself.
  return delegateInterrupts(() =>
    execa("pulumi", [...args], {
      cwd,
      // Not an empty one: execa drops all that pulumi says when it ends before it has closed that.
      ...(input === undefined ? { stdin: "ignore" as const } : { input }),
      env: environment,
      reject: false,
      maxBuffer: 512 * 1024 * 1024,
    }),
  );
}

/** Work that is begun before it is needed: where it fails is where it is awaited. */
export function begun<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

/** The state; its secrets stay encrypted unless they are asked for. */
export async function exportState(stack: string, { secrets = false } = {}): Promise<ExportedState> {
  const shown = secrets ? ["--show-secrets"] : [];
  return JSON.parse(await pulumiQuietly(["stack", "export", "--stack", stack, ...shown])) as ExportedState;
}

/** The state's resources; secrets stay encrypted. */
export const readState = async (stack: string): Promise<ExportedResource[]> =>
  resourcesOf(await exportState(stack));
