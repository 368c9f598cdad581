/** The `flotilla` command line: one file per command, put together here. */
import { Command, CommanderError } from "commander";
import { FlotillaError } from "../model/problems";
import { ToolError } from "../tools/failure";
import { handleInterrupts, INTERRUPTED, interrupted } from "../tools/interrupts";
import { chartsCommand } from "./charts";
import { checkCommand } from "./check";
import { clusterCommand } from "./cluster";
import { configCommand } from "./config";
import { demoCommand, demoDownCommand } from "./demo";
import { diffCommand } from "./diff";
import { doctorCommand } from "./doctor";
import { envCommand } from "./env";
import { graphCommand } from "./graph";
import { initCommand } from "./init";
import { newCommand } from "./new/service";
import { previewCommand } from "./preview";
import { removeCommand } from "./remove";
import { renderCommand } from "./render";
import { rotateCommand } from "./rotate";
import { toolsCommand } from "./tools";

const EXIT_CODES = `
Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 interrupted.`;

async function main(): Promise<void> {
  handleInterrupts();
  const program = new Command("flotilla")
    .description("Whole microservice applications on Kubernetes, tried on an embedded cluster.")
    .exitOverride()
    .addHelpText("after", EXIT_CODES);
  for (const command of [
    demoCommand(),
    demoDownCommand(),
    previewCommand(),
    configCommand(),
    checkCommand(),
    doctorCommand(),
    diffCommand(),
    initCommand(),
    renderCommand(),
    graphCommand(),
    newCommand(),
    rotateCommand(),
    removeCommand(),
    chartsCommand(),
    envCommand(),
    clusterCommand(),
    toolsCommand(),
  ])
    program.addCommand(inherit(command));
  await program.parseAsync();
}

/** Sub-commands must report wrong arguments the way the program does. */
function inherit(command: Command): Command {
  command.exitOverride().addHelpText("after", EXIT_CODES);
  command.commands.forEach(inherit);
  return command;
}

main().catch((error: unknown) => {
  if (interrupted) {
    process.stderr.write(`${INTERRUPTED}\n`);
    process.exitCode = 130;
  } else if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const known = error instanceof ToolError || error instanceof FlotillaError;
    process.stderr.write(`${known ? error.message : ((error as Error).stack ?? String(error))}\n`);
    process.exitCode = 1;
  }
});
