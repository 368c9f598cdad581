import { Command } from "commander";
import { explainStack } from "../stack/findings";
import { lookAt } from "../stack/look";
import { showFindings } from "../terminal/findings-text";
import { jsonText } from "../terminal/json";

export function explainCommand(): Command {
  return new Command("explain")
    .description("say why a stack's releases are not deployed or not ready, and what to do about it")
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .option("--json", "print it as a JSON object")
    .addHelpText(
      "after",
      `
For after an update that failed, or while one is slow. After a failure Helm has put the old version back: what its pods
were waiting for is then read from events, which Kubernetes keeps for an hour.

Exit codes: 0 nothing is wrong, 2 something is, 1 failed.`,
    )
    .action(async ({ stack, json }: { stack: string; json?: boolean }) => {
      const findings = await explainStack(stack, await lookAt(stack));
      process.stdout.write(json ? jsonText({ stack, findings }) : showFindings(stack, findings));
      if (findings.length > 0) process.exitCode = 2;
    });
}
