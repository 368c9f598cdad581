/** Access to a stack's state and config through the user's own pulumi. */
import { setTimeout } from "node:timers/promises";
import execa from "execa";
import { type ExportedResource, type ExportedState, resourcesOf } from "../core/state";
import { ToolError } from "../tools/failure";
import { standardInput } from "../tools/input";
import { delegateInterrupts } from "../tools/interrupts";
import { PROJECT } from "../tools/paths";

/** A stack that the backend does not have. `sought`: whether a copy of its state was already looked for. */
export class UnknownStack extends ToolError {
  constructor(stack: string, { sought = false } = {}) {
    const before = ` If it existed before, recover it from a file backend: npx flotilla recover --stack ${stack}.`;
    super(
      `the current backend has no stack ${stack}${sought ? " and no copy of its state" : ""}.\n  If it is a stack of the sandbox: eval "$(npx flotilla sandbox env)".${sought ? "" : before} If it is new: pulumi stack init ${stack}`,
    );
  }
}

class MissingPulumi extends ToolError {
  constructor() {
    super(
      'pulumi is not on PATH.\n  Install it, or use the sandbox in this shell: eval "$(npx flotilla sandbox env)"',
    );
  }
}

/** Whether a program did not run because it is not installed. */
export const isMissing = (ended: object): boolean =>
  (ended as Partial<NodeJS.ErrnoException>).code === "ENOENT";

export interface EngineOptions {
  /** The folder of the program. Default: the project. */
  cwd?: string;
  /** Its standard input. Default: none. */
  input?: string;
  /** Additional environment variables. Default: none. */
  environment?: Record<string, string>;
}

/** Runs pulumi on the terminal. Returns its exit code. */
export async function pulumiOnTerminal(
  args: readonly string[],
  { cwd = PROJECT }: EngineOptions = {},
): Promise<number> {
  const ended = await delegateInterrupts(() =>
    execa("pulumi", [...args], { cwd, stdio: "inherit", reject: false }),
  );
  if (isMissing(ended)) throw new MissingPulumi();
  return ended.exitCode;
}

/** Pulumi's error for a state that it cannot read. */
const UNREADABLE = /failed to load checkpoint/;

/** Runs pulumi and returns its output. @throws ToolError with pulumi's message. */
export async function pulumiQuietly(args: readonly string[], options: EngineOptions = {}): Promise<string> {
  let ended = await runQuietly(args, options);
  // While an update writes its state, it is briefly unreadable: its attributes file is written in place
  // (gocloud.dev/blob/fileblob: setAttrs). Retrying is safe, because pulumi has not done anything yet.
  for (let left = 3; left > 0 && UNREADABLE.test(ended.stderr); left--) {
    await setTimeout(100);
    ended = await runQuietly(args, options);
  }
  const { exitCode, stdout, stderr, ...result } = ended;
  if (exitCode === 0) return stdout;
  if (isMissing(result)) throw new MissingPulumi();
  const words = result.signal ? `terminated by ${result.signal}` : stderr.trim() || stdout.trim();
  const unknown = /no stack named '([^']+)' found/.exec(words)?.[1];
  if (unknown !== undefined) throw new UnknownStack(unknown);
  const damaged = UNREADABLE.test(words)
    ? "\n  The state is damaged. In a file backend, restore it from the backend's own backup: npx flotilla recover --stack <name>. In a bucket, restore an earlier version of the object."
    : "";
  throw new ToolError(`pulumi ${args.slice(0, 2).join(" ")}: ${words}${damaged}`);
}

function runQuietly(
  args: readonly string[],
  { cwd = PROJECT, input, environment = {} }: EngineOptions,
): Promise<execa.ExecaReturnValue> {
  // Ctrl-C also reaches pulumi, which finishes the operations it has started.
  return delegateInterrupts(() =>
    execa("pulumi", [...args], {
      cwd,
      ...standardInput(input),
      env: environment,
      reject: false,
      maxBuffer: 512 * 1024 * 1024,
    }),
  );
}

/** Marks work that starts before its result is needed: its errors surface where it is awaited. */
export function begun<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

/** Exports the state; its secrets stay encrypted unless `secrets` is set. */
export async function exportState(stack: string, { secrets = false } = {}): Promise<ExportedState> {
  const shown = secrets ? ["--show-secrets"] : [];
  return JSON.parse(await pulumiQuietly(["stack", "export", "--stack", stack, ...shown])) as ExportedState;
}

/** The state's resources; secrets stay encrypted. */
export const readState = async (stack: string): Promise<ExportedResource[]> =>
  resourcesOf(await exportState(stack));
