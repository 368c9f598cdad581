/** Checks what a stack needs on this machine: Node.js, pulumi and its plugins. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { satisfies } from "semver";
import { ToolError } from "../../tools/failure";
import { PACKAGE } from "../../tools/paths";
import { binaryVersion } from "../../tools/provider-versions/binary-version";
import { PROVIDERS, type ProviderName, sdkVersion } from "../../tools/provider-versions/sdk-version";
import { executablesOnPath, findOnPath } from "../../tools/toolchain/search-path";
import { TOOLS } from "../../tools/toolchain/specification";
import { type Diagnosis, failed, ok } from "./diagnosis";

export function node(): Diagnosis {
  const { engines } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as {
    engines: { node: string };
  };
  return satisfies(process.version, engines.node)
    ? ok("node", process.version)
    : failed("node", `${process.version}, but ${engines.node} is required`, "Install a newer Node.js.");
}

export async function pulumiCli(): Promise<Diagnosis> {
  const { accepts } = TOOLS.pulumi;
  const found = await findOnPath(TOOLS.pulumi, process.env.PATH ?? "");
  if (found.found === "good") return ok("pulumi", `${found.version} at ${found.path}`);
  const todo =
    'Install it (https://www.pulumi.com/docs/install/), or use the sandbox: eval "$(npx flotilla sandbox env)"';
  return found.found === "none"
    ? failed("pulumi", "it is not on PATH", todo)
    : failed("pulumi", `${found.path} is version ${found.version}, but ${accepts} is required`, todo);
}

export const providers = (): Promise<Diagnosis[]> => Promise.all(PROVIDERS.map(plugin));

/** Checks a plugin. A missing one is only a warning: the engine downloads it when it first needs it. */
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
      todo: `The first preview downloads it. To install it now: pulumi plugin install resource ${name} ${wanted}`,
    };
  try {
    const version = await binaryVersion(executable);
    const found = `${version} at ${executable}`;
    // A stand-in reports the version that it replaces.
    if (version.split("+")[0] === wanted) return ok(check, found);
    const todo = `This project's SDK needs ${wanted}: install it, or remove the other one from PATH.`;
    return { check, status: "warning", found, todo };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const [found = "", todo = ""] = error.message.split("\n").map((line) => line.trim());
    return failed(check, found, todo);
  }
}
