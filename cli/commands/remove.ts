import { Command } from "commander";
import { PREFIX } from "../../src/config/prefix";
import { stackFileName } from "../../src/config/stack-names";
import { own } from "../../src/model/graph";
import { deployedOf, protectedOf } from "../core/state";
import { reachCluster } from "../stack/access";
import { begun, pulumiQuietly, readState } from "../stack/engine";
import { configOfStack, settingsBeside } from "../stack/settings";
import { stackOption } from "../terminal/options";
import { say } from "../terminal/progress";
import { ToolError } from "../tools/failure";

export function removeCommand(): Command {
  return new Command("remove")
    .description("Allow the next update to delete a removed store")
    .argument("<store>", "the store's name in the inventory")
    .addOption(stackOption())
    .addHelpText(
      "after",
      "\nDeletes nothing itself: it removes the protection and adds the store to flotilla:allowDeletion, so that the next update\ndeletes its release and passwords. Its volumes and its Secret stay until you delete them by hand.",
    )
    .action(async (store: string, { stack }: { stack: string }) => {
      const reading = begun(readState(stack));
      const { settings, application } = await settingsBeside(configOfStack(stack), reading);
      if (own(application.stores, store))
        throw new ToolError(
          `apps/${application.name}.ts still has ${store}: first remove it there, and from the services that use it`,
        );
      const resources = await reading;
      if (deployedOf(resources)[store]?.kind !== "store")
        throw new ToolError(`the state of stack ${stack} has no store ${store}`);
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
        `${kept.length} resources of ${store} are no longer protected, and ${stackFileName(stack)} allows their deletion`,
      );
      process.stdout.write(`Next:
  npx flotilla up --stack ${stack}
  kubectl get pvc -l app.kubernetes.io/instance=${store} -n <namespace>    its volumes, which stay, like its Secret ${store}-auth
To keep the store instead: put it back into the inventory and remove ${entry} from flotilla:allowDeletion.
`);
    });
}
