import { Command } from "commander";
import { EXIT } from "../core/exit-codes";
import { runTask } from "../stack/run-task";
import { stackOption } from "../terminal/options";

export function runCommand(): Command {
  return new Command("run")
    .description("Run a task now and follow its log")
    .argument("<task>", "a cron task or a migration of the application")
    .addOption(stackOption())
    .addHelpText(
      "after",
      `
Creates a Job from the deployed version of the task, also if its schedule is suspended. Values of Secrets are masked in the log.
After Ctrl-C the Job keeps running. Kubernetes deletes it a day after its end.

Exits with the exit code of the task's program, or 1 if it exceeded its time limit or did not start.`,
    )
    .action(async (task: string, { stack }: { stack: string }) => {
      const result = await runTask(stack, task);
      process.exitCode = result?.exitCode ?? EXIT.interrupted;
    });
}
