/** The last log lines of containers, with secret values masked. */
import { compact } from "../../src/model/records";
import type { Reason } from "../core/explain/reason";
import type { Kubectl } from "./kubectl";
import { readSecrets } from "./secrets";

/** How many lines are shown. */
const LINES = 8;
/** Shorter values are not masked, because they could be part of any word. */
const SHORTEST = 6;

/** What a kubelet answers in place of the logs of a container that is gone. */
const NO_LOGS = /^unable to retrieve container logs for /;

/** Adds the last log lines of their containers to reasons, and masks Secrets' values in all texts. */
export async function withLogs(
  kubectl: Kubectl,
  namespace: string,
  reasons: readonly Reason[],
): Promise<Reason[]> {
  if (reasons.length === 0) return [];
  const secrets = await secretValues(kubectl, namespace);
  const masked = (text: string) => withoutSecrets(text, secrets);
  return Promise.all(
    reasons.map(async (reason) => {
      const said = await lastLines(kubectl, namespace, reason);
      return compact({ ...reason, what: masked(reason.what), said: said?.map(masked) });
    }),
  );
}

/** What is already known, and the container's last log lines. The known lines about a crash are the same ones. */
async function lastLines(
  kubectl: Kubectl,
  namespace: string,
  { cause, logs, said = [] }: Reason,
): Promise<readonly string[] | undefined> {
  const known = said.length === 0 ? undefined : said;
  if (!logs) return known;
  const args = ["logs", logs.pod, "-c", logs.container, "-n", namespace, `--tail=${LINES}`];
  const linesOf = async (previous: boolean) => {
    // There are no logs if the node is gone or the container has never run.
    const text = await kubectl.run([...args, ...(previous ? ["--previous"] : [])]).catch(() => "");
    return text.split("\n").filter((line) => line.trim() !== "" && !NO_LOGS.test(line));
  };
  const first = await linesOf(logs.previous);
  const hasEnded = logs.previous || cause === "crash";
  // Between two starts, the container that ended may just have been removed, or be the other one.
  const lines = first.length > 0 || !hasEnded ? first : await linesOf(!logs.previous);
  if (lines.length === 0) return known;
  return cause === "crash" ? lines : [...said, ...lines];
}

export const withoutSecrets = (line: string, secrets: readonly string[]): string =>
  secrets.reduce((text, secret) => text.replaceAll(secret, "(masked)"), line);

/** The values of the namespace's Secrets, plain and in base64, longest first. */
export async function secretValues(kubectl: Kubectl, namespace: string): Promise<string[]> {
  const secrets = await readSecrets(kubectl, namespace);
  const encoded = secrets.flatMap(({ data }) => Object.values(data ?? {}));
  return [...encoded, ...encoded.map((value) => Buffer.from(value, "base64").toString("utf8"))]
    .filter((value) => value.length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
}
