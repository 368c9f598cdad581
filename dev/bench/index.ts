/** `npm run bench`: compares Flotilla with helmfile and a trivial program, on one cluster, in one run. */
import { rmSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import execa from "execa";
import { say, step } from "../../cli/terminal/progress";
import { PLAIN_TABLE } from "../../cli/terminal/table";
import { ToolError } from "../../cli/tools/failure";
import { delegateInterrupts, handleInterrupts, interrupted } from "../../cli/tools/interrupts";
import { PROJECT } from "../../cli/tools/paths";
import { ensureTools } from "../../cli/tools/toolchain/ensure";
import { compact } from "../../src/model/records";
import { deleteCluster } from "../sandbox/cluster/cluster";
import { worldIn } from "../sandbox/folders";
import { enterWorld, openWorld } from "../sandbox/world";
import { runContest } from "./contest";
import type { Helmfile } from "./contestants/helmfile";
import { growsTooFast } from "./goals";
import { writePage } from "./page";
import { measurePlanning } from "./planning";
import { circumstances, contestRows, goalRows, planningRows, type Rows } from "./report";
import { keepResults, type Results } from "./results";

const SIZES = { quick: [12, 42], whole: [12, 42, 100, 500] };
/** Numbers of services to plan, render and compare without a cluster. */
const PLANNED = { quick: [100, 200, 400], whole: [125, 250, 500, 1000] };
/** Results that go into docs/performance.md need at least three runs. */
const RUNS = { quick: 1, whole: 3 };
/** From this number of releases on helmfile runs once: it takes 20 minutes. */
const ONCE = 500;

async function main(): Promise<void> {
  handleInterrupts();
  const program = new Command("bench")
    .description("Compare Flotilla with helmfile and a trivial Pulumi program in a sandbox.")
    .option("--quick", "only 12 and 42 releases, one run each; do not update the page")
    .addHelpText(
      "after",
      "\nA full run takes 75 minutes on two cores; results are saved after each contestant.\nExit codes: 0 done, 1 failed or growth goal missed, 3 wrong usage, 130 interrupted.",
    )
    .exitOverride();
  const { quick = false } = program.parse().opts<{ quick?: boolean }>();
  const kind = quick ? "quick" : "whole";
  const results = await delegateInterrupts(() => run(kind));
  const kept = keepResults(results, kind);
  if (kind === "whole") await writePage();
  for (const rows of [contestRows(results), planningRows(results), goalRows(results)])
    process.stdout.write(`${toText(rows)}\n\n`);
  process.stdout.write(`${circumstances(results).join("\n")}\nSaved in ${kept}\n`);
  if (growsTooFast(results)) process.exitCode = 1;
}

const toText = ({ head, rows }: Rows): string => {
  const table = new Table({ ...PLAIN_TABLE, head });
  table.push(...rows);
  return table.toString();
};

/** Runs the benchmark. Saves the results after each contestant, so that an interrupted run is not lost. */
async function run(kind: keyof typeof SIZES): Promise<Results> {
  const world = worldIn(join(PROJECT, ".flotilla", "bench"));
  const forget = async () => {
    await deleteCluster(world);
    rmSync(world.folder, { recursive: true, force: true });
  };
  await forget();
  try {
    const { helmfile: tool } = await ensureTools(["helmfile"]);
    const open = await openWorld(world);
    enterWorld(open);
    const diff = await diffPlugin();
    const parallel = Number(open.environment.PULUMI_PARALLEL);
    const helmfile: Helmfile = {
      path: tool?.path as string,
      hasDiff: diff !== undefined,
      concurrency: parallel,
    };
    if (!helmfile.hasDiff)
      say(
        "helm has no diff plugin (helm plugin install https://github.com/databus23/helm-diff): helmfile has no preview, and its no-op up syncs every release",
      );
    const results: Results = {
      date: new Date().toISOString(),
      commit: await commit(),
      machine: {
        cores: availableParallelism(),
        processor: cpus()[0]?.model ?? "unknown",
        memoryGiB: Math.round(totalmem() / 1024 ** 3),
        system: `${type()} ${release()}`,
      },
      versions: compact({
        Node: process.versions.node,
        pulumi: open.tools.pulumi?.version ?? "",
        helm: open.tools.helm?.version ?? "",
        helmfile: tool?.version ?? "",
        "helm-diff": diff,
        Kubernetes: open.tools["kube-apiserver"]?.version ?? "",
      }),
      providers: open.providers.map(({ name, version, source }) => ({ name, version, source })),
      parallel,
      contests: [],
      planning: [],
    };
    for (const services of PLANNED[kind])
      results.planning.push(
        ...(await step(`planning, rendering and comparing ${services} services`, () =>
          measurePlanning(services, RUNS[kind]),
        )),
      );
    for (const releases of [0, ...SIZES[kind]]) {
      const runs = RUNS[kind];
      const helmfileRuns = releases >= ONCE ? 1 : runs;
      const before = results.contests;
      await runContest(world, { releases, runs, helmfileRuns, helmfile }, (contests) => {
        results.contests = [...before, ...contests];
        keepResults(results, "partial");
      });
    }
    return results;
  } finally {
    await forget();
  }
}

/** Returns the version of helm's diff plugin, which helmfile needs to compare; undefined if it is not installed. */
const diffPlugin = async (): Promise<string | undefined> =>
  /^diff\s+(\S+)/m.exec((await execa("helm", ["plugin", "list"])).stdout)?.[1];

async function commit(): Promise<string> {
  const git = async (...args: string[]) => (await execa("git", args, { cwd: PROJECT })).stdout;
  return `${await git("rev-parse", "--short", "HEAD")}${(await git("status", "--porcelain")) === "" ? "" : "+"}`;
}

main().catch((error: unknown) => {
  const { code, exitCode } = error as { code?: string; exitCode?: number };
  // commander has already printed the error.
  if (code?.startsWith("commander.")) process.exit(exitCode === 0 ? 0 : 3);
  if (interrupted) {
    process.stderr.write("interrupted\n");
    process.exit(130);
  }
  process.stderr.write(`${error instanceof ToolError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
});
