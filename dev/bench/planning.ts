/** Measures plan, render and diff without a cluster, for a number of services. */
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { compareReleases, type Sides } from "../../cli/core/diff/compare";
import { objectsIn } from "../../cli/core/diff/manifests";
import { renderReleases } from "../../cli/stack/rendering";
import { ToolError } from "../../cli/tools/failure";
import { INTERRUPTED, interrupted } from "../../cli/tools/interrupts";
import { plan } from "../../src/plan";
import { createContext } from "../../src/plan/context";
import { charts, settingsOf } from "../../tests/support";
import { benchApplication, benchConfig, CHANGED } from "./application";
import { type PlanningResult, STAGES, type Stage } from "./results";
import { spread } from "./statistics";

/**
 * Plans an application, renders all its releases with helm, and compares the manifests with a version in which every
 * release differs.
 */
export async function measurePlanning(services: number, runs: number): Promise<PlanningResult[]> {
  const application = benchApplication(services);
  const { settings } = settingsOf(benchConfig("bench", true), { bench: application });
  // Warm up: one-time work, such as compiling schemas, would hide how the rest grows.
  plan(createContext(application, settings, { charts }));
  const seconds: Record<Stage, number[]> = { plan: [], render: [], diff: [] };
  for (let run = 0; run < runs; run++) {
    if (interrupted) throw new ToolError(INTERRUPTED);
    // Lets pending work of the last run finish, so that it does not count here.
    await setImmediate();
    const planned = await timed(seconds.plan, () => plan(createContext(application, settings, { charts })));
    const rendered = await timed(seconds.render, () => renderReleases(planned, settings, charts));
    const sides = (tag: string): Sides =>
      Object.fromEntries(
        rendered.map(({ release, manifests = "" }) => [
          release.name,
          { kind: "service", objects: objectsIn(manifests.replaceAll(":1.0.0", `:${tag}`)), about: {} },
        ]),
      );
    const changes = await timed(seconds.diff, () => compareReleases(sides("0.9.0"), sides("1.0.0")));
    if (changes.length !== services - 1)
      throw new Error(
        `${changes.length} releases differ instead of ${services - 1}, all except ${CHANGED.service}`,
      );
  }
  return STAGES.map((stage) => ({ services, stage, time: spread(seconds[stage]) }));
}

async function timed<T>(seconds: number[], work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  seconds.push((performance.now() - start) / 1000);
  return result;
}
