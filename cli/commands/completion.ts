import type { RootCommand } from "@bomb.sh/tab";
import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { readProjectFiles } from "../../src/runtime/project-files";
import { hasProject, PROJECT } from "../tools/paths";

/** Adds `completion <shell>`, and the hidden command that the printed script calls. */
export function addCompletion(program: Command): void {
  const root = tab(program, { completionCommandName: "completion" });
  completeStacks(root);
  program.commands
    .find((command) => command.name() === "completion")
    ?.description("Print a script that completes commands, options and stacks")
    .addHelpText(
      "after",
      `
bash:  source <(npx flotilla completion bash)    in ~/.bashrc
zsh:   source <(npx flotilla completion zsh)     in ~/.zshrc
fish:  npx flotilla completion fish > ~/.config/fish/completions/flotilla.fish
The scripts call flotilla, which must be on PATH (npm install --global, or node_modules/.bin).`,
    );
}

/** Completes `--stack` with the stacks that have a file in the project. */
function completeStacks(root: RootCommand): void {
  if (!hasProject) return;
  for (const command of root.commands.values()) {
    const option = command.options.get("stack");
    if (option !== undefined)
      option.handler = (complete) => {
        for (const stack of Object.keys(readProjectFiles(PROJECT).stacks))
          complete(stack, `Pulumi.${stack}.yaml`);
      };
  }
}
