/** Runs an update of the engine and tells what it does as it does it, by the events that it writes with `--json`. */
import { createInterface } from "node:readline";
import execa from "execa";
import { compact } from "../../src/model/records";
import { nameOfUrn, STACK } from "../core/state";
import { delegateInterrupts } from "../tools/interrupts";
import { PROJECT } from "../tools/paths";

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
  /** What pulumi says besides its events, such as why it does not begin. */
  output: string;
}

export interface UpdateOptions {
  /** The folder of the program. Default: the project. */
  cwd?: string;
  /** Further variables of the environment. Default: none. */
  environment?: Record<string, string>;
  onStep?: (step: Step) => void;
}

/** Runs `pulumi up` or another operation without asking. */
export async function runUpdate(
  args: readonly string[],
  { cwd = PROJECT, environment = {}, onStep = () => {} }: UpdateOptions = {},
): Promise<UpdateResult> {
  const result: UpdateResult = { exitCode: 0, errors: {}, changes: {}, seconds: 0, output: "" };
  const { exitCode, signal, stderr } = await delegateInterrupts(() => {
    const pulumi = execa("pulumi", [...args, "--yes", "--skip-preview", "--json"], {
      cwd,
      reject: false,
      stdin: "ignore",
      maxBuffer: 512 * 1024 * 1024,
      env: environment,
    });
    if (pulumi.stdout)
      createInterface({ input: pulumi.stdout }).on("line", (line) => {
        // The last line of a pulumi that was killed may not be whole.
        if (/^\{.*\}$/.test(line)) apply(JSON.parse(line) as EngineEvent, result, onStep);
      });
    return pulumi;
  });
  return compact({ ...result, exitCode: exitCode ?? 1, signal, output: stderr ?? "" });
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
    const name = diagnosticEvent.urn?.includes(STACK) ? "" : nameOfUrn(diagnosticEvent.urn ?? "");
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
