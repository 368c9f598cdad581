import { basename, resolve } from "node:path";
import { Command, Option } from "commander";
import { LANGUAGES } from "../../src/model/application";
import { DNS_LABEL, MAX_APPLICATION_NAME } from "../../src/model/names";
import { addService, type NewServiceOptions } from "../stack/inventory";
import { applicationOption } from "../stack/project";
import { UsageError } from "../tools/failure";
import { requireProject } from "../tools/paths";
import { isTaken, writeProject } from "../tools/project-template";

export function newCommand(): Command {
  const command = new Command("new").description("Create a project or add a service");
  command
    .command("project")
    .description("Create a project with one service and one store")
    .argument("<folder>", "a new or empty folder")
    .option("-a, --application <name>", "name of its application; default: the folder's name")
    .action((folder: string, { application = basename(resolve(folder)) }: { application?: string }) => {
      if (application.length > MAX_APPLICATION_NAME || !DNS_LABEL.test(application))
        throw new UsageError(
          `"${application}" is not a valid application name\n  Name it with --application: at most ${MAX_APPLICATION_NAME} lower-case letters, digits and hyphens, starting with a letter.`,
        );
      if (application === "flotilla")
        throw new UsageError(
          "an application cannot be named flotilla, because the package has that name\n  Choose another name with --application.",
        );
      if (isTaken(folder))
        throw new UsageError(`${folder} is not empty, so nothing was written\n  Name a new or empty folder.`);
      writeProject(folder, application);
      process.stdout.write(`Created a project with the application ${application} in ${folder}. Next:
  cd ${folder}
  make test    check types and test the plan of every stack
  make demo    deploy to a cluster on this machine and show what runs
`);
    });
  command
    .command("service")
    .description("Add a service to an inventory, apps/<application>.ts")
    .argument("<name>", "its name, a DNS label; also its host name")
    .addOption(
      new Option("-l, --language <language>", "its programming language, which selects a preset")
        .choices([...LANGUAGES])
        .makeOptionMandatory(),
    )
    .option("-u, --uses <names>", "services, stores and externals that it uses, comma-separated", "")
    .addOption(applicationOption("application from apps/"))
    .option("-i, --image <repository:tag>", "its image; default: a placeholder")
    .action((name: string, options: NewServiceOptions) => {
      requireProject();
      const { file, line, todo } = addService(name, options);
      process.stdout.write(
        `Added ${name} to ${file}:${line}. Edit there:\n${todo.map((text) => `  - ${text}`).join("\n")}\n\n` +
          "Network policies, start-up order, Secret and quota follow from that.\n" +
          "Then run npm run check and npx flotilla diff --stack <stack>.\n",
      );
    });
  return command;
}
