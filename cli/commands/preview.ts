import { Command } from "commander";
import { worldOfClone } from "../../dev/sandbox/folders";
import { prepareStack } from "../../dev/sandbox/stack";
import { openWorld, pulumi } from "../../dev/sandbox/world";

export function previewCommand(): Command {
  return new Command("preview")
    .description(
      "run `pulumi preview` of any stack against the embedded cluster; its stack file is not touched",
    )
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .argument("[arguments...]", "further arguments of `pulumi preview`, after --")
    .action(async (further: string[], { stack }: { stack: string }) => {
      const open = await openWorld(worldOfClone());
      const selection = await prepareStack(open, stack);
      const { exitCode } = await pulumi(open, ["preview", ...selection, ...further], {
        stdio: "inherit",
        reject: false,
      });
      process.exitCode = exitCode;
    });
}
