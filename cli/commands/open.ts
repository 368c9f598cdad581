import { Command, InvalidArgumentError } from "commander";
import { openService } from "../stack/open-service";
import { stackOption } from "../terminal/options";
import { say } from "../terminal/progress";

export function openCommand(): Command {
  return new Command("open")
    .description("Connect a local port to a service until Ctrl-C")
    .argument("[service]", "default: the public service of the application")
    .addOption(stackOption())
    .option("-p, --port <number>", "local port; default: a free one", portNumber)
    .addHelpText(
      "after",
      `
Prints the URL and keeps the connection open. The connection is kubectl's, so it needs no ingress, and network policies do not apply
to it. When the pod behind it is replaced, it connects to another one.`,
    )
    .action(async (name: string | undefined, { stack, port }: { stack: string; port?: number }) => {
      await openService(stack, {
        name,
        port,
        onReady: async (url, { service }) => {
          process.stdout.write(`${url}\n`);
          say(`${service} answers there until Ctrl-C`);
          return false;
        },
      });
    });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535)
    throw new InvalidArgumentError("It must be a port, from 1 to 65535.");
  return port;
}
