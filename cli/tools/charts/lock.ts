/** Writes `charts/lock.yaml`; `src/plan/chart.ts` reads it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseDocument } from "yaml";
import { LOCK, lockOf } from "../../../src/plan/chart";

/** Sets keys of one chart in the project's lock, which starts as a copy of the package's; everything else stays, comments included. */
export function writeLock(project: string, chart: string, keys: Record<string, string>): void {
  const path = join(project, LOCK);
  const document = parseDocument(readFileSync(lockOf(project), "utf8"));
  for (const [key, value] of Object.entries(keys)) document.setIn(["charts", chart, key], value);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, document.toString({ lineWidth: 0 }));
}
