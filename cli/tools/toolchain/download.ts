/** Downloads an official release and keeps it only if its checksum matches the vendor's. */
import { createHash } from "node:crypto";
import { chmodSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import execa from "execa";
import { inTemporaryFolder } from "../temporary";
import type { Checksum, Platform, Tool } from "./specification";

/** How to get a URL; tests use a local server instead. */
export type Fetch = (url: string) => Promise<Response>;

/** Milliseconds within which a server must start to respond. */
const ANSWER_LIMIT = 15_000;

/** `fetch` that gives up on a server that does not respond. The body may take as long as it needs. */
const patientFetch: Fetch = async (url) => {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error(`no response within ${ANSWER_LIMIT / 1000} s`)),
    ANSWER_LIMIT,
  );
  try {
    return await fetch(url, { signal: controller.signal });
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Downloads the tool's executable to `target`.
 * @throws Error if the platform has no release, if it cannot be fetched, or if its checksum is wrong.
 */
export async function download(
  tool: Tool,
  platform: Platform,
  target: string,
  get: Fetch = patientFetch,
): Promise<void> {
  const url = tool.release.url(platform);
  if (url === undefined) throw new Error(`no release is published for ${platform.os}/${platform.arch}`);
  const name = url.slice(url.lastIndexOf("/") + 1);
  const expected = await checksumOf(tool.release.checksum, platform, name, get);
  const content = Buffer.from(await (await fetchOk(url, get)).arrayBuffer());
  const actual = createHash("sha256").update(content).digest("hex");
  if (actual !== expected)
    throw new Error(`${url} has SHA-256 ${actual}, but its vendor says ${expected}; it was not kept`);
  await inTemporaryFolder(dirname(target), async (folder) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    const executable = tool.release.member ? await unpack(file, tool.release.member(platform), folder) : file;
    chmodSync(executable, 0o755);
    renameSync(executable, target);
  });
}

async function unpack(archive: string, member: string, folder: string): Promise<string> {
  await execa("tar", ["-xzf", archive, "-C", folder, member]);
  return join(folder, member);
}

async function checksumOf(checksum: Checksum, platform: Platform, name: string, get: Fetch): Promise<string> {
  if (checksum.kind === "file")
    return parseChecksum(await (await fetchOk(checksum.url(platform), get)).text(), name);
  const { repository, tag } = checksum;
  const release = (await (
    await fetchOk(`https://api.github.com/repos/${repository}/releases/tags/${tag}`, get)
  ).json()) as { assets?: { name: string; digest?: string | null }[] };
  const digest = release.assets?.find((asset) => asset.name === name)?.digest;
  if (!digest?.startsWith("sha256:")) throw new Error(`${repository} ${tag} has no SHA-256 for ${name}`);
  return digest.slice("sha256:".length);
}

/** Parses a checksum file: the digest alone, or lines `<digest>  <name>`, where `*` or a path may precede the name. */
export function parseChecksum(text: string, name: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([digest]) => /^[0-9a-f]{64}$/i.test(digest ?? ""));
  const found =
    lines.find(([, file]) => file?.replace(/^\*/, "").split("/").at(-1) === name) ??
    (lines.length === 1 && lines[0]?.length === 1 ? lines[0] : undefined);
  if (!found?.[0]) throw new Error(`the vendor's checksum file does not name ${name}`);
  return found[0].toLowerCase();
}

async function fetchOk(url: string, get: Fetch): Promise<Response> {
  let response: Response;
  try {
    response = await get(url);
  } catch (error) {
    const cause = (error as { cause?: { code?: string; message?: string } }).cause;
    throw new Error(
      `cannot reach ${new URL(url).host}: ${cause?.code ?? cause?.message ?? (error as Error).message}`,
    );
  }
  if (!response.ok) throw new Error(`${url} returned ${response.status} ${response.statusText}`);
  return response;
}
