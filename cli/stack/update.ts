/** Runs an update of the engine and reports its steps as they happen, from its `--json` events. */
import { createInterface } from "node:readline";
import execa from "execa";
import { compact } from "../../src/model/records";
import { nameOfUrn, STACK } from "../core/state";
import { delegateInterrupts } from "../tools/interrupts";
import { PROJECT } from "../tools/paths";

/** The parts of an engine event that are used here (pulumi/sdk/go/common/apitype/events.go). */
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
  urn: string;
  phase: "begun" | "done" | "failed";
}

export interface UpdateResult {
  exitCode: number;
  /** The signal that terminated pulumi, if one did. */
  signal?: string;
  /** Messages of the engine or provider, by resource name; errors of the program itself are under "". */
  errors: Record<string, string>;
  /** The number of resources by operation. */
  changes: Record<string, number>;
  seconds: number;
  /** Pulumi's output apart from its events, such as why it does not start. */
  output: string;
}

export interface UpdateOptions {
  /** The folder of the program. Default: the project. */
  cwd?: string;
  /** Additional environment variables. Default: none. */
  environment?: Record<string, string>;
  onStep?: (step: Step) => void;
}

/** Runs `pulumi up` or another operation without confirmation. */
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
        // If pulumi was killed, its last line may be incomplete.
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
      onStep({
        operation: metadata.op,
        type: metadata.type,
        name: nameOfUrn(metadata.urn),
        urn: metadata.urn,
        phase,
      });
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

/** Removes the engine's color codes. */
const plain = (message: string): string => message.replace(/<\{%[^%]*%\}>/g, "").trim();
