/** `npm run bench`: Flotilla beside helmfile and a trivial program, on one cluster, in one run. */
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
/** Services that are planned, rendered and compared without a cluster. */
const PLANNED = { quick: [100, 200, 400], whole: [125, 250, 500, 1000] };
/** At least three where the results are kept for the page. */
const RUNS = { quick: 1, whole: 3 };
/** So many helmfile is run with once: it takes 20 minutes. */
const ONCE = 500;

async function main(): Promise<void> {
  handleInterrupts();
  const program = new Command("bench")
    .description("Measure Flotilla beside helmfile and a trivial Pulumi program on the embedded cluster.")
    .option("--quick", "12 and 42 releases, one run of each; the page is left as it is")
    .addHelpText(
      "after",
      "\nA whole run takes an hour and a quarter on two cores; what is measured is kept after each contestant.\nExit codes: 0 measured, 1 failed or grows faster than it should, 2 wrong arguments.",
    )
    .exitOverride();
  const { quick = false } = program.parse().opts<{ quick?: boolean }>();
  const kind = quick ? "quick" : "whole";
  const results = await delegateInterrupts(() => run(kind));
  const kept = keepResults(results, kind);
  if (kind === "whole") await writePage();
  for (const rows of [contestRows(results), planningRows(results), goalRows(results)])
    process.stdout.write(`${toText(rows)}\n\n`);
  process.stdout.write(`${circumstances(results).join("\n")}\nKept in ${kept}\n`);
  if (growsTooFast(results)) process.exitCode = 1;
}

const toText = ({ head, rows }: Rows): string => {
  const table = new Table({ ...PLAIN_TABLE, head });
  table.push(...rows);
  return table.toString();
};

/** Keeps what there is after each contestant: a long run that is broken off has not been for nothing. */
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
        "helm has no diff plugin (helm plugin install https://github.com/databus23/helm-diff): helmfile previews nothing, and its no-op up is a sync of every release",
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

/** Version of helm's diff plugin, without which helmfile compares nothing; undefined where it is not installed. */
const diffPlugin = async (): Promise<string | undefined> =>
  /^diff\s+(\S+)/m.exec((await execa("helm", ["plugin", "list"])).stdout)?.[1];

async function commit(): Promise<string> {
  const git = async (...args: string[]) => (await execa("git", args, { cwd: PROJECT })).stdout;
  return `${await git("rev-parse", "--short", "HEAD")}${(await git("status", "--porcelain")) === "" ? "" : "+"}`;
}

main().catch((error: unknown) => {
  const { code, exitCode } = error as { code?: string; exitCode?: number };
  // commander has said what is wrong.
  if (code?.startsWith("commander.")) process.exit(exitCode === 0 ? 0 : 2);
  if (interrupted) {
    process.stderr.write("interrupted\n");
    process.exit(130);
  }
  process.stderr.write(`${error instanceof ToolError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
});
