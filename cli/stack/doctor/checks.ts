/** The checks of `flotilla doctor`, each with what to do if it fails. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { satisfies } from "semver";
import { parse } from "yaml";
import type { StackSettings } from "../../../src/config/settings";
import { FlotillaError, fullPlace } from "../../../src/model/problems";
import { readCharts } from "../../../src/plan/chart";
import type { Composition } from "../../../src/plan/compose";
import { packageOf } from "../../../src/plan/package";
import type { ClusterTarget } from "../../../src/runtime/kubeconfig";
import { checkCluster } from "../../../src/runtime/preflight";
import { isDeployed, objectsIn } from "../../core/diff/manifests";
import { kindsOf } from "../../core/needs";
import { type ExportedState, resourcesOf } from "../../core/state";
import { firstLine } from "../../tools/failure";
import { PROJECT } from "../../tools/paths";
import { exportState, pulumiQuietly } from "../engine";
import { planAfresh } from "../planning";
import { renderReleases } from "../rendering";
import { askCluster } from "./cluster";
import { attempt, type Diagnosis, failed, firstWords, ok, skipped } from "./diagnosis";
import { identity } from "./identity";
import { permissions, servedKinds } from "./kinds";
import { node, providers, pulumiCli } from "./machine";
import { sharedNamespace } from "./shared-namespace";
import { classes, metrics, objectsOfOthersIn, storage, wayIn } from "./surroundings";

const LOOK_AGAIN = "The cluster did not answer the request: check that it is healthy, and try again.";

/** Everything that a stack needs, in the order in which to fix it. */
export async function diagnose(stack: string): Promise<Diagnosis[]> {
  const machine = [node(), await pulumiCli(), ...(await providers())];
  const hasPulumi = machine.every(({ check, status }) => check !== "pulumi" || status === "ok");
  const settled = settle(stack);
  if ("problems" in settled) return [...machine, ...settled.problems];
  const { read, ...composition } = settled;
  const { planned } = composition;
  const state = hasPulumi ? await backend(stack) : skipped("backend", "pulumi is not available");
  return [
    ...machine,
    ok("settings", `stack ${stack}: ${planned.application}, ${planned.environment}`),
    state,
    ...(await cluster(read, composition, stack, await stateOf(stack, state.status))),
  ];
}

const NO_STATE: ExportedState = { version: 3 };

/** The state; empty for a new stack, undefined if it cannot be read. */
const stateOf = async (stack: string, backend: Diagnosis["status"]): Promise<ExportedState | undefined> =>
  backend === "ok" ? await exportState(stack) : backend === "warning" ? NO_STATE : undefined;

async function backend(stack: string): Promise<Diagnosis> {
  try {
    const listed = JSON.parse(await pulumiQuietly(["stack", "ls", "--json"])) as { name: string }[];
    const isThere = listed.some(({ name }) => name.split("/").at(-1) === stack.split("/").at(-1));
    return isThere
      ? ok("backend", `it has stack ${stack}`)
      : {
          check: "backend",
          status: "warning",
          found: `it has no stack ${stack} yet`,
          todo: `pulumi stack init ${stack}`,
        };
  } catch (error) {
    return failed("backend", firstLine((error as Error).message), "pulumi login");
  }
}

/** The settings and the plan, or what is wrong with them. */
function settle(stack: string): (Composition & { read: StackSettings }) | { problems: Diagnosis[] } {
  try {
    const { planned, context, ...read } = planAfresh(stack);
    return { read, planned, context };
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    return {
      problems: error.problems.map((problem) =>
        failed("settings", `${fullPlace(problem)}: ${problem.what}`, problem.todo),
      ),
    };
  }
}

async function cluster(
  read: StackSettings,
  composition: Composition,
  stack: string,
  state: ExportedState | undefined,
): Promise<Diagnosis[]> {
  const { settings } = read;
  const { planned } = composition;
  const name =
    settings.cluster.context === undefined ? "the current context" : `context ${settings.cluster.context}`;
  let target: ClusterTarget | undefined;
  try {
    target = await checkCluster(settings, stack);
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    return error.problems.map(({ where, what, todo }) => failed("cluster", `${where}: ${what}`, todo));
  }
  const connected = await askCluster(settings);
  let version: string;
  try {
    version = await connected.version();
  } catch (error) {
    return [failed("cluster", firstWords(error), `Log in to it: kubectl${flag(settings)} get namespaces`)];
  }
  // In a wrong cluster, the other checks are pointless.
  const known =
    state === undefined
      ? ["identity", "namespace", "volumes"].map((check) => skipped(check, "the state cannot be read"))
      : await identity(read, planned, stack, target, state);
  if (known.some(({ check, status }) => check === "identity" && status === "failed"))
    return [versionOf(version, name), ...known];
  const charts = readCharts(PROJECT);
  const rendered = await renderReleases(planned, settings, charts);
  const objects = rendered.flatMap(({ manifests }) => objectsIn(manifests ?? "")).filter(isDeployed);
  const kinds = kindsOf(
    planned,
    settings,
    objects,
    rendered.every(({ manifests }) => manifests !== undefined),
  );
  const kindsServed = await attempt(() => servedKinds(connected, kinds));
  if ("error" in kindsServed)
    return [versionOf(version, name), ...known, failed("kinds", kindsServed.error, LOOK_AGAIN)];
  const { served, missing } = kindsServed.result;
  const found = [
    () => permissions(connected, planned.namespace.name, served),
    () => sharedNamespace(settings, composition, objects, resourcesOf(state ?? NO_STATE).length > 0),
    () => storage(connected, read),
    () => classes(connected, read),
    () => objectsOfOthersIn(read, planned.namespace.name),
    () => metrics(connected, kinds),
    () => wayIn(connected, read, planned.namespace.name),
  ].map(async (look) => {
    const result = await attempt(look);
    return "error" in result ? [failed("cluster", result.error, LOOK_AGAIN)] : result.result;
  });
  return [
    versionOf(version, name),
    ...known,
    ...missing,
    ...(missing.length === 0 ? [ok("kinds", `all ${kinds.length} kinds of the plan are served`)] : []),
    ...(await Promise.all(found)).flat(),
  ];
}

const flag = ({ cluster: { context } }: StackSettings["settings"]): string =>
  context === undefined ? "" : ` --context ${context}`;

/** Checks the cluster's version against the shared chart's requirement. */
function versionOf(version: string, name: string): Diagnosis {
  const { kubeVersion } = parse(
    readFileSync(join(packageOf(PROJECT), "charts", "microservice", "Chart.yaml"), "utf8"),
  ) as { kubeVersion: string };
  // Versions of managed clusters have a vendor suffix, which semver would treat as a pre-release.
  return satisfies(/\d+\.\d+\.\d+/.exec(version)?.[0] ?? "", kubeVersion)
    ? ok("cluster", `${name}, Kubernetes ${version}`)
    : failed(
        "cluster",
        `${name} runs Kubernetes ${version}, but the charts require ${kubeVersion.replace("-0", "")}`,
        "Upgrade the cluster.",
      );
}
