/** What the engine would do with a program: `pulumi preview`, which changes nothing. */
import type { PreviewStep } from "../core/preview-step";
import { ToolError } from "../tools/failure";
import { pulumiQuietly } from "./engine";

/** The steps that change something. @throws ToolError with what the program refuses. */
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

/** Whether a preview fails only because it looks for what the cluster has lost: an update marks that first, and creates it again. */
export const failsForLost = (words: string, lost: { readonly length: number }): boolean =>
  lost.length > 0 && /not found/i.test(words);

/** What the engine would not do. */
export const refusedByEngine = (stack: string, words: string): ToolError =>
  new ToolError(`the preview of ${stack} fails:\n${words}`);

/** What the program itself says, without the engine's frame around it. */
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
