import chalk from "chalk";
import { Command } from "commander";
import { plural } from "../../src/model/plural";
import { compact } from "../../src/model/records";
import { readCharts } from "../../src/plan/chart";
import { planWithRules } from "../../src/plan/compose";
import type { Plan } from "../../src/plan/plan";
import { explain, type Finding, type KnownRelease } from "../core/explain/explain";
import type { Reason } from "../core/explain/reason";
import { deployedOf, type ExportedResource, hasFailed, RELEASE } from "../core/state";
import { readFacts } from "../stack/facts";
import { withLogs } from "../stack/logs";
import { type Look, lookAt } from "../stack/look";
import { configOfStack } from "../stack/settings";
import { jsonText } from "../terminal/json";
import { PROJECT } from "../tools/paths";

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

/** Errors that an update has just ended with, by release: what the state does not keep. */
export type Errors = Readonly<Record<string, string>>;

export async function explainStack(stack: string, look: Look, errors: Errors = {}): Promise<Finding[]> {
  const { kubectl, namespace, lastUpdate } = look;
  const facts = await readFacts(kubectl, namespace);
  const findings = explain(knownReleases(stack, look, errors), facts, {
    stack,
    namespace,
    // Before the first update there is nothing to be old.
    since: Date.parse(lastUpdate?.startedAt ?? "") || 0,
  });
  return Promise.all(
    findings.map(async (finding) => ({
      ...finding,
      reasons: await withLogs(kubectl, namespace, finding.reasons),
    })),
  );
}

/** What should be there: what the settings plan, and what the state has. */
function knownReleases(stack: string, look: Look, errors: Errors): KnownRelease[] {
  const { resources, live } = look;
  const deployed = deployedOf(resources);
  const kinds: Record<string, KnownRelease["kind"]> = {};
  for (const [name, { kind }] of Object.entries(deployed)) kinds[name] = kind;
  // What is planned and was never deployed is missing only if an update has tried.
  const hasTried = look.lastUpdate !== undefined && look.lastUpdate.result !== "succeeded";
  if (hasTried || Object.keys(errors).length > 0)
    for (const { name, kind } of Object.values(plannedReleases(stack, look))) kinds[name] ??= kind;
  const failures = failuresOf(resources);
  return Object.entries(kinds).map(([name, kind]) => {
    const error = errors[name] ?? failures[name];
    return compact({ name, kind, status: live[name]?.newest.status, error });
  });
}

/** Settings that cannot be planned now say nothing of what runs. */
function plannedReleases(stack: string, { read, resources }: Look): Plan["releases"] {
  if (!read) return {};
  try {
    const surroundings = { charts: readCharts(PROJECT), deployed: deployedOf(resources) };
    return planWithRules(configOfStack(stack), read, surroundings).planned.releases;
  } catch {
    return {};
  }
}

const failuresOf = (resources: readonly ExportedResource[]): Record<string, string> =>
  Object.fromEntries(
    resources
      .filter((resource) => resource.type === RELEASE && hasFailed(resource))
      .map(({ inputs, initErrors }) => [String(inputs?.name), (initErrors ?? []).join("; ")]),
  );

export function showFindings(stack: string, findings: readonly Finding[]): string {
  if (findings.length === 0)
    return `${chalk.green("Nothing is wrong:")} every release of ${stack} is deployed and ready.\n`;
  const blocks = findings.map(({ release, kind, what, reasons }) =>
    [
      `${chalk.bold(`${kind} ${release}`)}: ${what}`,
      ...(reasons.length > 0
        ? reasons.flatMap(showReason)
        : ["  The reason is not known: its pods are gone, and none of their events are left."]),
    ].join("\n"),
  );
  return `${blocks.join("\n\n")}\n\n${plural(findings.length, "release")} of ${stack} not as expected. ${NEXT(stack)}`;
}

const NEXT = (stack: string): string => `When it is fixed:
  npx flotilla up --stack ${stack}          go on from here
  npx flotilla rollback --stack ${stack}    or go back to what ran before
`;

function showReason({ object, what, said = [], todo }: Reason): string[] {
  return [
    `  ${chalk.yellow(object)}: ${what}`,
    ...said.map((line) => chalk.dim(`    | ${line}`)),
    ...todo.map((line) => `    ${chalk.cyan("→")} ${line}`),
  ];
}
