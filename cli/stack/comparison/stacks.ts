/** Compares one stack with another. */

import { readCharts } from "../../../src/plan/chart";
import type { Plan } from "../../../src/plan/plan";
import { releaseInputs } from "../../../src/plan/release-inputs";
import { compareReleases, type Sides } from "../../core/diff/compare";
import type { ManifestObject } from "../../core/diff/manifests";
import { inParallel } from "../../tools/parallel";
import { PROJECT } from "../../tools/paths";
import { planAfresh } from "../planning";
import { plannedGuardRails } from "./guard-rails";
import { inOrder, Renderer, railsSide, valuesSide } from "./renderer";
import type { Comparison } from "./sides";

/** Compares two stacks as their files plan them; neither needs to be deployed. */
export async function compareStacks(stack: string, against: string): Promise<Comparison> {
  const charts = readCharts(PROJECT);
  const renderer = new Renderer(charts, []);
  const sideOf = async (name: string) => {
    const { application, planned } = planAfresh(name);
    const sides = await inParallel(Object.values(planned.releases), async (release) => {
      const inputs = releaseInputs(release, planned.namespace.name);
      const side = await renderer.side(release.kind, inputs);
      return [release.name, side.rendered ? side : valuesSide(release.kind, inputs)] as const;
    });
    const rails = railsSide(plannedGuardRails(planned, application, [], {}));
    return { planned, sides: { ...rails, ...Object.fromEntries(sides) } };
  };
  const [now, then] = [await sideOf(stack), await sideOf(against)];
  const changes = compareReleases(as(then.sides, then.planned, now.planned), inOrder(now.planned, now.sides));
  return { changes, notes: renderer.notes };
}

/** Translates objects into the other stack's namespace and environment, which are meant to differ. */
function as(sides: Sides, from: Plan, to: Plan): Sides {
  // Also inside host names.
  const name = new RegExp(`(?<![\\w-])${from.namespace.name}(?![\\w-])`, "g");
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value === "string") return value.replace(name, to.namespace.name);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === "flotilla.dev/environment" ? to.environment : rename(inner),
      ]),
    );
  };
  return Object.fromEntries(
    Object.entries(sides).map(([name, side]) => [
      name,
      { ...side, objects: side.objects.map((object) => rename(object) as ManifestObject) },
    ]),
  );
}
