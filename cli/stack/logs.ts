/** The last lines of containers, without what nobody may read. */
import { compact } from "../../src/model/records";
import type { Reason } from "../core/explain/reason";
import type { Kubectl } from "./kubectl";
import { readSecrets } from "./secrets";

/** Lines that are shown. */
const LINES = 8;
/** A shorter value may be part of any word. */
const SHORTEST = 6;

/** The reasons with the last lines of the containers that they are about; of all that is said Secrets' values are masked. */
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

/** What the container has written last, or else what is known already. */
async function lastLines(
  kubectl: Kubectl,
  namespace: string,
  { logs, said }: Reason,
): Promise<readonly string[] | undefined> {
  if (!logs) return said;
  const args = ["logs", logs.pod, "-c", logs.container, "-n", namespace, `--tail=${LINES}`];
  // A node that is gone, or a container that has never run, has no lines.
  const text = await kubectl.run([...args, ...(logs.previous ? ["--previous"] : [])]).catch(() => "");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? said : lines;
}

export const withoutSecrets = (line: string, secrets: readonly string[]): string =>
  secrets.reduce((text, secret) => text.replaceAll(secret, "(masked)"), line);

/** Values of the namespace's Secrets, as they are and in base64, the longest first. */
async function secretValues(kubectl: Kubectl, namespace: string): Promise<string[]> {
  const secrets = await readSecrets(kubectl, namespace);
  const encoded = secrets.flatMap(({ data }) => Object.values(data ?? {}));
  return [...encoded, ...encoded.map((value) => Buffer.from(value, "base64").toString("utf8"))]
    .filter((value) => value.length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
}
