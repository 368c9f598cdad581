/** Access to a cluster through kubectl, which supports every login method of a kubeconfig. */
import { delimiter, dirname } from "node:path";
import execa from "execa";
import type { Settings } from "../../src/config/schema";
import { accessOf } from "../../src/runtime/ask-cluster";
import { serverPath } from "../../src/runtime/preflight";
import { ToolError, wordsOf } from "../tools/failure";
import { standardInput } from "../tools/input";
import { ensureTools } from "../tools/toolchain/ensure";
import { executablesOnPath } from "../tools/toolchain/search-path";

export interface Kubectl {
  /** Runs kubectl and returns its output. @throws ToolError with kubectl's own message. */
  run(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** Runs kubectl with `-o json` and parses its output. */
  json<T>(args: readonly string[], options?: KubectlOptions): Promise<T>;
  /** Gets an API path and parses the answer. */
  raw<T>(path: string): Promise<T>;
}

export interface KubectlOptions {
  /** Its standard input. Default: none. */
  input?: string;
  /** Whether to return its output even if it fails. Default false. */
  partial?: boolean;
}

/** A list in kubectl's JSON output. */
export interface ObjectList<T> {
  items: T[];
}

/** Objects as a List, for kubectl's standard input. */
export const listText = (items: readonly object[]): string =>
  JSON.stringify({ apiVersion: "v1", kind: "List", items });

/** Returns the result of `kubectl get` for these arguments; undefined if nothing is found. */
export async function findObject<T>(kubectl: Kubectl, ...args: string[]): Promise<T | undefined> {
  const text = await kubectl.run(["get", ...args, "--ignore-not-found", "-o", "json"]);
  return text.trim() === "" ? undefined : (JSON.parse(text) as T);
}

/** Finds kubectl: the first on PATH, since any version is good enough here. */
export async function findKubectl(): Promise<string> {
  const [onPath] = executablesOnPath("kubectl", process.env.PATH ?? "");
  if (onPath !== undefined) return onPath;
  const path = (await ensureTools(["kubectl"])).kubectl?.path as string;
  // The program that an update runs also uses the kubectl on PATH.
  process.env.PATH = [process.env.PATH ?? "", dirname(path)].join(delimiter);
  return path;
}

export async function connect({ cluster }: Pick<Settings, "cluster">): Promise<Kubectl> {
  const program = await findKubectl();
  const access = [...accessOf(cluster), "--request-timeout=30s"];
  const run: Kubectl["run"] = async (args, { input, partial = false } = {}) => {
    try {
      const options = { ...standardInput(input), maxBuffer: 512 * 1024 * 1024 };
      return (await execa(program, [...access, ...args], options)).stdout;
    } catch (error) {
      const { stdout = "" } = error as { stdout?: string };
      if (partial && stdout !== "") return stdout;
      throw new ToolError(`kubectl ${args.slice(0, 2).join(" ")}: ${wordsOf(error)}`);
    }
  };
  return {
    run,
    json: async (args, options) => JSON.parse(await run([...args, "-o", "json"], options)),
    // With --raw, kubectl ignores a path in the server's address.
    raw: async (path) => JSON.parse(await run(["get", "--raw", `${serverPath({ cluster })}${path}`])),
  };
}
