import { Command } from "commander";
import { EXIT } from "../core/exit-codes";
import { pulumiOnTerminal } from "../stack/engine";
import { stackOption } from "../terminal/options";

export function previewCommand(): Command {
  return new Command("preview")
    .description("Run `pulumi preview` of a stack against its own cluster")
    .addOption(stackOption())
    .argument("[arguments...]", "more arguments for `pulumi preview`, after --")
    .addHelpText(
      "after",
      "\nChanges nothing. To see what changes in each object: npx flotilla diff. To preview against the sandbox:\nnpx flotilla sandbox preview",
    )
    .action(async (further: string[], { stack }: { stack: string }) => {
      const exitCode = await pulumiOnTerminal(["preview", "--stack", stack, ...further]);
      if (exitCode !== 0) process.exitCode = EXIT.failed;
    });
}
