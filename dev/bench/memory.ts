/** The memory of a command, sampled while it runs. Needs /proc. */
import { existsSync, readdirSync } from "node:fs";
import { readIfThere } from "../../cli/tools/files";
import { treeOf } from "../../cli/tools/processes";
import { compact } from "../../src/model/records";

export interface MemoryUse {
  /** Highest sampled sum of the resident memory of all its processes. Undefined without /proc. */
  peakMiB?: number;
  /** Highest resident memory of one process of a Pulumi program, as reported by the kernel. */
  programMiB?: number;
}

/** The memory of a process and its descendants. */
export class Memory {
  private peak = 0;
  private program = 0;
  private readonly programs = new Set<number>();

  constructor(private readonly root: number) {}

  sample(): void {
    if (!existsSync("/proc/self/status")) return;
    const processes = readdirSync("/proc").flatMap((name) =>
      /^\d+$/.test(name) ? (readStatus(name) ?? []) : [],
    );
    const ours = treeOf(this.root, processes);
    this.peak = Math.max(
      this.peak,
      ours.reduce((sum, { resident }) => sum + resident, 0),
    );
    for (const { pid, highest } of ours)
      if (this.isProgram(pid)) this.program = Math.max(this.program, highest);
  }

  result(): MemoryUse {
    return compact({
      peakMiB: this.peak > 0 ? Math.round(this.peak / 1024) : undefined,
      programMiB: this.program > 0 ? Math.round(this.program / 1024) : undefined,
    });
  }

  private isProgram(pid: number): boolean {
    // Check again until it matches: a process has another command line before exec.
    if (!this.programs.has(pid) && readIfThere(`/proc/${pid}/cmdline`)?.includes("@pulumi/pulumi/cmd/run"))
      this.programs.add(pid);
    return this.programs.has(pid);
  }
}

/** KiB. */
interface Status {
  pid: number;
  parent: number;
  resident: number;
  highest: number;
}

function readStatus(name: string): Status | undefined {
  // The process may have exited in the meantime.
  const text = readIfThere(`/proc/${name}/status`);
  if (text === undefined) return undefined;
  const field = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
  return { pid: Number(name), parent: field("PPid"), resident: field("VmRSS"), highest: field("VmHWM") };
}
