/** Opens a service of a stack in a browser: a local port that stays connected. */
import { inEnvironment } from "../../src/plan/environment";
import { type OpenTarget, openTargetOf } from "../core/open-target";
import { ToolError } from "../tools/failure";
import { accessTo, reachCluster } from "./access";
import { readState } from "./engine";
import { keepForwarding } from "./port-forward";

interface OpenOptions {
  /** Default: the public service of the application. */
  name?: string | undefined;
  /** Local port. Default: a free one. */
  port?: number | undefined;
  /** Called with the URL once it is connected. Returns whether to end the connection. */
  onReady(url: string, target: OpenTarget): Promise<boolean>;
}

/** Connects to a service until Ctrl-C. @throws ToolError if there is no such service, or nothing of it runs. */
export async function openService(stack: string, { name, port, onReady }: OpenOptions): Promise<void> {
  const { read, namespace } = accessTo(stack);
  if (read === undefined || namespace === undefined)
    throw new ToolError(
      `the settings of ${stack} are invalid\n  To see why: npx flotilla check --stack ${stack}`,
    );
  const target = openTargetOf(inEnvironment(read.application, read.settings), name);
  if ("problem" in target) throw new ToolError(target.problem);
  const kubectl = await reachCluster(read.settings, stack, readState(stack));
  const forward = { cluster: read.settings.cluster, namespace, ...target, localPort: port };
  await keepForwarding(kubectl, forward, (localPort) => {
    const address = `127.0.0.1:${localPort}`;
    return onReady(target.scheme === "http" ? `http://${address}${target.path}` : address, target);
  });
}
