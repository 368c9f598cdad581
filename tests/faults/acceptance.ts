/** Asks the API server whether it would accept objects, with strict validation: it refuses unknown fields. */
import { inParallel } from "../../cli/tools/parallel";
import type { KubernetesObject } from "../chart/render";
import { run } from "../e2e/world";

/** An object and its source, for failure messages. */
export interface Candidate {
  object: KubernetesObject;
  of: object;
}

/** Number of objects per request. */
const BATCH = 100;
/** Kinds that the sandbox cluster does not have. */
const UNKNOWN = ["ServiceMonitor", "PodMonitor", "HTTPRoute"];

/** Returns the API server's messages about refused objects. */
export async function refusals(candidates: readonly Candidate[], namespace: string): Promise<string[]> {
  const known = candidates.filter(({ object }) => !UNKNOWN.includes(object.kind));
  const batches = Array.from({ length: Math.ceil(known.length / BATCH) }, (_, index) =>
    known.slice(index * BATCH, (index + 1) * BATCH),
  );
  const found: string[] = [];
  for (const batch of batches) {
    if ((await refusal(batch, namespace)) === undefined) continue;
    const each = await inParallel(batch, async (candidate) => {
      const words = await refusal([candidate], namespace);
      return words === undefined ? [] : [`${words}\n    of ${JSON.stringify(candidate)}`];
    });
    found.push(...each.flat());
  }
  return found;
}

async function refusal(candidates: readonly Candidate[], namespace: string): Promise<string | undefined> {
  const items = candidates.map(({ object }) => ({ ...object, metadata: { ...object.metadata, namespace } }));
  const { exitCode, stderr } = await run(
    "kubectl",
    ["create", "--dry-run=server", "--validate=strict", "-o", "name", "-f", "-"],
    { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }), reject: false },
  );
  return exitCode === 0 ? undefined : stderr.trim();
}
