/** Asks a provider's binary for its version over the plugin protocol; it may differ from the one that the SDK needs. */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import type * as Protobuf from "google-protobuf/google/protobuf/empty_pb";
import { ToolError } from "../failure";

/** The packages of Pulumi's SDK that implement the protocol. */
const ofPulumi = createRequire(require.resolve("@pulumi/pulumi"));
const grpc = ofPulumi("@grpc/grpc-js") as typeof Grpc;
const { Empty } = ofPulumi("google-protobuf/google/protobuf/empty_pb") as typeof Protobuf;

/** The time limit in milliseconds: a large binary on a busy machine takes seconds to start. */
const LIMIT = 20_000;

/** Plugins need the address of an engine, but do not contact it before they are configured. */
const NO_ENGINE = "127.0.0.1:1";

/** @throws ToolError if the executable is not a Pulumi plugin. */
export async function askVersion(executable: string, limit = LIMIT): Promise<string> {
  const child = spawn(executable, [NO_ENGINE], { stdio: ["ignore", "pipe", "pipe"] });
  const deadline = Date.now() + limit;
  try {
    const port = await portOf(child, limit);
    return (await pluginInfo(port, deadline)) || "unknown";
  } catch (error) {
    throw new ToolError(
      `${executable} does not report its version: ${(error as Error).message}\n` +
        "  Check that it is a Pulumi plugin for this platform. Reinstall it, or remove it from PATH.",
    );
  } finally {
    // It has nothing to clean up.
    child.kill("SIGKILL");
  }
}

/** Waits for the port that the plugin prints on a separate line. */
function portOf(child: ChildProcess, limit: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const said = { stdout: "", stderr: "" };
    const timer = setTimeout(
      () => reject(new Error(`it did not print a port within ${limit / 1000} s`)),
      limit,
    );
    const settle = (outcome: () => void) => {
      clearTimeout(timer);
      outcome();
    };
    child.stderr?.on("data", (chunk) => {
      said.stderr += String(chunk);
    });
    child.stdout?.on("data", (chunk) => {
      said.stdout += String(chunk);
      const port = readPort(said.stdout);
      if (port !== undefined) settle(() => resolve(port));
    });
    child.on("error", (error) => settle(() => reject(error)));
    child.on("close", (code, signal) => {
      const [line = ""] = said.stderr.trim().split("\n");
      settle(() => reject(new Error(`it ended with ${signal ?? `exit code ${code}`}. ${line}`.trim())));
    });
  });
}

/** Returns the port, once its line is complete. */
export function readPort(output: string): number | undefined {
  const line = /^(\d{1,5})\r?$/m.exec(output.slice(0, output.lastIndexOf("\n") + 1))?.[1];
  const port = Number(line);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

function pluginInfo(port: number, deadline: number): Promise<string> {
  const client = new services.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  return new Promise<string>((resolve, reject) => {
    client.getPluginInfo(
      new Empty(),
      new grpc.Metadata(),
      { deadline },
      (error: Grpc.ServiceError | null, info?: PluginInfo) =>
        error ? reject(error) : resolve(info?.getVersion().replace(/^v(?=\d)/, "") ?? ""),
    );
  }).finally(() => client.close());
}
