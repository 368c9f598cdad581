/** Scores the chart's examples and every application's prod plan; `npm run chart:score` prints the results as a table. */
import Table from "cli-table3";
import { PLAIN_TABLE } from "../../cli/terminal/table";
import { kubeScore } from "../../cli/tools/checks/kube-score";
import type { Report } from "../../cli/tools/checks/report";
import { checkov, SKIPPED_CHECKS } from "../../dev/checks/checkov";
import { CHART, EXAMPLES, PROD } from "./examples";
import { asText, isDeployed, parseObjects, type Rendering, renderText } from "./render";

export interface Scored {
  objects: number;
  kubeScore: Report;
  /** Without pods of `helm test`, which exit and have no probes. Undefined without Python. */
  checkov?: Report;
}

/** Scores by target. */
export async function score(): Promise<Record<string, Scored>> {
  const targets: Record<string, Rendering[]> = {
    ...Object.fromEntries(
      Object.entries(EXAMPLES).map(([name, values]) => [name, [{ chart: CHART, values, name: "orders" }]]),
    ),
    ...PROD,
  };
  const rendered = await Promise.all(
    Object.entries(targets).map(async ([name, renderings]) => {
      const texts = await Promise.all(renderings.map(renderText));
      return [name, texts.flatMap(parseObjects)] as const;
    }),
  );
  const deployed = rendered.map(([name, objects]) => [name, asText(objects.filter(isDeployed))] as const);
  const reports = await checkov(Object.fromEntries(deployed));
  const scored = rendered.map(async ([name, objects]) => [
    name,
    { objects: objects.length, kubeScore: await kubeScore(asText(objects)), checkov: reports?.[name] },
  ]);
  return Object.fromEntries(await Promise.all(scored));
}

function print(scores: Record<string, Scored>): void {
  const table = new Table({
    ...PLAIN_TABLE,
    head: [
      "TARGET",
      "OBJECTS",
      "KUBE-SCORE",
      "CRITICAL",
      "WARNING",
      "EXCEPTED",
      "CHECKOV",
      "FAILED",
      "EXCEPTED",
    ],
  });
  const count = (report: Report, severity: string) =>
    report.findings.filter((finding) => finding.severity === severity).length;
  for (const [name, { objects, kubeScore: best, checkov: safe }] of Object.entries(scores))
    table.push([
      name,
      objects,
      `${best.passed} passed`,
      count(best, "critical"),
      count(best, "warning"),
      best.excepted,
      safe ? `${safe.passed} passed` : "not installed",
      safe?.findings.length ?? "",
      safe?.excepted ?? "",
    ]);
  const findings = Object.entries(scores).flatMap(([name, { kubeScore: best, checkov: safe }]) =>
    [...best.findings, ...(safe?.findings ?? [])].map(
      ({ check, object, message }) => `${name}  ${object}  ${check}: ${message}`,
    ),
  );
  const skips = Object.entries(SKIPPED_CHECKS).map(([check, reason]) => `${check}  ${reason}`);
  process.stdout.write(
    `${table.toString()}\n${findings.length === 0 ? "" : `\nFindings:\n  ${findings.join("\n  ")}\n`}` +
      `\nLeft out of Checkov for every service:\n  ${skips.join("\n  ")}\n`,
  );
}

/** Targets without any findings. */
export const SPOTLESS = ["typical", "full", ...Object.keys(PROD)];

async function main(): Promise<void> {
  const scores = await score();
  print(scores);
  const found = SPOTLESS.flatMap((name) => [
    ...(scores[name]?.kubeScore.findings ?? []),
    ...(scores[name]?.checkov?.findings ?? []),
  ]);
  if (found.length > 0) process.exitCode = 1;
}

if (require.main === module) void main();
