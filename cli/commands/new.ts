import { basename, resolve } from "node:path";
import { Command, Option } from "commander";
import { LANGUAGES } from "../../src/model/application";
import { DNS_LABEL, MAX_APPLICATION_NAME } from "../../src/model/names";
import { addService, type NewServiceOptions } from "../stack/inventory";
import { applicationOption } from "../stack/project";
import { ToolError } from "../tools/failure";
import { requireProject } from "../tools/paths";
import { isTaken, writeProject } from "../tools/project-template";

export function newCommand(): Command {
  const command = new Command("new").description("create a project, or add a service to an inventory");
  command
    .command("project")
    .description("write a project of your own, with one service and one store")
    .argument("<folder>", "where: a new or empty folder")
    .option("-a, --application <name>", "the name of its application; default: the folder's")
    .action((folder: string, { application = basename(resolve(folder)) }: { application?: string }) => {
      if (application.length > MAX_APPLICATION_NAME || !DNS_LABEL.test(application))
        throw new ToolError(
          `"${application}" is not a valid name of an application\n  Give it one with --application: at most ${MAX_APPLICATION_NAME} lower-case letters, digits and hyphens, starting with a letter.`,
        );
      if (application === "flotilla")
        throw new ToolError(
          "the application cannot be named flotilla, like the package that it uses\n  Give it another name with --application.",
        );
      if (isTaken(folder))
        throw new ToolError(`${folder} is not empty\n  Name a new or empty folder: nothing was written.`);
      writeProject(folder, application);
      process.stdout.write(`${folder} has a project with the application ${application}. Next:
  cd ${folder}
  make test    check the types, and test the plan of every stack
  make demo    deploy to a cluster on this machine, and show what runs
`);
    });
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
          "Then: npm run check, and npx flotilla diff --stack <stack>.\n",
      );
    });
  return command;
}
