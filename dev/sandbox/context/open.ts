/** Prepares the tools, the state backend and the environment for a demo on a cluster that the user has. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, delimiter, join, resolve } from "node:path";
import { stringify } from "yaml";
import { PROJECT_NAME } from "../../../cli/stack/project";
import { UsageError } from "../../../cli/tools/failure";
import { ensureTools } from "../../../cli/tools/toolchain/ensure";
import { DEPLOY_TOOLS } from "../../../cli/tools/toolchain/specification";
import { usersKubeconfig } from "../../../src/runtime/preflight";
import { startLock, type World, worldOfContext } from "../folders";
import { exclusively } from "../lock";
import { chooseProviders } from "../providers/choose";
import { createBackend, linkTools, type OpenWorld, worldEnvironment } from "../world";
import { unknownContext } from "./target";

/** Prepares everything without contacting the cluster. @throws UsageError if no kubeconfig has the context. */
export async function openContext(context: string): Promise<OpenWorld> {
  const kubeconfigs = kubeconfigsWith(context);
  const world = worldOfContext(context);
  return exclusively(startLock(world), async () => {
    mkdirSync(world.folder, { recursive: true, mode: 0o700 });
    const tools = await ensureTools(DEPLOY_TOOLS);
    const providers = await chooseProviders(tools.pulumi?.path as string);
    linkTools(world, tools);
    createBackend(world);
    // Selects the context for every tool. The user's files, with their credentials, stay where they are.
    writeFileSync(
      world.kubeconfig,
      stringify({ apiVersion: "v1", kind: "Config", "current-context": context }),
    );
    const KUBECONFIG = [world.kubeconfig, ...kubeconfigs].join(delimiter);
    return {
      world,
      tools,
      providers,
      environment: { ...worldEnvironment(world, providers), KUBECONFIG },
    };
  });
}

/** Returns the kubeconfigs of the user. @throws UsageError if none of them has the context. */
export function kubeconfigsWith(context: string): string[] {
  const { paths, config } = usersKubeconfig();
  const known = (config.contexts ?? []).map(({ name }) => name);
  if (!known.includes(context)) throw new UsageError(unknownContext(context, known, paths));
  return paths.map((path) => resolve(path));
}

/** Returns the names of the stacks in the backend. */
export function stacksOf({ state }: World): string[] {
  const folder = join(state, ".pulumi", "stacks", PROJECT_NAME);
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.flatMap((file) => (file.endsWith(".json") ? [basename(file, ".json")] : []));
}
