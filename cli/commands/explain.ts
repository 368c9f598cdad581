import { Command } from "commander";
import { problemText } from "../../src/model/problems";
import { compact } from "../../src/model/records";
import { EXIT } from "../core/exit-codes";
import { explainStack } from "../stack/findings";
import { runningUpdate } from "../stack/locks";
import { lookAt } from "../stack/look";
import { PROJECT_NAME } from "../stack/project";
import { showFindings } from "../terminal/findings-text";
import { resultJson } from "../terminal/json";
import { jsonOption, stackOption } from "../terminal/options";

export function explainCommand(): Command {
  return new Command("explain")
    .description("Explain why releases failed or are not ready")
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Run it after a failed update, or while an update is slow. After a failure, Helm has already restored the old version, so the
reasons are read from what \`flotilla up\` saw on this machine, and from events, which Kubernetes keeps for an hour.

Exits with 2 when something is wrong.`,
    )
    .action(async ({ stack, json }: { stack: string; json?: boolean }) => {
      // Read first: an update that ends in between leaves nothing pending.
      const running = await runningUpdate(PROJECT_NAME, stack);
      const look = await lookAt(stack);
      const { obstacle } = look;
      const findings = await explainStack(stack, look, compact({ running }));
      const refused =
        obstacle &&
        `Stack ${stack} has nothing deployed, and an update is refused:\n  ${problemText(obstacle)}\n`;
      process.stdout.write(
        json
          ? resultJson({ stack, findings, ...compact({ obstacle }) })
          : (refused ??
              (findings.length === 0 && running === undefined && Object.keys(look.live).length === 0
                ? `Stack ${stack} has nothing deployed. Deploy it: npx flotilla up --stack ${stack}\n`
                : showFindings(stack, findings, compact({ running, hasEarlier: look.hasEarlier })))),
      );
      if (findings.length > 0 || obstacle !== undefined) process.exitCode = EXIT.reported;
    });
}
