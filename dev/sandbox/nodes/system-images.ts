/** Images on real nodes: those of the sandbox itself, and archives that the user provides. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import execa from "execa";
import { say } from "../../../cli/terminal/progress";
import { firstLine, ToolError } from "../../../cli/tools/failure";
import { inTemporaryFolder } from "../../../cli/tools/temporary";
import type { InstalledTool } from "../../../cli/tools/toolchain/ensure";
import { plural } from "../../../src/model/plural";
import type { World } from "../folders";
import { type ImageConfig, packImage } from "./image-archive";
import { dnsImage, INSIDE, imagesFolder, type NodeFiles, PAUSE_IMAGE } from "./layout";
import { programPath } from "./machine";
import { type Architecture, pauseProgram } from "./pause";
import { inSpace } from "./spaces";

/** A node whose containerd runs. */
export interface NodeRuntime {
  /** Its first process. */
  init: number;
  files: NodeFiles;
}

/** Runs containerd's command-line client in the node. */
export function ctr(init: number, ...args: string[]) {
  const [command, ...rest] = [
    ...inSpace(init, ["net", "mount"]),
    ...[programPath("ctr"), "--address", `${INSIDE}/containerd.sock`, "--namespace", "k8s.io", ...args],
  ];
  return execa(command as string, rest);
}

/** Returns the names of the images that the node has. */
export const imagesOf = async ({ init }: NodeRuntime): Promise<string[]> =>
  (await ctr(init, "images", "list", "--quiet")).stdout.split("\n");

/** Imports the images of the sandbox itself to the nodes that do not have them. */
export async function importSystemImages(
  nodes: readonly NodeRuntime[],
  coredns: InstalledTool,
): Promise<void> {
  const present = await Promise.all(nodes.map(imagesOf));
  const images: [string, ImageConfig, (folder: string) => void][] = [
    [
      PAUSE_IMAGE,
      { Entrypoint: ["/pause"], User: "65535:65535" },
      (folder) =>
        writeFileSync(join(folder, "pause"), pauseProgram(process.arch as Architecture), { mode: 0o755 }),
    ],
    [
      dnsImage(coredns.version),
      { Entrypoint: ["/coredns"] },
      (folder) => copyFileSync(coredns.path, join(folder, "coredns")),
    ],
  ];
  for (const [name, config, fill] of images) {
    const without = nodes.filter((_, index) => !present[index]?.includes(name));
    const [first] = without;
    if (first === undefined) continue;
    await inTemporaryFolder(first.files.folder, async (folder) => {
      const root = join(folder, "root");
      mkdirSync(root);
      fill(root);
      const archive = join(folder, "image.tar");
      await packImage(name, root, config, archive);
      await Promise.all(without.map(({ init }) => ctr(init, "images", "import", archive)));
    });
  }
}

/** What identifies an archive that was imported. */
export type Imported = Record<string, string>;

/** Returns the archives of the folder that are new or changed. */
export const archivesToImport = (found: Imported, imported: Imported): string[] =>
  Object.keys(found)
    .filter((file) => found[file] !== imported[file])
    .sort();

/** Returns the paths of the archives that are new or changed since the record, and the next record. */
export function imageArchives(images: string, record: string): { fresh: string[]; found: Imported } {
  const files = existsSync(images) ? readdirSync(images) : [];
  const found: Imported = Object.fromEntries(
    files
      .filter((file) => /\.(tar|tar\.gz|tgz)$/.test(file))
      .map((file) => {
        const { size, mtimeMs } = statSync(join(images, file));
        return [file, `${size} ${mtimeMs}`];
      }),
  );
  const known = existsSync(record) ? (JSON.parse(readFileSync(record, "utf8")) as Imported) : {};
  return { fresh: archivesToImport(found, known).map((file) => join(images, file)), found };
}

/**
 * Imports image archives (OCI or `docker save`) from the sandbox's folder of images to every node.
 * @throws ToolError for a file that is not an image archive.
 */
export async function importUserImages(world: World, nodes: readonly NodeRuntime[]): Promise<void> {
  const folder = imagesFolder(world);
  const imported = await Promise.all(nodes.map((node) => importArchives(node, folder)));
  const count = new Set(imported.flat()).size;
  if (count > 0) say(`imported ${plural(count, "image archive")} from ${folder}`);
}

/** Returns the archives that the node did not have. */
async function importArchives({ init, files: { imported } }: NodeRuntime, folder: string): Promise<string[]> {
  const { fresh, found } = imageArchives(folder, imported);
  for (const file of fresh)
    try {
      await ctr(init, "images", "import", file);
    } catch (error) {
      const reason = firstLine((error as { stderr?: string }).stderr ?? (error as Error).message);
      throw new ToolError(
        `${join(basename(dirname(folder)), basename(folder), basename(file))} cannot be imported: ${reason}\n  It must be an OCI or Docker image archive, for example from docker save.`,
      );
    }
  writeFileSync(imported, JSON.stringify(found));
  return fresh;
}
