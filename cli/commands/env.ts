import { Command } from "commander";
import { worldOfClone } from "../../dev/sandbox/folders";
import { lossOf, prepareStack } from "../../dev/sandbox/stack";
import { foreignSalt, openWorld } from "../../dev/sandbox/world";
import { LOCAL_STACK, PROJECT_NAME } from "../stack/project";
import { say } from "../terminal/progress";

export function envCommand(): Command {
  return new Command("env")
    .description(
      "print what puts a shell into the embedded world: KUBECONFIG, PATH, state backend, passphrase file",
    )
    .option("--json", "as a JSON object; null means unset")
    .addHelpText(
      "after",
      '\nIn a POSIX shell: eval "$(npx flotilla env)"\nThen pulumi, kubectl and helm work on the embedded cluster; the tools are installed and the cluster is started first.',
    )
    .action(async ({ json }: { json?: boolean }) => {
      const world = worldOfClone();
      const open = await openWorld(world);
      const loss = lossOf(world, LOCAL_STACK);
      if (loss === undefined) await prepareStack(open, LOCAL_STACK);
      else say(loss);
      if (foreignSalt(world, LOCAL_STACK))
        say(
          `Pulumi.${LOCAL_STACK}.yaml has the encryption salt of another backend, and ${PROJECT_NAME} could not read its state: ` +
            `remove the line encryptionsalt from Pulumi.${LOCAL_STACK}.yaml`,
        );
      const { environment } = open;
      process.stdout.write(
        json ? `${JSON.stringify(environment, replaceUndefined, 2)}\n` : shell(environment),
      );
    });
}

function shell(environment: Record<string, string | undefined>): string {
  return Object.entries(environment)
    .map(([name, value]) => (value === undefined ? `unset ${name};\n` : `export ${name}=${quote(value)};\n`))
    .join("");
}

const quote = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;

const replaceUndefined = (_key: string, value: unknown) => (value === undefined ? null : value);
