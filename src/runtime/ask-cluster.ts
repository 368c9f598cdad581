/** Sends single requests to the API server through kubectl, which logs in and uses proxies like the provider. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Settings } from "../config/schema";
import { expandHome, serverPath } from "./preflight";

/** Returns the flags that select the cluster of the settings. kubectl and helm use different names for the context flag. */
export const accessOf = (
  { kubeconfig, context }: Pick<Settings["cluster"], "kubeconfig" | "context">,
  contextFlag = "--context",
): string[] => [
  ...(kubeconfig === undefined ? [] : ["--kubeconfig", expandHome(kubeconfig)]),
  ...(context === undefined ? [] : [contextFlag, context]),
];

/** The API server's answer for a path. */
export type Answer =
  | { object: unknown }
  /** The object does not exist. */
  | { missing: true /** The server does not serve the kind of object either. */; unserved?: true }
  /** Why the object cannot be read. */
  | { unread: string };

/** Gets a path of the API server. @throws Error with kubectl's message if the API server does not answer. */
export type Ask = (path: string) => Promise<Answer>;

const run = promisify(execFile);

/** Sends requests with the kubectl on PATH. Without kubectl, every answer is `unread`. */
export const askWithKubectl =
  (cluster: Settings["cluster"]): Ask =>
  async (path) => {
    const args = [...accessOf(cluster), "--request-timeout=30s", "get", "--raw"];
    try {
      // With --raw, kubectl drops the path of the server's address.
      const { stdout } = await run("kubectl", [...args, `${serverPath({ cluster })}${path}`], {
        maxBuffer: 64 * 1024 * 1024,
      });
      return { object: JSON.parse(stdout) };
    } catch (error) {
      return answerOf(error as NodeJS.ErrnoException & { stderr?: string });
    }
  };

/** Converts a failure of kubectl to an answer. @throws Error with kubectl's message for other failures. */
export function answerOf(error: NodeJS.ErrnoException & { stderr?: string }): Answer {
  if (error.code === "ENOENT") return { unread: "kubectl is not on PATH" };
  const words = (error.stderr ?? error.message).trim();
  if (/\(NotFound\)/.test(words))
    return /could not find the requested resource/.test(words)
      ? { missing: true, unserved: true }
      : { missing: true };
  if (/\(Forbidden\)/.test(words)) return { unread: "no permission to read it" };
  throw new Error(words.split("\n").at(-1) || error.message);
}
