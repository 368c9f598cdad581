/** The `flotilla` command line: one file per command, loaded when it is asked for. */
import { Command, CommanderError } from "commander";
import { FlotillaError } from "../src/model/problems";
// Inventories are checked against the kinds of stores that are registered.
import "../src/plan/stores/registry";
import { inventoryError } from "./terminal/inventory-error";
import { ToolError } from "./tools/failure";
import { handleInterrupts, INTERRUPTED, interrupted } from "./tools/interrupts";
import { PROJECT } from "./tools/paths";
import { parallelism } from "./tools/pulumi-parallel";

/** In the order of `--help`: begin, before an update, update, after it, change, tools. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  demo: async () => (await import("./commands/demo")).demoCommand(),
  "demo-down": async () => (await import("./commands/demo")).demoDownCommand(),
  init: async () => (await import("./commands/init")).initCommand(),
  doctor: async () => (await import("./commands/doctor")).doctorCommand(),
  config: async () => (await import("./commands/config")).configCommand(),
  check: async () => (await import("./commands/check")).checkCommand(),
  diff: async () => (await import("./commands/diff")).diffCommand(),
  preview: async () => (await import("./commands/preview")).previewCommand(),
  up: async () => (await import("./commands/up")).upCommand(),
  status: async () => (await import("./commands/status")).statusCommand(),
  explain: async () => (await import("./commands/explain")).explainCommand(),
  drift: async () => (await import("./commands/drift")).driftCommand(),
  rollback: async () => (await import("./commands/rollback")).rollbackCommand(),
  recover: async () => (await import("./commands/recover")).recoverCommand(),
  adopt: async () => (await import("./commands/adopt")).adoptCommand(),
  rotate: async () => (await import("./commands/rotate")).rotateCommand(),
  remove: async () => (await import("./commands/remove")).removeCommand(),
  destroy: async () => (await import("./commands/destroy")).destroyCommand(),
  new: async () => (await import("./commands/new-service")).newCommand(),
  render: async () => (await import("./commands/render")).renderCommand(),
  graph: async () => (await import("./commands/graph")).graphCommand(),
  charts: async () => (await import("./commands/charts")).chartsCommand(),
  env: async () => (await import("./commands/env")).envCommand(),
  cluster: async () => (await import("./commands/cluster")).clusterCommand(),
  tools: async () => (await import("./commands/tools")).toolsCommand(),
};

const EXIT_CODES = `
Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 interrupted.`;

/** Commands whose exit code 2 says that there is a difference: wrong arguments must not pass for one. */
const TELLS_DIFFERENCE = ["diff", "status", "explain", "drift"];

async function main(): Promise<void> {
  handleInterrupts();
  process.env.PULUMI_PARALLEL = parallelism();
  // `| head` has read enough: that is no failure.
  process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => process.exit(code === "EPIPE" ? 0 : 1));
  const program = new Command("flotilla")
    .description("Whole microservice applications on Kubernetes: preview, deploy, operate.")
    .exitOverride()
    .addHelpText("after", EXIT_CODES);
  const asked = process.argv[2] ?? "";
  const names = Object.hasOwn(COMMANDS, asked) ? [asked] : Object.keys(COMMANDS);
  for (const name of names) {
    const command = await (COMMANDS[name] as () => Promise<Command>)();
    program.addCommand(inherit(command, !TELLS_DIFFERENCE.includes(name)));
  }
  await program.parseAsync();
}

/** Sub-commands must report wrong arguments the way the program does. */
function inherit(command: Command, hasUsualCodes: boolean): Command {
  command.exitOverride();
  if (hasUsualCodes) command.addHelpText("after", EXIT_CODES);
  for (const inner of command.commands) inherit(inner, hasUsualCodes);
  return command;
}

main().catch((error: unknown) => {
  if (interrupted) {
    process.stderr.write(`${INTERRUPTED}\n`);
    process.exitCode = 130;
  } else if (error instanceof CommanderError) {
    const wrong = TELLS_DIFFERENCE.includes(process.argv[2] ?? "") ? 1 : 2;
    process.exitCode = error.exitCode === 0 ? 0 : wrong;
  } else {
    const known =
      error instanceof ToolError || error instanceof FlotillaError ? error : inventoryError(error, PROJECT);
    process.stderr.write(`${known ? known.message : ((error as Error).stack ?? String(error))}\n`);
    process.exitCode = 1;
  }
});
