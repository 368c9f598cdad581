/** The Pulumi backend, which stores the state of stacks. */
import { homedir } from "node:os";
import { delimiter, resolve } from "node:path";
import { PROJECT } from "../tools/paths";
import { pulumiQuietly } from "./engine";

export type Backend =
  | { kind: "cloud" }
  | { kind: "file"; folder: string }
  /** A bucket, which cannot be read without the cloud's own tools. */
  | { kind: "bucket"; url: string };

let known: Promise<Backend> | undefined;

/** Asks pulumi once and remembers the answer. */
export const readBackend = (): Promise<Backend> => {
  known ??= ask();
  return known;
};

async function ask(): Promise<Backend> {
  const { url } = JSON.parse(await pulumiQuietly(["whoami", "--json"])) as { url: string };
  if (/^https?:/.test(url)) return { kind: "cloud" };
  return url.startsWith("file:") ? { kind: "file", folder: folderOf(url) } : { kind: "bucket", url };
}

/** Resolves `file://~/x`, `file://./x` and `file:///x` like pulumi does. */
export const folderOf = (url: string): string =>
  resolve(
    PROJECT,
    url
      .replace(/^file:\/\//, "")
      .replace(/\?.*$/, "")
      .replace(/^~(?=\/|$)/, homedir()),
  );

/** Variables with file paths, which may be relative to the user's working directory. */
const FILES = ["PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_HOME"];

/** The environment that pulumi needs to find the same state, keys and cluster from another folder. */
export async function environmentElsewhere(environment = process.env): Promise<Record<string, string>> {
  const backend = await readBackend();
  const files = FILES.flatMap((name) =>
    environment[name] ? [[name, resolve(environment[name])] as const] : [],
  );
  const kubeconfigs = (environment.KUBECONFIG ?? "")
    .split(delimiter)
    .filter((path) => path !== "")
    .map((path) => resolve(path));
  return {
    ...(backend.kind === "file" ? { PULUMI_BACKEND_URL: `file://${backend.folder}` } : {}),
    ...Object.fromEntries(files),
    ...(kubeconfigs.length > 0 ? { KUBECONFIG: kubeconfigs.join(delimiter) } : {}),
  };
}
