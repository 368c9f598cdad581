import { Command } from "commander";
import { PREFIX } from "../../src/config/prefix";
import { stackFileName } from "../../src/config/stack-names";
import { own } from "../../src/model/graph";
import { deployedOf, protectedOf } from "../core/state";
import { reachCluster } from "../stack/access";
import { begun, pulumiQuietly, readState } from "../stack/engine";
import { configOfStack, settingsBeside } from "../stack/settings";
import { say } from "../terminal/progress";
import { ToolError } from "../tools/failure";

export function removeCommand(): Command {
  return new Command("remove")
    .description("let a stack delete a store that has left the inventory, with its passwords")
    .argument("<store>", "the store, as the inventory called it")
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .addHelpText(
      "after",
      "\nIt deletes nothing itself: it takes the protection off and notes the store in flotilla:allowDeletion, so that the next\nupdate deletes it with its passwords. Its volumes stay, and its Secret beside them, until they are deleted by hand.",
    )
    .action(async (store: string, { stack }: { stack: string }) => {
      const reading = begun(readState(stack));
      const { settings, application } = await settingsBeside(configOfStack(stack), reading);
      if (own(application.stores, store))
        throw new ToolError(
          `apps/${application.name}.ts still has ${store}: take it out there first, and out of what uses it`,
        );
      const resources = await reading;
      if (deployedOf(resources)[store]?.kind !== "store")
        throw new ToolError(`there is no store ${store} in the state of stack ${stack}`);
      await reachCluster(settings, stack, resources);
      const kept = protectedOf(resources, store);
      for (const urn of kept) await pulumiQuietly(["state", "unprotect", urn, "--yes", "--stack", stack]);
      const listed = settings.allowDeletion;
      const entry = `store/${store}`;
      if (!listed.includes(entry))
        await pulumiQuietly([
          ...["config", "set", "--path", `${PREFIX}:allowDeletion[${listed.length}]`, entry],
          ...["--stack", stack],
        ]);
      say(
        `${kept.length} resources of ${store} are no longer protected, and ${stackFileName(stack)} lets it go`,
      );
      process.stdout.write(`Next:
  npx flotilla up --stack ${stack}
  kubectl get pvc -l app.kubernetes.io/instance=${store} -n <namespace>    its volumes, which stay; so does its Secret ${store}-auth
To keep it after all: put it back into the inventory, and take ${entry} out of flotilla:allowDeletion.
`);
    });
}
