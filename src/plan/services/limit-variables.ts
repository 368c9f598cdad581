/**
 * Variables that make a runtime follow the limits of its container, for runtimes that do not read them, or not all of them.
 *
 * - node: `--max-old-space-size` of 75 % of the memory limit, as in Node's own example of 1536 for 2 GiB (nodejs.org, "Command-line
 *   API"). Without it, Node before 20 does not see limits of cgroup v2 and takes the machine's memory; later ones take half.
 * - go: `GOMEMLIMIT` of 90 % of the memory limit (go.dev/doc/gc-guide: leave 5 to 10 % for what the runtime does not see). No
 *   version of Go reads the limit (golang/go#75164). `GOMAXPROCS` is what Go computes itself since 1.25: the CPU limit, rounded up,
 *   at least 2 (golang/go#74283). Earlier versions start a thread for each CPU of the node.
 * - java, dotnet: none. Their heaps follow the limit: 25 % (`MaxRAMPercentage`), and 75 % (`GCHeapHardLimitPercent`). Images set
 *   agents with the variable for such options, which a second value would remove.
 * - rust, elixir: none. Their numbers of threads follow the CPU limit, and they have no limit for memory.
 * - python, ruby: none. Servers such as gunicorn and puma start a fixed number of workers.
 * - nginx, php: no variable. nginx' `worker_processes auto` starts one worker for each CPU of the node, and the image's
 *   autotuning cannot write to a read-only file system; Apache starts up to 150 workers. Their configuration files decide.
 */
import type { Language } from "../../model/application";
import { amountOf } from "../../model/quantity";
import { compact } from "../../model/records";

const MI = 2 ** 20;

/** Returns the variables of a language's runtime for the limits of its container. */
export function limitVariables(
  language: Language,
  { memory, cpu }: Readonly<Record<string, string>>,
): Record<string, string> {
  const mebibytes = (share: number) =>
    memory === undefined ? undefined : Math.floor((amountOf(memory) * share) / MI);
  if (language === "node") {
    const heap = mebibytes(0.75);
    return compact({ NODE_OPTIONS: heap === undefined ? undefined : `--max-old-space-size=${heap}` });
  }
  if (language === "go") {
    const limit = mebibytes(0.9);
    return compact({
      GOMEMLIMIT: limit === undefined ? undefined : `${limit}MiB`,
      GOMAXPROCS: cpu === undefined ? undefined : String(Math.max(2, Math.ceil(amountOf(cpu)))),
    });
  }
  return {};
}
