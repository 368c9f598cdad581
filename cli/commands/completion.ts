import type { RootCommand } from "@bomb.sh/tab";
import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { usersKubeconfig } from "../../src/runtime/preflight";
import { readProjectFiles } from "../../src/runtime/project-files";
import { hasProject, PROJECT } from "../tools/paths";

/** Adds `completion <shell>`, and the hidden command that the printed script calls. */
export function addCompletion(program: Command): void {
  const root = tab(program, { completionCommandName: "completion" });
  if (hasProject) complete(root, "stack", stacks);
  complete(root, "context", contexts);
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

/** Completes an option with names, each with a description. They are read when they are asked for. */
function complete(
  root: RootCommand,
  option: string,
  names: () => [name: string, description: string][],
): void {
  for (const command of root.commands.values()) {
    const found = command.options.get(option);
    if (found !== undefined)
      found.handler = (add) => {
        for (const [name, description] of names()) add(name, description);
      };
  }
}

/** The stacks that have a file in the project. */
const stacks = (): [string, string][] =>
  Object.keys(readProjectFiles(PROJECT).stacks).map((stack) => [stack, `Pulumi.${stack}.yaml`]);

/** The contexts of the user's kubeconfig. */
function contexts(): [string, string][] {
  try {
    return (usersKubeconfig().config.contexts ?? []).map(({ name, context }) => [
      name,
      context?.cluster ?? "",
    ]);
  } catch {
    // There is nothing to complete without a readable kubeconfig.
    return [];
  }
}
