/** Asks the API server one question through kubectl, which logs in and follows proxies as the provider does. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Settings } from "../config/schema";
import { expandHome, serverPath } from "./preflight";

/** Flags that lead kubectl, or helm with another name for the context, to the cluster that the settings name. */
export const accessOf = (
  { kubeconfig, context }: Pick<Settings["cluster"], "kubeconfig" | "context">,
  contextFlag = "--context",
): string[] => [
  ...(kubeconfig === undefined ? [] : ["--kubeconfig", expandHome(kubeconfig)]),
  ...(context === undefined ? [] : [contextFlag, context]),
];

/** What the API server answered at a path. */
export type Answer =
  | { object: unknown }
  /** There is no such object. */
  | { missing: true /** Not even the kind: no such API is served there. */; unserved?: true }
  /** It cannot be read, and why. */
  | { unread: string };

/** Asks at a path of the API server. @throws Error with kubectl's words when the API server does not answer as one. */
export type Ask = (path: string) => Promise<Answer>;

const run = promisify(execFile);

/** Asks with the kubectl on PATH; without one nothing can be read. */
export const askWithKubectl =
  (cluster: Settings["cluster"]): Ask =>
  async (path) => {
    const args = [...accessOf(cluster), "--request-timeout=30s", "get", "--raw"];
    try {
      // With --raw kubectl forgets the path that the server's own address may have.
      const { stdout } = await run("kubectl", [...args, `${serverPath({ cluster })}${path}`], {
        maxBuffer: 64 * 1024 * 1024,
      });
      return { object: JSON.parse(stdout) };
    } catch (error) {
      return answerOf(error as NodeJS.ErrnoException & { stderr?: string });
    }
  };

/** What a failure of kubectl says. @throws the failure where it says nothing of the object. */
export function answerOf(error: NodeJS.ErrnoException & { stderr?: string }): Answer {
  if (error.code === "ENOENT") return { unread: "kubectl is not on PATH" };
  const words = (error.stderr ?? error.message).trim();
  if (/\(NotFound\)/.test(words))
    return /could not find the requested resource/.test(words)
      ? { missing: true, unserved: true }
      : { missing: true };
  if (/\(Forbidden\)/.test(words)) return { unread: "no right to read it" };
  throw new Error(words.split("\n").at(-1) || error.message);
}
