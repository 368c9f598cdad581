/** Runs contestants in turn on one cluster, from the first deployment to the end, and looks that each did what it says. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import execa from "execa";
import { say } from "../../cli/terminal/progress";
import { ToolError } from "../../cli/tools/failure";
import { INTERRUPTED, interrupted } from "../../cli/tools/interrupts";
import type { World } from "../sandbox/folders";
import { CHANGED } from "./application";
import { type Contestant, OPERATIONS, type Operation } from "./contestants/contestant";
import { flotilla } from "./contestants/flotilla";
import { type Helmfile, helmfile } from "./contestants/helmfile";
import { trivial } from "./contestants/trivial";
import { type Measurement, measure } from "./measure";
import type { ContestResult } from "./results";

export interface Contest {
  /** Number of releases; with none the trivial program runs, which has none. */
  releases: number;
  /** Times that each is run. */
  runs: number;
  /** Times that helmfile is, at most `runs`. */
  helmfileRuns: number;
  helmfile: Helmfile;
}

/**
 * In the world that this process is in; `tell` hears what there is after each contestant. @throws Error when an operation fails, or has
 * not done what it should.
 */
export async function runContest(
  { folder: worldFolder }: World,
  { releases, runs, helmfileRuns, helmfile: options }: Contest,
  tell: (soFar: ContestResult[]) => void,
): Promise<void> {
  const results = new Map<string, ContestResult>();
  const keep = (contestant: string, operation: Operation, run: Measurement) => {
    const key = `${contestant} ${operation}`;
    const result = results.get(key) ?? { releases, contestant, operation, runs: [] };
    result.runs.push(run);
    results.set(key, result);
  };
  for (let run = 0; run < runs; run++) {
    const folder = (name: string): string => {
      const path = join(worldFolder, "contestants", `${releases}-${run}-${name}`);
      mkdirSync(path, { recursive: true });
      return path;
    };
    const contestants =
      releases === 0
        ? [() => trivial(folder("trivial"))]
        : [
            () => flotilla(folder("flotilla"), releases),
            ...(run < helmfileRuns ? [() => helmfile(folder("helmfile"), releases, options)] : []),
          ];
    // Who comes second finds the cluster warmer: they take turns at it.
    for (const begin of run % 2 === 0 ? contestants : [...contestants].reverse()) {
      const contestant = await begin();
      for (const operation of OPERATIONS) {
        if (interrupted) throw new ToolError(INTERRUPTED);
        const command = await contestant.command(operation);
        if (!command) continue;
        const measured = await measure(command);
        await verify(contestant, operation, releases);
        keep(contestant.name, operation, measured);
        say(
          `${releases} releases, run ${run + 1}: ${contestant.name}, ${operation}: ${measured.seconds.toFixed(1)} s`,
        );
      }
      await contestant.leave();
      tell([...results.values()]);
    }
  }
}

/** @throws Error when what runs is not what the operation should have made. */
async function verify(
  { name, namespace }: Contestant,
  operation: Operation,
  releases: number,
): Promise<void> {
  if (namespace === undefined) return;
  const ask = async (...args: string[]) => (await execa("kubectl", ["get", "-n", namespace, ...args])).stdout;
  const lines = (text: string) => (text === "" ? [] : text.split("\n"));
  const deployed = lines(await ask("secrets", "-l", "owner=helm,status=deployed", "-o", "name")).length;
  const wanted = operation === "destroy" ? 0 : releases;
  if (deployed !== wanted)
    throw new Error(`after ${operation} by ${name} there are ${deployed} releases deployed, not ${wanted}`);
  if (operation === "destroy") return;
  const ready = "jsonpath={range .items[?(@.status.readyReplicas>=1)]}{.metadata.name}{'\\n'}{end}";
  const running = lines(await ask("deployments", "-o", ready)).length;
  if (running !== releases)
    throw new Error(`after ${operation} by ${name} ${running} services are ready, not ${releases}`);
  const image = await ask("deployment", CHANGED.service, "-o", "jsonpath={..containers[0].image}");
  if (image.endsWith(`:${CHANGED.tag}`) !== (operation === "one service changed"))
    throw new Error(`after ${operation} by ${name} ${CHANGED.service} runs ${image}`);
}
