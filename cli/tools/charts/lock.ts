/** Writes `charts/lock.yaml`; `src/plan/chart.ts` reads it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { LOCK } from "../../../src/plan/chart";

/** Sets keys of one chart; comments and everything else stay. */
export function writeLock(project: string, chart: string, keys: Record<string, string>): void {
  const path = join(project, LOCK);
  const document = parseDocument(readFileSync(path, "utf8"));
  for (const [key, value] of Object.entries(keys)) document.setIn(["charts", chart, key], value);
  writeFileSync(path, document.toString({ lineWidth: 0 }));
}
