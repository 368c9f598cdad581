import { Command, Option } from "commander";
import { LANGUAGES } from "../../src/model/application";
import { addService, type NewServiceOptions } from "../stack/inventory";
import { applicationOption } from "../stack/project";
import { requireProject } from "../tools/paths";

export function newCommand(): Command {
  const command = new Command("new").description("add to an inventory");
  command
    .command("service")
    .description("add a service to an application's inventory, apps/<application>.ts")
    .argument("<name>", "its name: a DNS label; it is the host others reach it at")
    .addOption(
      new Option("-l, --language <language>", "what it is written in; decides its preset")
        .choices([...LANGUAGES])
        .makeOptionMandatory(),
    )
    .option("-u, --uses <names>", "services, stores and externals it uses, with commas between them", "")
    .addOption(applicationOption("one of apps/"))
    .option("-i, --image <repository:tag>", "its image; default: a placeholder to edit")
    .action((name: string, options: NewServiceOptions) => {
      requireProject();
      const { file, line, todo } = addService(name, options);
      process.stdout.write(
        `${file}:${line} describes ${name} now. Edit there:\n${todo.map((text) => `  - ${text}`).join("\n")}\n\n` +
          "Its network policies, what it waits for, its Secret and its share of the quota follow from that.\n" +
          "Then: npm run generate && npm run check, and pulumi preview.\n",
      );
    });
  return command;
}
