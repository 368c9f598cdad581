/** Sums the counts that pods of the test print (tests/real/client), including those of pods that end meanwhile. */
import { setTimeout as pause } from "node:timers/promises";
import execa from "execa";
import { get, world } from "../../e2e/world";

export interface Count {
  ok: number;
  failed: number;
}

interface Line {
  kept: Count;
  fresh: Count;
  /** Failed operations of clients of stores whose password was refused. */
  refused?: number;
  slowest?: number;
  error: string | null;
}

export interface Counts extends Omit<Line, "error" | "refused"> {
  refused: number;
  errors: string[];
  /** Times of the first and last failure, in milliseconds since 1970. */
  failing?: { from: number; to: number };
  /** Number of pods that counted. */
  pods: number;
}

interface PodList {
  items: { metadata: { name: string }; status: { phase: string } }[];
}

/** Follows the logs of all pods of a release from now on, including those that start later. */
export class Follower {
  private readonly lines = new Map<string, Line>();
  private readonly before = new Map<string, Line>();
  private readonly following = new Map<string, execa.ExecaChildProcess>();
  private failing: Counts["failing"];
  private isOver = false;
  private readonly work: Promise<void>;

  constructor(
    private readonly namespace: string,
    private readonly selector: string,
  ) {
    this.work = this.follow();
  }

  /** Stops, and returns what was counted since the start. */
  async end(): Promise<Counts> {
    this.isOver = true;
    await this.work;
    // The last lines arrive within one period of the reporter.
    await pause(700);
    for (const child of this.following.values()) child.kill("SIGKILL");
    return this.counts();
  }

  counts(): Counts {
    const none = { ok: 0, failed: 0 };
    const sum: Counts = { kept: { ...none }, fresh: { ...none }, refused: 0, errors: [], pods: 0 };
    if (this.failing !== undefined) sum.failing = this.failing;
    for (const [pod, line] of this.lines) {
      const before = this.before.get(pod);
      sum.pods++;
      for (const which of ["kept", "fresh"] as const) {
        sum[which].ok += line[which].ok - (before?.[which].ok ?? 0);
        sum[which].failed += line[which].failed - (before?.[which].failed ?? 0);
      }
      sum.refused += (line.refused ?? 0) - (before?.refused ?? 0);
      if (line.error !== null && line.error !== before?.error) sum.errors.push(`${pod}: ${line.error}`);
      if (line.slowest !== undefined) sum.slowest = Math.max(sum.slowest ?? 0, line.slowest);
    }
    return sum;
  }

  private async follow(): Promise<void> {
    for (let isFirst = true; !this.isOver; isFirst = false) {
      const { items } = await get<PodList>("pods", "-n", this.namespace, "-l", this.selector);
      for (const { metadata, status } of items)
        if (status.phase === "Running" && !this.following.has(metadata.name))
          this.start(metadata.name, isFirst);
      await pause(300);
    }
  }

  private start(pod: string, wasThere: boolean): void {
    // What a pod counted before the follower started is in its last line until then.
    const from = wasThere ? ["--tail=1"] : [];
    const child = execa("kubectl", ["logs", "--follow", ...from, "--namespace", this.namespace, pod], {
      env: world().environment as NodeJS.ProcessEnv,
      reject: false,
    });
    this.following.set(pod, child);
    let rest = "";
    child.stdout?.on("data", (data: Buffer) => {
      const pieces = (rest + data.toString()).split("\n");
      rest = pieces.pop() as string;
      for (const piece of pieces) {
        if (!piece.startsWith("{")) continue;
        const line = JSON.parse(piece) as Line;
        if (wasThere && !this.before.has(pod)) this.before.set(pod, line);
        else if (failed(line) > failed(this.lines.get(pod)))
          this.failing = { from: this.failing?.from ?? Date.now(), to: Date.now() };
        this.lines.set(pod, line);
      }
    });
  }
}

const failed = (line: Line | undefined): number => (line ? line.kept.failed + line.fresh.failed : 0);
