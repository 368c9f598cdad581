/** How tests talk to a cluster and to the pods on it. */
import execa from "execa";
import { listText } from "../../cli/stack/kubectl";
import { NODE } from "../../dev/sandbox/images/node-root";
import type { OpenWorld } from "../../dev/sandbox/world";
import { until } from "../e2e/world";

/** A policy rejects or drops. */
export const DENIED = /^(ECONNREFUSED|timeout)$/;

/** Returns the functions for a cluster that is started before they are called. */
export function podsOf(open: () => OpenWorld, namespace: string) {
  const run = (args: readonly string[], options: execa.Options = {}) =>
    execa("kubectl", [...args], { env: open().environment as NodeJS.ProcessEnv, ...options });

  const kubectl = async (...args: string[]): Promise<string> => (await run(args)).stdout as string;

  const apply = (...items: object[]) => run(["apply", "-f", "-"], { input: listText(items) });

  const execution = (pod: string, script: string) => [
    ...["exec", "--stdin", "-n", namespace, pod, "--", NODE, "-e"],
    script,
  ];

  /** Runs JavaScript in a pod. */
  const inPod = (pod: string, script: string): Promise<string> => kubectl(...execution(pod, script));

  /** Returns the status of an HTTP request from a pod, or its error. */
  const request = (pod: string, url: string): Promise<string> =>
    inPod(
      pod,
      // Otherwise Node.js waits for a connection that is no longer needed.
      `fetch(${JSON.stringify(url)}, { signal: AbortSignal.timeout(3000) }).then((r) => console.log(r.status), (e) => console.log(e.name === "TimeoutError" ? "timeout" : e.cause?.code ?? e.message)).finally(() => process.exit())`,
    );

  /**
   * Sends 20 requests a second from a pod while `work` is done, each on a connection of its own. Returns how many were
   * answered, and the errors of the others.
   */
  async function underTraffic(
    pod: string,
    url: string,
    work: () => Promise<unknown>,
  ): Promise<{ answered: number; errors: string[] }> {
    const traffic = run(execution(pod, TRAFFIC.replace("URL", JSON.stringify(url))), { input: undefined });
    try {
      await work();
    } finally {
      traffic.stdin?.end();
    }
    return JSON.parse((await traffic).stdout as string);
  }

  return { kubectl, apply, inPod, request, underTraffic };
}

const TRAFFIC = `
const http = require("http");
const errors = [];
let [sent, answered] = [0, 0];
const send = () => {
  sent++;
  const failed = (text) => { errors.push(text); };
  const one = http.get(URL, { agent: false, timeout: 5000 }, (r) => {
    r.resume();
    r.on("end", () => (r.statusCode === 200 ? answered++ : failed(String(r.statusCode))));
  });
  one.on("timeout", () => one.destroy(new Error("timeout")));
  one.on("error", (e) => failed(e.code ?? e.message));
};
const timer = setInterval(send, 50);
process.stdin.on("end", () => {
  clearInterval(timer);
  const finish = () => answered + errors.length < sent ? setTimeout(finish, 20) : process.stdout.write(JSON.stringify({ answered, errors }));
  finish();
}).resume();
`;

/** Waits until the condition holds; one that throws does not hold yet. */
export const eventually = (what: string, seconds: number, condition: () => Promise<boolean>): Promise<void> =>
  until(what, () => condition().catch(() => false), seconds);
