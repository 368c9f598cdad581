/** Runs the contestants in turn on one cluster, from first deployment to destroy, and verifies the result of each operation. */
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
  /** Number of releases; 0 runs the trivial program. */
  releases: number;
  /** Number of runs per contestant. */
  runs: number;
  /** Number of runs of helmfile, at most `runs`. */
  helmfileRuns: number;
  helmfile: Helmfile;
}

/**
 * Runs a contest in the sandbox of this process; `tell` receives the results so far after each contestant.
 * @throws Error when an operation fails or has the wrong result.
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
    // The second contestant finds a warmer cluster, so they take turns at being second.
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

/** @throws Error when the cluster does not have what the operation should have deployed. */
async function verify(
  { name, namespace }: Contestant,
  operation: Operation,
  releases: number,
): Promise<void> {
  if (namespace === undefined) return;
  const ask = async (...args: string[]) => (await execa("kubectl", ["get", "-n", namespace, ...args])).stdout;
  const lines = (text: string) => (text === "" ? [] : text.split("\n"));
  const deployed = lines(await ask("secrets", "-l", "owner=helm,status=deployed", "-o", "name")).length;
  const expected = operation === "destroy" ? 0 : releases;
  if (deployed !== expected)
    throw new Error(`after ${operation}, ${name} has ${deployed} deployed releases instead of ${expected}`);
  if (operation === "destroy") return;
  const ready = "jsonpath={range .items[?(@.status.readyReplicas>=1)]}{.metadata.name}{'\\n'}{end}";
  const running = lines(await ask("deployments", "-o", ready)).length;
  if (running !== releases)
    throw new Error(`after ${operation}, ${name} has ${running} ready services instead of ${releases}`);
  const image = await ask("deployment", CHANGED.service, "-o", "jsonpath={..containers[0].image}");
  if (image.endsWith(`:${CHANGED.tag}`) !== (operation === "one service changed"))
    throw new Error(`after ${operation}, ${CHANGED.service} of ${name} runs the wrong image ${image}`);
}
