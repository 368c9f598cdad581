/** Asks a cluster through kubectl: it knows every way to log in that a kubeconfig can name. */
import { delimiter, dirname } from "node:path";
import execa from "execa";
import type { Settings } from "../../src/config/schema";
import { accessOf } from "../../src/runtime/ask-cluster";
import { serverPath } from "../../src/runtime/preflight";
import { ToolError, wordsOf } from "../tools/failure";
import { ensureTools } from "../tools/toolchain/ensure";
import { executablesOnPath } from "../tools/toolchain/search-path";

export interface Kubectl {
  /** Standard output. @throws ToolError with kubectl's own words. */
  run(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** What `-o json` writes, parsed. */
  json<T>(args: readonly string[], options?: KubectlOptions): Promise<T>;
  /** What the API server answers at a path, parsed. */
  raw<T>(path: string): Promise<T>;
}

export interface KubectlOptions {
  /** What it reads from standard input. Default: nothing. */
  input?: string;
  /** Whether what it has written counts although it failed. Default false. */
  partial?: boolean;
}

/** A list as kubectl writes it. */
export interface ObjectList<T> {
  items: T[];
}

/** Objects as one text for kubectl's standard input. */
export const listText = (items: readonly object[]): string =>
  JSON.stringify({ apiVersion: "v1", kind: "List", items });

/** The answer of `kubectl get` for these arguments; undefined where there is nothing. */
export async function findObject<T>(kubectl: Kubectl, ...args: string[]): Promise<T | undefined> {
  const text = await kubectl.run(["get", ...args, "--ignore-not-found", "-o", "json"]);
  return text.trim() === "" ? undefined : (JSON.parse(text) as T);
}

/** Any version will do for what is asked here: the first on PATH is taken without asking which it is. */
async function findKubectl(): Promise<string> {
  const [onPath] = executablesOnPath("kubectl", process.env.PATH ?? "");
  if (onPath !== undefined) return onPath;
  const path = (await ensureTools(["kubectl"])).kubectl?.path as string;
  // For the program that an update runs: it asks the cluster with the kubectl on PATH.
  process.env.PATH = [process.env.PATH ?? "", dirname(path)].join(delimiter);
  return path;
}

export async function connect({ cluster }: Pick<Settings, "cluster">): Promise<Kubectl> {
  const program = await findKubectl();
  const access = [...accessOf(cluster), "--request-timeout=30s"];
  const run: Kubectl["run"] = async (args, { input = "", partial = false } = {}) => {
    try {
      const options = { input, maxBuffer: 512 * 1024 * 1024 };
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
    // With --raw kubectl forgets the path that the server's own address may have.
    raw: async (path) => JSON.parse(await run(["get", "--raw", `${serverPath({ cluster })}${path}`])),
  };
}
