/** The contestant helmfile: the same charts, values, waits and timeouts as Flotilla's plan. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import execa from "execa";
import { stringify } from "yaml";
import { PROJECT } from "../../../cli/tools/paths";
import type { Plan } from "../../../src/plan/plan";
import { releaseInputs } from "../../../src/plan/release-inputs";
import { planFor } from "../../../tests/support";
import { benchApplication, benchConfig } from "../application";
import type { Contestant, Operation } from "./contestant";

export interface Helmfile {
  path: string;
  /** Whether helm has the diff plugin. Without it helmfile has no preview and upgrades every release every time. */
  hasDiff: boolean;
  /** Number of releases processed at the same time. By default helmfile starts a helm process for all at once. */
  concurrency: number;
}

/** Prepares the contestant in an empty folder. */
export async function helmfile(
  folder: string,
  releases: number,
  { path, hasDiff, concurrency }: Helmfile,
): Promise<Contestant> {
  const namespace = `bench-${releases}-helmfile`;
  const update = hasDiff ? ["apply", "--suppress-diff"] : ["sync"];
  const args: Record<Operation, readonly string[] | undefined> = {
    // Nothing to compare with yet, so sync is faster than apply.
    "first up": ["sync"],
    "no-op preview": hasDiff ? ["diff"] : undefined,
    "no-op up": update,
    "one service changed": update,
    destroy: ["destroy"],
  };
  return {
    name: "helmfile",
    namespace,
    command: async (operation) => {
      if (operation === "first up") {
        writeHelmfile(folder, planned(releases, namespace, false));
        await execa("kubectl", ["create", "namespace", namespace]);
      }
      if (operation === "one service changed") writeHelmfile(folder, planned(releases, namespace, true));
      const chosen = args[operation];
      const limit = ["--concurrency", String(concurrency)];
      return chosen && { program: path, args: ["--skip-deps", ...chosen, ...limit], folder };
    },
    leave: async () => {
      await execa("kubectl", ["delete", "namespace", namespace, "--ignore-not-found"]);
    },
  };
}

const planned = (releases: number, namespace: string, changed: boolean): Plan =>
  planFor(benchApplication(releases), benchConfig(namespace, changed));

function writeHelmfile(folder: string, { releases, namespace }: Plan): void {
  mkdirSync(join(folder, "values"), { recursive: true });
  const entries = Object.values(releases).map((release) => {
    const { name, chart, values, timeout, maxHistory, disableOpenapiValidation } = releaseInputs(
      release,
      namespace.name,
    );
    writeFileSync(
      join(folder, "values", `${name}.yaml`),
      stringify(values, { aliasDuplicateObjects: false }),
    );
    return {
      name,
      namespace: namespace.name,
      // Relative, as in most helmfiles. helmfile updates releases that share a chart by its absolute path one after the other,
      // as it does for remote charts that it may have to download (withChartOperationLock in helmfile/pkg/state/state.go).
      chart: `./${relative(folder, join(PROJECT, chart))}`,
      values: [`values/${name}.yaml`],
      needs: release.needs,
      timeout,
      historyMax: maxHistory,
      disableOpenAPIValidation: disableOpenapiValidation === true,
    };
  });
  const helmDefaults = { wait: true, atomic: true, cleanupOnFail: true, createNamespace: false };
  writeFileSync(join(folder, "helmfile.yaml"), stringify({ helmDefaults, releases: entries }));
}
