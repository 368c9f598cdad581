/** Where the state of stacks is kept. */
import { homedir } from "node:os";
import { resolve } from "node:path";
import { PROJECT } from "../tools/paths";
import { pulumiQuietly } from "./engine";

export type Backend =
  | { kind: "cloud" }
  | { kind: "file"; folder: string }
  /** A bucket, which nothing reads without its own tools. */
  | { kind: "bucket"; url: string };

export async function readBackend(): Promise<Backend> {
  const { url } = JSON.parse(await pulumiQuietly(["whoami", "--json"])) as { url: string };
  if (/^https?:/.test(url)) return { kind: "cloud" };
  return url.startsWith("file:") ? { kind: "file", folder: folderOf(url) } : { kind: "bucket", url };
}

/** `file://~/x`, `file://./x` and `file:///x`, as pulumi takes them. */
export const folderOf = (url: string): string =>
  resolve(
    PROJECT,
    url
      .replace(/^file:\/\//, "")
      .replace(/\?.*$/, "")
      .replace(/^~(?=\/|$)/, homedir()),
  );
