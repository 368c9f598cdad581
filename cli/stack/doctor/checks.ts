/** What `flotilla doctor` looks at, each with what to do where it is wrong. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { satisfies } from "semver";
import { parse } from "yaml";
import type { StackSettings } from "../../../src/config/settings";
import { FlotillaError, fullPlace } from "../../../src/model/problems";
import { readCharts } from "../../../src/plan/chart";
import { inEnvironment } from "../../../src/plan/environment";
import type { Plan } from "../../../src/plan/plan";
import type { ClusterTarget } from "../../../src/runtime/kubeconfig";
import { checkCluster } from "../../../src/runtime/preflight";
import { groupOf, isDeployed, objectsIn } from "../../core/diff/manifests";
import { type Kind, kindsOf, PROVIDED_BY, READ, storageClassesOf, VERBS } from "../../core/needs";
import { firstLine, ToolError, wordsOf } from "../../tools/failure";
import { PROJECT } from "../../tools/paths";
import { binaryVersion } from "../../tools/provider-versions/binary-version";
import { PROVIDERS, type ProviderName, sdkVersion } from "../../tools/provider-versions/sdk-version";
import { executablesOnPath, findOnPath } from "../../tools/toolchain/search-path";
import { TOOLS } from "../../tools/toolchain/specification";
import { pulumiQuietly, readState } from "../engine";
import { planAfresh } from "../planning";
import { PROJECT_NAME } from "../project";
import { renderReleases } from "../rendering";
import { askCluster, type Cluster, type Question } from "./cluster";
import { identity } from "./identity";

export interface Diagnosis {
  check: string;
  status: "ok" | "warning" | "failed" | "not looked at";
  /** What was found. */
  found: string;
  /** What to do. */
  todo?: string;
}

/** All that a stack takes, in the order in which one would mend it. */
export async function diagnose(stack: string): Promise<Diagnosis[]> {
  const machine = [node(), await pulumiCli(), ...(await providers())];
  const hasPulumi = machine.every(({ check, status }) => check !== "pulumi" || status === "ok");
  const settled = settle(stack);
  if ("problems" in settled) return [...machine, ...settled.problems];
  const { read, planned } = settled;
  const state = hasPulumi ? await backend(stack) : notLookedAt("backend", "there is no pulumi");
  return [
    ...machine,
    ok("settings", `stack ${stack}: ${planned.application}, ${planned.environment}`),
    state,
    ...(await cluster(read, planned, stack, hasPulumi && state.status === "ok")),
  ];
}

const ok = (check: string, found: string): Diagnosis => ({ check, status: "ok", found });
const failed = (check: string, found: string, todo: string): Diagnosis => ({
  check,
  status: "failed",
  found,
  todo,
});
const notLookedAt = (check: string, found: string): Diagnosis => ({ check, status: "not looked at", found });

function node(): Diagnosis {
  const { engines } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as {
    engines: { node: string };
  };
  return satisfies(process.version, engines.node)
    ? ok("node", process.version)
    : failed("node", `${process.version}, needed is ${engines.node}`, "Install a later Node.js.");
}

async function pulumiCli(): Promise<Diagnosis> {
  const { accepts } = TOOLS.pulumi;
  const found = await findOnPath(TOOLS.pulumi, process.env.PATH ?? "");
  if (found.found === "good") return ok("pulumi", `${found.version} at ${found.path}`);
  const todo =
    'Install it (https://www.pulumi.com/docs/install/), or use the embedded world: eval "$(npx flotilla env)"';
  return found.found === "none"
    ? failed("pulumi", "it is not on PATH", todo)
    : failed("pulumi", `${found.path} is version ${found.version}, needed is ${accepts}`, todo);
}

const providers = (): Promise<Diagnosis[]> => Promise.all(PROVIDERS.map(plugin));

/** A plugin is downloaded by the engine itself when it is first needed. */
async function plugin(name: ProviderName): Promise<Diagnosis> {
  const wanted = sdkVersion(name);
  const check = `plugin ${name}`;
  const program = `pulumi-resource-${name}`;
  const home = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const installed = join(home, "plugins", `resource-${name}-v${wanted}`, program);
  const [executable] = [
    ...executablesOnPath(program, process.env.PATH ?? ""),
    ...(existsSync(installed) ? [installed] : []),
  ];
  if (executable === undefined)
    return {
      check,
      status: "warning",
      found: `${wanted} is not installed yet`,
      todo: `The first preview downloads it; to have it now: pulumi plugin install resource ${name} ${wanted}`,
    };
  try {
    const version = await binaryVersion(executable);
    const found = `${version} at ${executable}`;
    // A stand-in names the version that it stands for.
    if (version.split("+")[0] === wanted) return ok(check, found);
    const todo = `The SDK of this project is made for ${wanted}: install that, or take the other one off PATH.`;
    return { check, status: "warning", found, todo };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const [found = "", todo = ""] = error.message.split("\n").map((line) => line.trim());
    return failed(check, found, todo);
  }
}

async function backend(stack: string): Promise<Diagnosis> {
  try {
    const listed = JSON.parse(await pulumiQuietly(["stack", "ls", "--json"])) as { name: string }[];
    const isThere = listed.some(({ name }) => name.split("/").at(-1) === stack.split("/").at(-1));
    return isThere
      ? ok("backend", `it has the stack ${stack}`)
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
function settle(stack: string): { read: StackSettings; planned: Plan } | { problems: Diagnosis[] } {
  try {
    const { planned, context: _, ...read } = planAfresh(stack);
    return { read, planned };
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
  planned: Plan,
  stack: string,
  hasState: boolean,
): Promise<Diagnosis[]> {
  const { settings } = read;
  const name =
    settings.cluster.context === undefined ? "the current context" : `context ${settings.cluster.context}`;
  let target: ClusterTarget | undefined;
  try {
    target = await checkCluster(settings, PROJECT_NAME, stack);
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
  // In another cluster nothing else is worth looking at.
  const known = await identity(read, planned, stack, target, hasState ? await readState(stack) : []);
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
    return [versionOf(version, name), failed("kinds", kindsServed.error, LOOK_AGAIN)];
  const { served, missing } = kindsServed.result;
  const found = [
    () => permissions(connected, planned.namespace.name, served),
    () => storage(connected, read),
    () => metrics(connected, kinds),
    () => wayIn(connected, read),
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

const LOOK_AGAIN = "The cluster refused to answer: check that it is healthy, and try again.";

const flag = ({ cluster: { context } }: StackSettings["settings"]): string =>
  context === undefined ? "" : ` --context ${context}`;

/** The oldest version that the shared chart takes. */
function versionOf(version: string, name: string): Diagnosis {
  const { kubeVersion } = parse(
    readFileSync(join(PROJECT, "charts", "microservice", "Chart.yaml"), "utf8"),
  ) as { kubeVersion: string };
  // A managed cluster's version has a suffix of its maker's, which semver takes for one before the release.
  return satisfies(/\d+\.\d+\.\d+/.exec(version)?.[0] ?? "", kubeVersion)
    ? ok("cluster", `${name}, Kubernetes ${version}`)
    : failed(
        "cluster",
        `${name} is Kubernetes ${version}, the charts take ${kubeVersion.replace("-0", "")}`,
        "Upgrade the cluster.",
      );
}

type Served = Kind & { resource: string; namespaced: boolean };

async function servedKinds(
  connected: Cluster,
  kinds: readonly Kind[],
): Promise<{ served: Served[]; missing: Diagnosis[] }> {
  const apiVersions = [...new Set(kinds.map(({ apiVersion }) => apiVersion))];
  const known = new Map(
    await Promise.all(
      apiVersions.map(async (version) => [version, await connected.resources(version)] as const),
    ),
  );
  const served: Served[] = [];
  const missing: Diagnosis[] = [];
  for (const { apiVersion, kind } of kinds) {
    const found = known.get(apiVersion)?.find((resource) => resource.kind === kind);
    if (found) served.push({ apiVersion, kind, resource: found.name, namespaced: found.namespaced });
    else missing.push(await absent(connected, { apiVersion, kind }));
  }
  return { served, missing };
}

async function absent(connected: Cluster, { apiVersion, kind }: Kind): Promise<Diagnosis> {
  const group = groupOf(apiVersion);
  const versions = await connected.versions(group);
  const provider = PROVIDED_BY[group];
  if (versions.length > 0)
    return failed(
      "kinds",
      `the cluster has no ${kind} of ${apiVersion}; of ${group} it has ${versions.join(", ")}`,
      `Upgrade ${provider ?? "the cluster"}.`,
    );
  return failed(
    "kinds",
    `the cluster knows no ${kind} (${apiVersion})`,
    `Install ${provider ?? `what brings ${group}`}.`,
  );
}

async function permissions(
  connected: Cluster,
  namespace: string,
  served: readonly Served[],
): Promise<Diagnosis[]> {
  const questions: Question[] = [
    ...served.flatMap(({ apiVersion, resource, namespaced }) =>
      VERBS.map((verb) => ({
        group: groupOf(apiVersion),
        resource,
        verb: verb as string,
        ...(namespaced ? { namespace } : {}),
      })),
    ),
    ...READ.map((question) => ({ ...question, namespace })),
  ];
  const answers = await connected.mayI(questions);
  const denied = new Map<string, { verbs: string[]; isClusterWide: boolean }>();
  questions.forEach(({ group, resource, verb, ...where }, index) => {
    if (answers[index]) return;
    const name = group === "" ? resource : `${resource}.${group}`;
    const { verbs } = denied.get(name) ?? { verbs: [] };
    denied.set(name, { verbs: [...verbs, verb], isClusterWide: !("namespace" in where) });
  });
  if (denied.size === 0)
    return [ok("permissions", `${questions.length} asked for in namespace ${namespace}, all given`)];
  return [...denied].map(([resource, { verbs, isClusterWide }]) =>
    failed(
      "permissions",
      `you may not ${verbs.join(", ")} ${resource}`,
      isClusterWide
        ? `Ask for these rights: a ClusterRole with resources ${resource} and these verbs, bound to you by a ClusterRoleBinding.`
        : `Ask for these rights in namespace ${namespace}: a Role with resources ${resource} and these verbs, bound to you.`,
    ),
  );
}

/** Autoscalers read what pods use from an API that Kubernetes itself does not have. */
async function metrics(connected: Cluster, kinds: readonly Kind[]): Promise<Diagnosis[]> {
  if (!kinds.some(({ kind }) => kind === "HorizontalPodAutoscaler")) return [];
  if ((await connected.versions("metrics.k8s.io")).length > 0)
    return [ok("metrics", "metrics.k8s.io, for the autoscalers")];
  return [
    {
      check: "metrics",
      status: "warning",
      found: "the cluster has no metrics.k8s.io: autoscalers stay at their minimum of pods",
      todo: "Install metrics-server, or set flotilla:autoscaling to false.",
    },
  ];
}

/** The annotation of the class that claims without one get. */
const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

async function storage(connected: Cluster, { settings, application }: StackSettings): Promise<Diagnosis[]> {
  const wanted = storageClassesOf(settings, Object.keys(inEnvironment(application, settings).stores));
  if (wanted.length === 0) return [];
  const classes = await attempt(() => connected.list("storageclasses"));
  if ("error" in classes) return [notLookedAt("storage", classes.error)];
  const names = classes.result.map(({ name }) => name);
  const there = names.length === 0 ? "there is none at all" : `there are: ${names.join(", ")}`;
  return wanted.map((name) => {
    if (name !== undefined)
      return names.includes(name)
        ? ok("storage", `class ${name}`)
        : failed(
            "storage",
            `the cluster has no StorageClass ${name}; ${there}`,
            "Create it, or set flotilla:storageClass to one of these.",
          );
    const usual = classes.result.find(({ annotations }) => annotations[DEFAULT_CLASS] === "true");
    return usual
      ? ok("storage", `class ${usual.name}, the cluster's default`)
      : failed(
          "storage",
          `the cluster has no default StorageClass; ${there}`,
          "Name one: flotilla:storageClass.",
        );
  });
}

async function wayIn(connected: Cluster, { settings: { ingress } }: StackSettings): Promise<Diagnosis[]> {
  if (!ingress) return [];
  const classes = await attempt(() => connected.list("ingressclasses"));
  if ("error" in classes) return [notLookedAt("ingress", classes.error)];
  const names = classes.result.map(({ name }) => name);
  const there = names.length === 0 ? "there is none at all" : `there are: ${names.join(", ")}`;
  const { className } = ingress;
  const isDefault = classes.result.some(
    ({ annotations }) => annotations["ingressclass.kubernetes.io/is-default-class"] === "true",
  );
  if (className === undefined ? isDefault : names.includes(className))
    return [ok("ingress", className === undefined ? "the cluster's default class" : `class ${className}`)];
  return [
    {
      check: "ingress",
      status: "warning",
      found: `the cluster has no ${className === undefined ? "default IngressClass" : `IngressClass ${className}`}; ${there}`,
      todo: "The application cannot be reached from outside: install an ingress controller, or name its class in flotilla:ingress.className.",
    },
  ];
}

async function attempt<T>(ask: () => Promise<T>): Promise<{ result: T } | { error: string }> {
  try {
    return { result: await ask() };
  } catch (error) {
    return { error: firstWords(error) };
  }
}

/** kubectl's first line. */
const firstWords = (error: unknown): string => firstLine(wordsOf(error));
