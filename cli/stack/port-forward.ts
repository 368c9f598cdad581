/** Connects a port of this machine to a Service until the process is interrupted. kubectl does it, and ends with the pod. */
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import execa from "execa";
import type { Settings } from "../../src/config/schema";
import { accessOf } from "../../src/runtime/ask-cluster";
import { say } from "../terminal/progress";
import { firstLine, ToolError } from "../tools/failure";
import { delegateInterrupts, interrupted } from "../tools/interrupts";
import { ensureTools } from "../tools/toolchain/ensure";
import { executablesOnPath } from "../tools/toolchain/search-path";

export interface Forward {
  cluster: Settings["cluster"];
  namespace: string;
  service: string;
  /** Port of the Service. */
  port: number;
  /** Port of its pods. */
  podPort: number;
  /** Port of this machine. */
  localPort: number;
}

const INTERVAL_MS = 1000;

/** Returns a free port of the loopback interface. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/**
 * Forwards the port until Ctrl-C or until `onReady` returns true; `onReady` is called when it is connected for the first time.
 * Connects again when the pod behind it has ended. @throws ToolError with kubectl's message if the first connection fails.
 */
export async function keepForwarding(forward: Forward, onReady: () => Promise<boolean>): Promise<void> {
  const { service } = forward;
  const kubectl = await kubectlPath();
  /** The result of `onReady`; undefined before the first connection. */
  let done: Promise<boolean> | undefined;
  for (;;) {
    let isConnected = false;
    const pod = await runningPod(kubectl, forward);
    const child = execa(kubectl, argumentsOf(forward, pod), { stdin: "ignore", reject: false });
    const gone = pod === undefined ? undefined : untilGone(kubectl, forward, pod);
    // kubectl does not notice it before the next connection, and an open one would hang.
    void gone?.then(({ exitCode }) => exitCode === 0 && child.kill("SIGTERM"));
    child.stdout?.on("data", (data: Buffer) => {
      if (!data.toString().includes("Forwarding from")) return;
      isConnected = true;
      if (done !== undefined) say(`connected to ${service} again`);
      done ??= onReady();
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

async function kubectlPath(): Promise<string> {
  const [onPath] = executablesOnPath("kubectl", process.env.PATH ?? "");
  return onPath ?? ((await ensureTools(["kubectl"])).kubectl?.path as string);
}

const place = ({ cluster, namespace }: Forward): string[] => [
  ...accessOf(cluster),
  ...["--namespace", namespace],
];

/** Returns a running pod of the service, as kubectl names it; undefined if there is none. */
async function runningPod(kubectl: string, forward: Forward): Promise<string | undefined> {
  const { stdout } = await execa(
    kubectl,
    [
      ...[...place(forward), "get", "pods", "--field-selector", "status.phase=Running"],
      ...["--selector", `app.kubernetes.io/instance=${forward.service}`],
      ...[
        "-o",
        "go-template={{range .items}}{{if not .metadata.deletionTimestamp}}pod/{{.metadata.name}} {{end}}{{end}}",
      ],
    ],
    { reject: false },
  );
  return stdout.split(" ").find((name) => name !== "");
}

/** Ends when the pod is gone. */
const untilGone = (kubectl: string, forward: Forward, pod: string) =>
  execa(kubectl, [...place(forward), "wait", "--for=delete", pod, "--timeout=8760h"], {
    stdin: "ignore",
    reject: false,
  });

const argumentsOf = (forward: Forward, pod: string | undefined): string[] => {
  const { service, port, podPort, localPort } = forward;
  const target =
    pod === undefined ? [`service/${service}`, `${localPort}:${port}`] : [pod, `${localPort}:${podPort}`];
  return [...place(forward), "port-forward", "--address", "127.0.0.1", ...target];
};
