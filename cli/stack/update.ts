/** Runs an update of the engine and tells what it does as it does it, by the event log that it writes for the Automation API. */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { nameOfUrn } from "../core/state";
import { delegateInterrupts } from "../tools/interrupts";
import { PROJECT } from "../tools/paths";
import { inTemporaryFolder } from "../tools/temporary";

/** The parts of an engine event that are looked at (pulumi/sdk/go/common/apitype/events.go). */
interface EngineEvent {
  resourcePreEvent?: { metadata: StepMetadata };
  resOutputsEvent?: { metadata: StepMetadata };
  resOpFailedEvent?: { metadata: StepMetadata };
  diagnosticEvent?: { urn?: string; message: string; severity: string; ephemeral?: boolean };
  summaryEvent?: { resourceChanges?: Record<string, number>; durationSeconds?: number };
}

interface StepMetadata {
  op: string;
  urn: string;
  type: string;
}

export interface Step {
  /** create, update, delete, replace, read ... */
  operation: string;
  type: string;
  /** The resource's own name. */
  name: string;
  phase: "begun" | "done" | "failed";
}

export interface UpdateResult {
  exitCode: number;
  /** What ended pulumi, where it did not end by itself. */
  signal?: string;
  /** Errors in the engine's or the provider's words, by the name of the resource; of the program itself under "". */
  errors: Record<string, string>;
  /** Resources by what was done with them. */
  changes: Record<string, number>;
  seconds: number;
  /** All that pulumi wrote. */
  output: string;
}

export interface UpdateOptions {
  /** The folder of the program. Default: the project. */
  cwd?: string;
  /** Further variables of the environment. Default: none. */
  environment?: Record<string, string>;
  onStep?: (step: Step) => void;
}

/** Milliseconds between two looks into the log. */
const INTERVAL = 200;

/** Runs `pulumi up` or another operation without asking. */
export async function runUpdate(
  args: readonly string[],
  { cwd = PROJECT, environment = {}, onStep = () => {} }: UpdateOptions = {},
): Promise<UpdateResult> {
  return inTemporaryFolder(tmpdir(), async (folder) => {
    const log = new Log(join(folder, "events.json"));
    const result: UpdateResult = { exitCode: 0, errors: {}, changes: {}, seconds: 0, output: "" };
    const take = () => {
      for (const event of log.read()) apply(event, result, onStep);
    };
    const timer = setInterval(take, INTERVAL);
    try {
      const { exitCode, signal, all } = await delegateInterrupts(() =>
        execa("pulumi", [...args, "--yes", "--skip-preview", "--event-log", log.path], {
          cwd,
          all: true,
          reject: false,
          stdin: "ignore",
          maxBuffer: 512 * 1024 * 1024,
          // The flag is one of those that pulumi hides from people.
          env: { ...environment, PULUMI_DEBUG_COMMANDS: "true" },
        }),
      );
      take();
      return { ...result, exitCode: exitCode ?? 1, ...(signal ? { signal } : {}), output: all ?? "" };
    } finally {
      clearInterval(timer);
    }
  });
}

function apply(event: EngineEvent, result: UpdateResult, onStep: (step: Step) => void): void {
  const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent } = event;
  const tell = (metadata: StepMetadata | undefined, phase: Step["phase"]) => {
    if (metadata && metadata.op !== "same")
      onStep({ operation: metadata.op, type: metadata.type, name: nameOfUrn(metadata.urn), phase });
  };
  tell(resourcePreEvent?.metadata, "begun");
  tell(resOutputsEvent?.metadata, "done");
  tell(resOpFailedEvent?.metadata, "failed");
  if (diagnosticEvent?.severity === "error") {
    const name = diagnosticEvent.urn?.includes("pulumi:pulumi:Stack")
      ? ""
      : nameOfUrn(diagnosticEvent.urn ?? "");
    const message = plain(diagnosticEvent.message);
    if (message !== "") result.errors[name] = [result.errors[name], message].filter(Boolean).join("\n");
  }
  if (summaryEvent) {
    result.changes = summaryEvent.resourceChanges ?? {};
    result.seconds = summaryEvent.durationSeconds ?? 0;
  }
}

/** Without the engine's marks for colours. */
const plain = (message: string): string => message.replace(/<\{%[^%]*%\}>/g, "").trim();

/** A file of JSON lines that grows. */
class Log {
  private offset = 0;
  private rest = "";

  constructor(readonly path: string) {}

  /** The events that came since the last look. */
  read(): EngineEvent[] {
    if (!existsSync(this.path)) return [];
    const file = openSync(this.path, "r");
    const chunks: Buffer[] = [];
    try {
      for (;;) {
        const buffer = Buffer.alloc(64 * 1024);
        const length = readSync(file, buffer, 0, buffer.length, this.offset);
        if (length === 0) break;
        this.offset += length;
        chunks.push(buffer.subarray(0, length));
      }
    } finally {
      closeSync(file);
    }
    // A character may be split between two looks: `latin1` keeps its bytes until its line is whole.
    const lines = (this.rest + Buffer.concat(chunks).toString("latin1")).split("\n");
    this.rest = lines.pop() ?? "";
    return lines
      .filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(Buffer.from(line, "latin1").toString("utf8")) as EngineEvent);
  }
}
