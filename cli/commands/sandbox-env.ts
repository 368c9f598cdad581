import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { openContext } from "../../dev/sandbox/context/open";
import { sandboxOfProject } from "../../dev/sandbox/folders";
import { lossOf, prepareStack } from "../../dev/sandbox/stack";
import { foreignSalt, type OpenWorld, openWorld } from "../../dev/sandbox/world";
import { stackFileName } from "../../src/config/stack-names";
import { LOCAL_STACK, PROJECT_NAME } from "../stack/project";
import { resultJson } from "../terminal/json";
import { contextOption, jsonOption } from "../terminal/options";
import { say } from "../terminal/progress";
import { PROJECT } from "../tools/paths";

export const sandboxEnvCommand = (): Command =>
  new Command("env")
    .description("Print the variables that point a shell to the sandbox")
    .addOption(contextOption("point to the demo that `flotilla demo --context` deployed to this cluster"))
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
In a POSIX shell: eval "$(npx flotilla sandbox env)"
Then pulumi, kubectl and helm use the sandbox. Missing tools are installed and the cluster is started first.
With --json, unset the variables whose value is null.`,
    )
    .action(async ({ context, json }: { context?: string; json?: boolean }) => {
      const open = context === undefined ? await openWorld(sandboxOfProject()) : await openContext(context);
      if (context === undefined) await prepareLocalStack(open);
      const { environment } = open;
      process.stdout.write(
        json
          ? resultJson({
              environment: Object.fromEntries(
                Object.entries(environment).map(([name, value]) => [name, value ?? null]),
              ),
            })
          : shellText(environment),
      );
    });

async function prepareLocalStack(open: OpenWorld): Promise<void> {
  // A project may have stacks of its own only.
  if (!existsSync(join(PROJECT, stackFileName(LOCAL_STACK)))) return;
  const loss = lossOf(open.world, LOCAL_STACK);
  if (loss === undefined) await prepareStack(open, LOCAL_STACK);
  else say(loss);
  if (foreignSalt(open.world, LOCAL_STACK))
    say(
      `Pulumi.${LOCAL_STACK}.yaml has the encryption salt of another backend, so pulumi cannot read the sandbox's state of ${PROJECT_NAME}: ` +
        `remove the line encryptionsalt from Pulumi.${LOCAL_STACK}.yaml`,
    );
}

const shellText = (environment: Record<string, string | undefined>): string =>
  Object.entries(environment)
    .map(([name, value]) => (value === undefined ? `unset ${name};\n` : `export ${name}=${quoted(value)};\n`))
    .join("");

const quoted = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;
