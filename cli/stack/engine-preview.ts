/** Runs `pulumi preview` to find out what the engine would do. */
import type { PreviewStep } from "../core/preview-step";
import { ToolError } from "../tools/failure";
import { pulumiQuietly } from "./engine";

/** Returns the steps that change something. @throws ToolError with the program's errors. */
export async function previewSteps(
  stack: string,
  folder: string,
  environment: Record<string, string> = {},
): Promise<PreviewStep[]> {
  const text = await pulumiQuietly(["preview", "--json", "--stack", stack], {
    cwd: folder,
    environment,
  }).catch((error: Error) => {
    throw new ToolError(messageOf(error.message));
  });
  const { steps = [] } = JSON.parse(text) as { steps?: PreviewStep[] };
  return steps.filter(({ op }) => op !== "same" && op !== "read");
}

/** Whether a preview fails only because it looks for lost resources: an update marks those first and recreates them. */
export const failsForLost = (words: string, lost: { readonly length: number }): boolean =>
  lost.length > 0 && /not found/i.test(words);

/** The error for a failed preview. */
export const refusedByEngine = (stack: string, words: string): ToolError =>
  new ToolError(`the preview of ${stack} fails:\n${words}`);

/** The program's own messages, without the engine's output around them. */
function messageOf(text: string): string {
  const from = text.indexOf("{");
  if (from < 0) return text;
  try {
    const { diagnostics = [] } = JSON.parse(text.slice(from)) as {
      diagnostics?: { message: string; severity: string }[];
    };
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    return errors.map(({ message }) => message.trim()).join("\n") || text;
  } catch {
    return text;
  }
}
