/** The version of a provider, as its binary tells it over its own protocol: what an SDK asks for may be another. */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import type * as Protobuf from "google-protobuf/google/protobuf/empty_pb";
import { ToolError } from "../failure";

/** Pulumi's own packages, of which its protocol is made. */
const ofPulumi = createRequire(require.resolve("@pulumi/pulumi"));
const grpc = ofPulumi("@grpc/grpc-js") as typeof Grpc;
const { Empty } = ofPulumi("google-protobuf/google/protobuf/empty_pb") as typeof Protobuf;

/** Milliseconds for all of it: a large binary on a busy machine takes seconds to begin. */
const LIMIT = 20_000;

/** A plugin wants the address of an engine; nothing is told to it before it is configured. */
const NO_ENGINE = "127.0.0.1:1";

/** @throws ToolError for what is no plugin of Pulumi. */
export async function askVersion(executable: string, limit = LIMIT): Promise<string> {
  const child = spawn(executable, [NO_ENGINE], { stdio: ["ignore", "pipe", "pipe"] });
  const deadline = Date.now() + limit;
  try {
    const port = await portOf(child, limit);
    return (await pluginInfo(port, deadline)) || "unknown";
  } catch (error) {
    throw new ToolError(
      `${executable} does not say which version it is: ${(error as Error).message}\n` +
        "  Is it a plugin of Pulumi for this machine? Install it again, or take it off PATH.",
    );
  } finally {
    // It holds nothing that would have to be put away.
    child.kill("SIGKILL");
  }
}

/** A plugin prints the port that it listens on, on a line of its own. */
function portOf(child: ChildProcess, limit: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const said = { stdout: "", stderr: "" };
    const timer = setTimeout(() => reject(new Error(`it named no port within ${limit / 1000} s`)), limit);
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

/** The port, once its whole line is there. */
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
