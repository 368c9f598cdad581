/** Builds the sides of a comparison: releases rendered from charts or read from Helm's records. */

import type { Charts } from "../../../src/plan/chart";
import type { Plan } from "../../../src/plan/plan";
import type { ReleaseInputs } from "../../../src/plan/release-inputs";
import type { ReleaseSide, Sides } from "../../core/diff/compare";
import { isDeployed, type ManifestObject, objectsIn } from "../../core/diff/manifests";
import type { ExportedResource } from "../../core/state";
import { ToolError } from "../../tools/failure";
import { PROJECT } from "../../tools/paths";
import type { LiveRelease } from "../releases";
import { chartFetched, isRemote, localChart, render } from "../rendering";

/** The name of the entry for objects outside any release. */
export const RAILS = "(guard rails and Secrets)";

export const railsSide = (objects: readonly ManifestObject[]): Sides =>
  objects.length === 0 ? {} : { [RAILS]: { kind: "stack", objects, about: {} } };

/** The releases of a side in the order of the plan. */
export const inOrder = ({ releases }: Plan, sides: Sides): Sides =>
  Object.fromEntries(
    [RAILS, ...Object.keys(releases)].flatMap((name) => {
      const side = sides[name];
      return side ? [[name, side] as const] : [];
    }),
  );

export type RenderedSide = ReleaseSide & { rendered: boolean };

/** Renders releases and remembers which ones it could not. */
export class Renderer {
  private readonly away = new Set<string>();

  constructor(
    private readonly charts: Charts,
    private readonly flags: readonly string[],
    private readonly folder = PROJECT,
  ) {}

  /** A note about releases that could not be rendered. */
  get notes(): string[] {
    const names = [...this.away].join(", ");
    return names === ""
      ? []
      : [
          `only the values of ${names} are compared: their charts are not available (npx flotilla charts pull)`,
        ];
  }

  async side(kind: string, inputs: ReleaseInputs): Promise<RenderedSide> {
    const chart =
      localChart(inputs, this.charts, this.folder) ??
      (isRemote(inputs.chart) ? await chartFetched(inputs, this.charts) : undefined);
    const { manifests, failure } = await render(inputs, chart, this.flags);
    if (failure !== undefined)
      throw new ToolError(
        `release ${inputs.name} cannot be rendered: ${failure}\n  pulumi up would fail here too: fix its chart, or the inventory or settings that it is rendered from.`,
      );
    if (manifests === undefined) this.away.add(inputs.name);
    return {
      kind,
      rendered: manifests !== undefined,
      objects: manifests === undefined ? [] : objectsIn(manifests).filter(isDeployed),
      about: aboutOf(inputs),
    };
  }
}

const aboutOf = ({
  description,
  timeout,
  disableOpenapiValidation,
}: Pick<ReleaseInputs, "description" | "timeout" | "disableOpenapiValidation">) => ({
  chart: String(description),
  "Helm waits": `${timeout} s`,
  "Helm checks for unknown fields": disableOpenapiValidation ? "no" : "yes",
});

export const inputsOf = ({ inputs }: ExportedResource): ReleaseInputs => inputs as unknown as ReleaseInputs;

/** The deployed side of a release: as Helm recorded it, or else rendered again. */
export async function deployedSide(
  kind: string,
  state: ExportedResource,
  live: LiveRelease | undefined,
  renderer: Pick<Renderer, "side">,
): Promise<RenderedSide> {
  const inputs = inputsOf(state);
  if (!live) return renderer.side(kind, inputs);
  const { deployed } = live;
  return {
    kind,
    rendered: true,
    objects: deployed ? objectsIn(deployed.manifest).filter(isDeployed) : [],
    about: aboutOf(inputs),
  };
}

/** The side of a release that helm installed and the state does not have. */
const installedSide = (kind: string, live: LiveRelease | undefined): RenderedSide | undefined =>
  live?.deployed && {
    kind,
    rendered: true,
    objects: objectsIn(live.deployed.manifest).filter(isDeployed),
    about: {},
  };

/** The side of a release whose chart is not available: its values. */
export const valuesSide = (kind: string, inputs: ReleaseInputs): ReleaseSide => ({
  kind,
  objects: [{ kind: "Values", metadata: { name: inputs.name }, values: inputs.values } as ManifestObject],
  about: aboutOf(inputs),
});

/** The deployed and the planned side of a release; if either cannot be rendered, the values of both. */
export async function bothSides(
  kind: string,
  { state, live, inputs }: { state?: ExportedResource; live?: LiveRelease; inputs: ReleaseInputs },
  { old, now }: { old: Renderer; now: Renderer },
): Promise<{ before?: ReleaseSide; after: ReleaseSide }> {
  const after = await now.side(kind, inputs);
  const before = state ? await deployedSide(kind, state, live, old) : installedSide(kind, live);
  if (!before) return { after: after.rendered ? after : valuesSide(kind, inputs) };
  if (after.rendered && before.rendered) return { before, after };
  const deployed = state ? inputsOf(state) : { ...inputs, values: live?.newest.values ?? {} };
  return { before: valuesSide(kind, deployed), after: valuesSide(kind, inputs) };
}
