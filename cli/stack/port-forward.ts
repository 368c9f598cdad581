/** Connects a port of this machine to a Service until the process is interrupted. kubectl does it, and ends with the pod. */
import { setTimeout as pause } from "node:timers/promises";
import execa from "execa";
import type { Settings } from "../../src/config/schema";
import { accessOf } from "../../src/runtime/ask-cluster";
import { say } from "../terminal/progress";
import { firstLine, ToolError } from "../tools/failure";
import { delegateInterrupts, interrupted } from "../tools/interrupts";
import { findKubectl, type Kubectl, type ObjectList } from "./kubectl";

export interface Forward {
  cluster: Settings["cluster"];
  namespace: string;
  service: string;
  /** Port of the Service. */
  port: number;
  /** Port of its pods. */
  podPort: number;
  /** Port of this machine. Default: a free one. */
  localPort?: number | undefined;
}

interface Pod {
  metadata: { name: string; deletionTimestamp?: string };
}

const INTERVAL_MS = 1000;

/**
 * Forwards the port until Ctrl-C or until `onReady` returns true; `onReady` is called with the local port when it is connected for
 * the first time. Connects again when the pod behind it has ended.
 * @throws ToolError with kubectl's message if the first connection fails.
 */
export async function keepForwarding(
  kubectl: Kubectl,
  forward: Forward,
  onReady: (localPort: number) => Promise<boolean>,
): Promise<void> {
  const { cluster, namespace, service } = forward;
  const program = await findKubectl();
  const start = (...args: string[]) =>
    execa(program, [...accessOf(cluster), "--namespace", namespace, ...args], {
      stdin: "ignore",
      reject: false,
    });
  /** Later connections use the port of the first one. */
  let { localPort } = forward;
  /** The result of `onReady`; undefined before the first connection. */
  let done: Promise<boolean> | undefined;
  for (;;) {
    let isConnected = false;
    const pod = await runningPod(kubectl, forward);
    const child = start(
      "port-forward",
      "--address",
      "127.0.0.1",
      ...targetOf({ ...forward, localPort }, pod),
    );
    // kubectl does not notice it before the next connection, and an open one would hang.
    const gone = pod === undefined ? undefined : start("wait", "--for=delete", pod, "--timeout=8760h");
    void gone?.then(({ exitCode }) => exitCode === 0 && child.kill("SIGTERM"));
    child.stdout?.on("data", (data: Buffer) => {
      const [, port] = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(data.toString()) ?? [];
      if (port === undefined) return;
      localPort = Number(port);
      isConnected = true;
      if (done !== undefined) say(`connected to ${service} again`);
      done ??= onReady(localPort);
      const end = () => child.kill("SIGTERM");
      done.then((ends) => ends && end(), end);
    });
    // It may keep listening after the pod has ended, and refuse every request.
    child.stderr?.on("data", (data: Buffer) => {
      if (LOST.test(data.toString())) child.kill("SIGTERM");
    });
    const { stderr } = await delegateInterrupts(() => child);
    gone?.kill("SIGTERM");
    if (interrupted || (await done)) return;
    if (done === undefined)
      throw new ToolError(`cannot connect to the Service ${service}: ${firstLine(stderr.trim())}`);
    if (isConnected) say(`lost the connection to ${service}; connecting again`);
    await pause(INTERVAL_MS);
  }
}

const LOST = /lost connection to pod|error forwarding port|an error occurred forwarding/i;

/** Returns a running pod of the service, as kubectl names it; undefined if there is none or the cluster does not answer. */
async function runningPod(kubectl: Kubectl, { namespace, service }: Forward): Promise<string | undefined> {
  const { items } = await kubectl
    .json<ObjectList<Pod>>([
      ...["get", "pods", "--namespace", namespace, "--field-selector", "status.phase=Running"],
      ...["--selector", `app.kubernetes.io/instance=${service}`],
    ])
    .catch(() => ({ items: [] }));
  const pod = items.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  return pod && `pod/${pod.metadata.name}`;
}

/** Returns what to forward: the port of a pod or, without one, that of the Service. */
function targetOf({ service, port, podPort, localPort }: Forward, pod: string | undefined): string[] {
  // Without a local port, kubectl chooses a free one.
  const local = localPort ?? "";
  return pod === undefined ? [`service/${service}`, `${local}:${port}`] : [pod, `${local}:${podPort}`];
}
