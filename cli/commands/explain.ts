import { Command } from "commander";
import { problemText } from "../../src/model/problems";
import { compact } from "../../src/model/records";
import { explainStack } from "../stack/findings";
import { runningUpdate } from "../stack/locks";
import { lookAt } from "../stack/look";
import { PROJECT_NAME } from "../stack/project";
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
      // Before the look: an update that ends meanwhile leaves nothing pending.
      const running = await runningUpdate(PROJECT_NAME, stack);
      const look = await lookAt(stack);
      const { obstacle } = look;
      const findings = await explainStack(stack, look, compact({ running }));
      const refused =
        obstacle &&
        `Nothing of ${stack} is deployed, and an update is refused:\n  ${problemText(obstacle)}\n`;
      process.stdout.write(
        json
          ? jsonText({ stack, findings, ...compact({ obstacle }) })
          : (refused ?? showFindings(stack, findings, running)),
      );
      if (findings.length > 0 || obstacle !== undefined) process.exitCode = 2;
    });
}
