/** The `flotilla` command line: one file per command, loaded when it is asked for. */
import { Command, CommanderError, type Option } from "commander";
import { FlotillaError } from "../src/model/problems";
// Inventories are checked against the registered kinds of stores.
import "../src/plan/stores/registry";
import { versionOf } from "../src/plan/package";
import { EXIT, EXIT_CODES_HELP } from "./core/exit-codes";
import { selectedStack } from "./stack/selected";
import { ToolError, UsageError } from "./tools/failure";
import { handleInterrupts, INTERRUPTED, interrupted } from "./tools/interrupts";
import { PACKAGE, requireProject } from "./tools/paths";
import { parallelism } from "./tools/pulumi-parallel";

/** In the order of `--help`: begin, before an update, update, after it, change, tools. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  demo: async () => (await import("./commands/demo")).demoCommand(),
  new: async () => (await import("./commands/new")).newCommand(),
  init: async () => (await import("./commands/init")).initCommand(),
  doctor: async () => (await import("./commands/doctor")).doctorCommand(),
  config: async () => (await import("./commands/config")).configCommand(),
  check: async () => (await import("./commands/check")).checkCommand(),
  diff: async () => (await import("./commands/diff")).diffCommand(),
  preview: async () => (await import("./commands/preview")).previewCommand(),
  up: async () => (await import("./commands/up")).upCommand(),
  status: async () => (await import("./commands/status")).statusCommand(),
  open: async () => (await import("./commands/open")).openCommand(),
  run: async () => (await import("./commands/run")).runCommand(),
  explain: async () => (await import("./commands/explain")).explainCommand(),
  drift: async () => (await import("./commands/drift")).driftCommand(),
  rollback: async () => (await import("./commands/rollback")).rollbackCommand(),
  recover: async () => (await import("./commands/recover")).recoverCommand(),
  adopt: async () => (await import("./commands/adopt")).adoptCommand(),
  rotate: async () => (await import("./commands/rotate")).rotateCommand(),
  remove: async () => (await import("./commands/remove")).removeCommand(),
  destroy: async () => (await import("./commands/destroy")).destroyCommand(),
  render: async () => (await import("./commands/render")).renderCommand(),
  graph: async () => (await import("./commands/graph")).graphCommand(),
  charts: async () => (await import("./commands/charts")).chartsCommand(),
  sandbox: async () => (await import("./commands/sandbox")).sandboxCommand(),
};

/** Commands that were renamed in 0.7.0. */
const RENAMED: Record<string, string> = {
  cluster: "sandbox",
  env: "sandbox env",
  tools: "sandbox tools",
  "demo-down": "sandbox delete",
};

/** Commands that work in any folder; `new service` needs a project and says so itself. */
const WITHOUT_PROJECT = ["new", "completion", "complete", "sandbox tools"];

async function main(): Promise<void> {
  handleInterrupts();
  process.env.PULUMI_PARALLEL = parallelism();
  // `| head` has read enough: that is not a failure.
  process.stdout.on("error", ({ code }: NodeJS.ErrnoException) =>
    process.exit(code === "EPIPE" ? EXIT.done : EXIT.failed),
  );
  const [asked = "", ...further] = process.argv.slice(2);
  refuseOldSpelling(asked, further);
  const program = new Command("flotilla")
    .description("Deploy and operate whole microservice applications on Kubernetes")
    .version(versionOf(PACKAGE), "-V, --version", "print the version of flotilla")
    .exitOverride()
    .addHelpText("after", EXIT_CODES_HELP)
    .showHelpAfterError("See: npx flotilla --help")
    .hook("preAction", (_, action) => prepare(action));
  for (const name of commandsToLoad(asked, further))
    program.addCommand(await (COMMANDS[name] as () => Promise<Command>)());
  for (const command of program.commands) inherit(command);
  if (!Object.hasOwn(COMMANDS, asked)) (await import("./commands/completion")).addCompletion(program);
  await program.parseAsync();
}

/** The named command, of a line to complete as well; otherwise all of them. */
function commandsToLoad(asked: string, further: readonly string[]): string[] {
  const named = asked === "complete" ? further[1] : asked;
  return named !== undefined && Object.hasOwn(COMMANDS, named) ? [named] : Object.keys(COMMANDS);
}

function refuseOldSpelling(asked: string, further: readonly string[]): void {
  const now = Object.hasOwn(RENAMED, asked) ? RENAMED[asked] : undefined;
  if (now !== undefined)
    throw new UsageError(`flotilla ${asked} was renamed. Use: npx flotilla ${[now, ...further].join(" ")}`);
}

/** What every command needs before it runs: a project, and a stack where it takes one. */
async function prepare(action: Command): Promise<void> {
  const path = pathOf(action);
  if (!WITHOUT_PROJECT.some((name) => path === name || path.startsWith(`${name} `))) requireProject();
  const stack = action.options.find((option) => option.attributeName() === "stack");
  if (stack !== undefined && action.getOptionValue("stack") === undefined && !isExcluded(action, stack))
    action.setOptionValueWithSource("stack", await selectedStack(), "default");
}

/** The command below the program, with its group: `sandbox tools`. */
const pathOf = (command: Command): string =>
  command.parent?.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();

/** Whether another option is given that the command takes instead. */
const isExcluded = (command: Command, { conflictsWith }: Option & { conflictsWith?: string[] }): boolean =>
  (conflictsWith ?? []).some((name) => command.getOptionValue(name) !== undefined);

/** Subcommands report wrong arguments the way the program does. */
function inherit(command: Command): void {
  command
    .exitOverride()
    .addHelpText("after", EXIT_CODES_HELP)
    .showHelpAfterError(`See: npx flotilla ${pathOf(command)} --help`);
  for (const inner of command.commands) inherit(inner);
}

main().catch((error: unknown) => {
  if (interrupted) {
    process.stderr.write(`${INTERRUPTED}\n`);
    process.exitCode = EXIT.interrupted;
  } else if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  else {
    const known = error instanceof ToolError || error instanceof FlotillaError;
    process.stderr.write(`${known ? error.message : ((error as Error).stack ?? String(error))}\n`);
    process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
});
