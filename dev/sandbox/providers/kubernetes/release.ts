/** `helm.sh/v3:Release` through the helm binary, with the official provider's semantics (provider/helm_release.go). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { difference } from "../protocol/difference";
import {
  hasUnknown,
  isMap,
  type Properties,
  type Property,
  revealMap,
  secret,
  UNKNOWN,
} from "../protocol/property";
import {
  type Call,
  type Checked,
  type Difference,
  type Found,
  InitializationError,
} from "../protocol/provider";
import type { Connection } from "./connection";
import { helmError } from "./errors";
import { change, run } from "./run";

const DEFAULT_TIMEOUT = 300;
/** Inputs of the official provider that the stand-in does not support. They are refused, not ignored. */
const UNSUPPORTED = ["valueYamlFiles", "postrender", "verify", "keyring", "lint"];

export async function checkRelease(
  connection: Connection,
  name: string,
  olds: Properties,
  news: Properties,
): Promise<Checked> {
  const unsupported = UNSUPPORTED.filter((key) => news[key] !== undefined);
  if (unsupported.length > 0)
    return {
      inputs: news,
      failures: unsupported.map((property) => ({
        property,
        reason: "is not supported by the stand-in; install the official kubernetes plugin",
      })),
    };
  const { resourceNames, ...given } = news;
  const inputs: Properties = {
    ...given,
    name: given.name ?? olds.name ?? `${name}-${Math.random().toString(16).slice(2, 10)}`,
    namespace: given.namespace ?? connection.namespace,
    ...(given.skipAwait === true ? {} : { timeout: given.timeout ?? DEFAULT_TIMEOUT }),
  };
  // Like the official provider, read the chart only when everything is known.
  if (hasUnknown(news)) return { inputs };
  try {
    return { inputs: { ...inputs, version: await chartVersion(inputs) } };
  } catch (error) {
    const reason = `${(error as Error).message}; check the chart name and repository configuration.`;
    return { inputs, failures: [{ property: "chart", reason }] };
  }
}

export function diffRelease(oldInputs: Properties, news: Properties): Difference {
  const changes = difference(oldInputs, news);
  return {
    changes,
    replaces: Object.keys(changes).filter((path) => path === "name" || path === "namespace"),
  };
}

export const previewState = (news: Properties): Properties => ({
  ...news,
  status: UNKNOWN,
  resourceNames: UNKNOWN,
  __inputs: secret(news),
});

export const releaseId = (news: Properties): string => {
  const { namespace, name } = revealMap(news);
  return `${namespace}/${name}`;
};

export async function createRelease(
  connection: Connection,
  news: Properties,
  { warn }: Call,
): Promise<Properties> {
  const inputs = revealMap(news);
  const args = ["install", ...target(inputs), ...commonFlags(inputs)];
  if (inputs.replace === true) args.push("--replace");
  if (inputs.createNamespace === true) args.push("--create-namespace");
  if (inputs.skipCrds === true) args.push("--skip-crds");
  if (inputs.disableWebhooks === true) args.push("--no-hooks");
  try {
    await change("helm", [...connection.helm, ...args], valuesOf(inputs));
  } catch (error) {
    const message = helmError((error as Error).message);
    // A refused release leaves nothing behind, nor does a failed atomic one.
    if (isRefused(message) || !(await liveStatus(connection, inputs))) throw new Error(message);
    warn(
      `Helm release ${JSON.stringify(inputs.name)} was created but has a failed status. Use the \`helm\` command to ` +
        `investigate the error, correct it, then retry. Reason: ${message}`,
    );
    throw await failed(connection, news, "was created, but failed to initialize completely", message);
  }
  return stateOf(connection, news);
}

export async function updateRelease(
  connection: Connection,
  state: Properties,
  news: Properties,
): Promise<Properties> {
  const inputs = revealMap(news);
  const args = ["upgrade", ...target(inputs), ...commonFlags(inputs)];
  if (inputs.disableCRDHooks === true) args.push("--no-hooks");
  if (inputs.cleanupOnFail === true) args.push("--cleanup-on-fail");
  if (inputs.forceUpdate === true) args.push("--force");
  if (inputs.resetValues === true) args.push("--reset-values");
  if (inputs.reuseValues === true) args.push("--reuse-values");
  args.push("--history-max", String(inputs.maxHistory ?? 0));
  try {
    await change("helm", [...connection.helm, ...args], valuesOf(inputs));
  } catch (error) {
    const message = helmError((error as Error).message);
    // Helm refused to start: the release has not failed, and the state stays unchanged.
    if (isRefused(message) || !(await hasMoved(connection, state))) throw new Error(message);
    // The state gets the new inputs, marked as failed, so that the next update retries them.
    throw await failed(connection, news, "failed to initialize completely", message);
  }
  return stateOf(connection, news);
}

/** Whether helm refused to start, because of the release's status. */
const isRefused = (message: string): boolean =>
  /cannot re-use a name that is still in use|has no deployed releases|another operation .* is in progress/.test(
    message,
  );

/** Whether helm has created a revision since the state was written. */
async function hasMoved(connection: Connection, state: Properties): Promise<boolean> {
  const { status, ...inputs } = revealMap(state);
  const live = await liveStatus(connection, inputs);
  return live !== undefined && live.version !== (isMap(status) ? status.revision : undefined);
}

/** Returns the official provider's error for a release that exists but failed. */
async function failed(connection: Connection, news: Properties, what: string, message: string) {
  const id = releaseId(news);
  return new InitializationError(
    `Helm release "${id}" ${what}. Use Helm CLI to investigate: ` +
      `failed to become available within allocated timeout. Error: Helm Release ${id}: ${message}`,
    id,
    await stateOf(connection, news),
  );
}

/** Returns undefined if the release does not exist. */
export async function readRelease(connection: Connection, state: Properties): Promise<Found | undefined> {
  if (!(await liveStatus(connection, revealMap(state)))) return undefined;
  const inputs = revealMap({ inputs: state.__inputs ?? {} }).inputs;
  const known = isMap(inputs) && Object.keys(inputs).length > 0 ? inputs : state;
  return { state: await stateOf(connection, known) };
}

/** Reads a release that is not in the state, by its id: `<namespace>/<name>`. Only the name of its chart is known. */
export async function importRelease(connection: Connection, id: string): Promise<Found | undefined> {
  const [namespace = "", name = ""] = id.split("/");
  const live = await liveStatus(connection, { name, namespace });
  if (!live) return undefined;
  const [listed] = JSON.parse(
    await run("helm", [
      ...connection.helm,
      "list",
      "-n",
      namespace,
      "--filter",
      `^${name}$`,
      "-a",
      "-o",
      "json",
    ]),
  ) as { chart: string }[];
  const [, chart = "", version = ""] = /^(.*?)-(\d+\.\d+\.\d+.*)$/.exec(listed?.chart ?? "") ?? [];
  const values = isMap(live.config) ? live.config : {};
  // The official provider uses these values for what helm does not record.
  const inputs = { name, namespace, chart, version, values, description: "", atomic: false, timeout: 0 };
  return { inputs, state: await stateOf(connection, inputs) };
}

/** Uninstalls a release. Fails if it does not exist: a refresh removes it from the state. */
export async function deleteRelease(
  connection: Connection,
  state: Properties,
  { warn }: Call,
): Promise<void> {
  const { name, namespace, atomic, skipAwait, timeout } = revealMap(state);
  const wait = atomic === true || skipAwait !== true;
  const flags = wait ? ["--wait", "--timeout", `${timeout ?? DEFAULT_TIMEOUT}s`] : [];
  const args = ["uninstall", String(name), "-n", String(namespace), ...flags];
  const output = await change("helm", [...connection.helm, ...args]);
  // Such as the objects that helm kept.
  const information = output.replace(/^release "[^"]*" uninstalled$/m, "").trim();
  if (information !== "") warn(`Helm uninstall returned information: ${JSON.stringify(information)}`);
}

/** Returns the version that a chart reference currently resolves to. */
async function chartVersion(inputs: Properties): Promise<string> {
  const { chart } = revealMap(inputs);
  const file = join(String(chart), "Chart.yaml");
  const text = existsSync(file)
    ? readFileSync(file, "utf8")
    : await run("helm", ["show", "chart", ...chartReference(revealMap(inputs))]);
  return String((parse(text) as { version: string }).version);
}

function chartReference(inputs: Properties): string[] {
  const { chart, version, devel } = inputs;
  const repository = isMap(inputs.repositoryOpts) ? inputs.repositoryOpts.repo : undefined;
  return [
    String(chart),
    ...(typeof version === "string" && version !== "" ? ["--version", version] : []),
    ...(typeof repository === "string" ? ["--repo", repository] : []),
    ...(devel === true ? ["--devel"] : []),
  ];
}

function target(inputs: Properties): string[] {
  return [String(inputs.name), ...chartReference(inputs), "-n", String(inputs.namespace), "-f", "-"];
}

function commonFlags(inputs: Properties): string[] {
  const wait = inputs.skipAwait !== true;
  return [
    ...(wait ? ["--wait"] : []),
    ...(wait && inputs.waitForJobs === true ? ["--wait-for-jobs"] : []),
    ...(inputs.atomic === true ? ["--atomic"] : []),
    "--timeout",
    `${inputs.timeout ?? DEFAULT_TIMEOUT}s`,
    ...(typeof inputs.description === "string" ? ["--description", inputs.description] : []),
    ...(inputs.disableOpenapiValidation === true ? ["--disable-openapi-validation"] : []),
    ...(inputs.dependencyUpdate === true ? ["--dependency-update"] : []),
  ];
}

const valuesOf = ({ values }: Properties): string => JSON.stringify(values ?? {});

async function liveStatus(connection: Connection, inputs: Properties): Promise<Properties | undefined> {
  const args = ["status", String(inputs.name), "-n", String(inputs.namespace), "-o", "json"];
  try {
    return JSON.parse(await run("helm", [...connection.helm, ...args])) as Properties;
  } catch (error) {
    if ((error as Error).message.includes("release: not found")) return undefined;
    throw error;
  }
}

/** Returns the inputs with what helm reports: status, and object names by kind. */
async function stateOf(connection: Connection, news: Properties): Promise<Properties> {
  const live = await liveStatus(connection, revealMap(news));
  const info = (live?.info ?? {}) as Properties;
  return {
    ...news,
    __inputs: secret(news),
    status: {
      name: live?.name ?? null,
      namespace: live?.namespace ?? null,
      revision: live?.version ?? null,
      status: info.status ?? null,
      version: news.version ?? null,
    },
    resourceNames: resourceNames(String(live?.manifest ?? "")),
  };
}

function resourceNames(manifest: string): Properties {
  const names: Record<string, Property[]> = {};
  for (const document of parseAllDocuments(manifest)) {
    const { apiVersion, kind, metadata } = (document.toJS() ?? {}) as Record<
      string,
      { name?: string; namespace?: string }
    >;
    if (!apiVersion || !kind || !metadata?.name) continue;
    const group = String(apiVersion).includes("/") ? `.${String(apiVersion).split("/")[0]}` : "";
    const key = `${kind}${group}/${apiVersion}`;
    names[key] = [
      ...(names[key] ?? []),
      metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name,
    ];
  }
  return names;
}
