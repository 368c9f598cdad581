/**
 * Compares the last released chart with the current one: Robot Shop's services rendered by both.
 * `npm run chart:compat` prints the differences; `npm run chart:release` makes the current chart the released one.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import { CHART, PROD_PLAN } from "./examples";
import { byName, type KubernetesObject, render } from "./render";

export const RELEASED = "tests/fixtures/released/microservice";
/** The values that the released chart got from the plan, in case it does not accept today's. */
const RELEASED_VALUES = "tests/fixtures/released/values.json";

export interface Difference {
  /** Kind and name. */
  object: string;
  /** Path of the field, or `*` for the whole object. */
  path: string;
  kind: "added" | "removed" | "changed";
  /** Whether Kubernetes would refuse the change. */
  immutable: boolean;
}

/** Immutable fields, by kind. */
const IMMUTABLE: Record<string, RegExp> = {
  Deployment: /^spec\.selector/,
  DaemonSet: /^spec\.selector/,
  StatefulSet: /^spec\.(selector|serviceName|volumeClaimTemplates|podManagementPolicy)/,
  Job: /^spec\.(selector|template|completions)/,
  Service: /^spec\.clusterIP/,
  RoleBinding: /^roleRef/,
};

/** Kinds that may not be removed: their data or their clients would be lost. */
const KEPT = ["Deployment", "StatefulSet", "Service", "PersistentVolumeClaim"];

/** Returns the differences by service. */
export async function compatibility(): Promise<Record<string, Difference[]>> {
  const old = JSON.parse(readFileSync(join(PROJECT, RELEASED_VALUES), "utf8")) as Record<string, object>;
  const services = Object.values(PROD_PLAN.releases).filter(
    ({ kind, name }) => kind === "service" && old[name],
  );
  const compared = services.map(async ({ name, values }) => {
    // Today's values first; only a chart that does not accept them gets its own.
    const before = await render(RELEASED, values, name).catch(() =>
      render(RELEASED, old[name] as object, name),
    );
    return [name, differences(before, await render(CHART, values, name))] as const;
  });
  return Object.fromEntries(await Promise.all(compared));
}

/** Returns the differences between two renderings of a release. */
export function differences(before: KubernetesObject[], after: KubernetesObject[]): Difference[] {
  const [old, now] = [byName(before), byName(after)];
  const found: Difference[] = [];
  for (const [object, from] of Object.entries(old)) {
    const to = now[object];
    if (!to) found.push({ object, path: "*", kind: "removed", immutable: KEPT.includes(from.kind) });
    else
      for (const { path, kind } of fieldDifferences(from, to))
        found.push({ object, path, kind, immutable: IMMUTABLE[from.kind]?.test(path) ?? false });
  }
  for (const object of Object.keys(now))
    if (!old[object]) found.push({ object, path: "*", kind: "added", immutable: false });
  return found;
}

function fieldDifferences(before: unknown, after: unknown, path = ""): Pick<Difference, "path" | "kind">[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (before === undefined) return [{ path, kind: "added" }];
  if (after === undefined) return [{ path, kind: "removed" }];
  if (typeof before !== "object" || typeof after !== "object" || before === null || after === null)
    return [{ path, kind: "changed" }];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) =>
    fieldDifferences(
      (before as Record<string, unknown>)[key],
      (after as Record<string, unknown>)[key],
      path ? `${path}.${key}` : key,
    ),
  );
}

/** Returns a line for each difference, with the services that have it; one for all containers of a pod. */
export function report(all: Record<string, Difference[]>): string[] {
  const services = new Map<string, Set<string>>();
  for (const [service, found] of Object.entries(all))
    for (const { object, path, kind, immutable } of found) {
      const place = `${object.replace(service, "<service>")} ${path.replace(/\.\d+\./g, ".*.")}`;
      const line = `${kind.padEnd(7)} ${place}${immutable ? "  IMMUTABLE" : ""}`;
      services.set(line, (services.get(line) ?? new Set()).add(service));
    }
  const count = Object.keys(all).length;
  return [...services]
    .map(([line, names]) => `${line}  (${names.size === count ? "all" : [...names].join(", ")})`)
    .sort();
}

function release(): void {
  rmSync(join(PROJECT, RELEASED), { recursive: true });
  cpSync(join(PROJECT, CHART), join(PROJECT, RELEASED), { recursive: true });
  const services = Object.values(PROD_PLAN.releases).filter(({ kind }) => kind === "service");
  const values = Object.fromEntries(services.map(({ name, values }) => [name, values]));
  writeFileSync(join(PROJECT, RELEASED_VALUES), `${JSON.stringify(values, null, 2)}\n`);
}

if (require.main === module) {
  if (process.argv.includes("--release")) release();
  else void compatibility().then((all) => process.stdout.write(`${report(all).join("\n")}\n`));
}
