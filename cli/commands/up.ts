import { Command } from "commander";
import { namespaceOf } from "../../src/plan/stores/profile";
import { CHECKED } from "../../src/runtime/overrides";
import { compareWithDeployed } from "../stack/comparison/sides";
import { letGo, takeOutUsed } from "../stack/deletions";
import { connect } from "../stack/kubectl";
import { markLost, unmarkFound } from "../stack/lost";
import { heldTo } from "../stack/reviewed";
import { settingsOfStack } from "../stack/settings";
import { refuseHalfDone, refuseUpdate, refuseWhileLocked } from "../stack/update-refusals";
import { report } from "../stack/update-report";
import { update } from "../stack/update-with-progress";
import { confirmed } from "../terminal/ask";
import { showComparison } from "../terminal/comparison";
import { stackOption, yesOption } from "../terminal/options";

interface Options {
  stack: string;
  yes?: boolean;
  plan?: string;
}

export function upCommand(): Command {
  return new Command("up")
    .description("Update a stack, with progress, and explain failures")
    .argument("[arguments...]", "more arguments for `pulumi up`, after --")
    .addOption(stackOption())
    .addOption(yesOption("the difference is shown"))
    .option("--plan <file>", "apply exactly the plan that `flotilla diff --save` saved, without asking")
    .addHelpText(
      "after",
      `
Shows the difference, asks, and runs \`pulumi up\`: the same engine, program and state. Helm rolls back a release that fails;
releases that were updated before it stay. Run it again to continue, or \`flotilla rollback\` to go back. With --plan,
an update that would do anything other than the reviewed plan is refused, and the difference is shown.`,
    )
    .action(async (further: string[], { stack, yes, plan }: Options) => {
      const reviewed = plan === undefined ? undefined : heldTo(stack, plan, further);
      await refuseWhileLocked(stack);
      const comparison = await compareWithDeployed(stack);
      await reviewed?.compare(comparison);
      process.stdout.write(showComparison(comparison));
      const { settings, application } = settingsOfStack(stack);
      refuseUpdate(stack, comparison, settings);
      if (!reviewed && !yes && !(await confirmed(`Update ${stack}?`))) return;
      const kubectl = await connect(settings);
      const namespace = namespaceOf(application, settings);
      const lost = (comparison.lost ?? []).map(({ urn }) => urn);
      const marked = (comparison.marked ?? []).map(({ urn }) => urn);
      if (lost.length + marked.length + settings.allowDeletion.length > 0) await refuseHalfDone(stack);
      const only = await reviewed?.environment(comparison);
      await letGo(stack, settings);
      if (marked.length > 0) await unmarkFound(stack, marked);
      if (lost.length > 0) await markLost(stack, lost);
      const result = await update(
        ["up", "--stack", stack, ...further],
        { stack, namespace, kubectl },
        { environment: { ...(lost.length > 0 ? { [CHECKED]: "true" } : {}), ...only } },
      );
      await report(stack, result);
      await takeOutUsed(stack, settings);
    });
}
