/** Packs a folder as a container image: an OCI archive with one layer, without a registry or a daemon. */
import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import execa from "execa";
import { inTemporaryFolder } from "../../../cli/tools/temporary";

export interface ImageConfig {
  Entrypoint?: string[];
  Cmd?: string[];
  Env?: string[];
  User?: string;
  WorkingDir?: string;
}

const REPRODUCIBLE = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];

/** Writes the archive of the image `name` (with its tag), with the content of `folder`. */
export async function packImage(
  name: string,
  folder: string,
  config: ImageConfig,
  target: string,
): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  await inTemporaryFolder(dirname(target), async (temporary) => {
    const layout = join(temporary, "layout");
    const blobs = join(layout, "blobs", "sha256");
    mkdirSync(blobs, { recursive: true });
    const layerFile = join(temporary, "layer.tar");
    await execa("tar", [...REPRODUCIBLE, "-C", folder, "-cf", layerFile, "."]);
    const layer = { digest: await digestOf(layerFile), size: statSync(layerFile).size };
    renameSync(layerFile, join(blobs, layer.digest.slice("sha256:".length)));
    const { config: image, manifest, index } = imageDocuments(name, layer, config, process.arch);
    for (const document of [image, manifest])
      writeFileSync(join(blobs, sha256(document).slice("sha256:".length)), document);
    writeFileSync(join(layout, "index.json"), index);
    writeFileSync(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
    const archive = join(temporary, "image.tar");
    await execa("tar", [...REPRODUCIBLE, "-C", layout, "-cf", archive, "."]);
    renameSync(archive, target);
  });
}

/** Returns the JSON documents of an image with one uncompressed layer. */
export function imageDocuments(
  name: string,
  layer: { digest: string; size: number },
  config: ImageConfig,
  architecture: string,
): { config: string; manifest: string; index: string } {
  const image = JSON.stringify({
    architecture: architecture === "x64" ? "amd64" : architecture,
    os: "linux",
    config,
    rootfs: { type: "layers", diff_ids: [layer.digest] },
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: sha256(image),
      size: Buffer.byteLength(image),
    },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...layer }],
  });
  const index = JSON.stringify({
    schemaVersion: 2,
    manifests: [
      {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        digest: sha256(manifest),
        size: Buffer.byteLength(manifest),
        annotations: { "io.containerd.image.name": name, "org.opencontainers.image.ref.name": name },
      },
    ],
  });
  return { config: image, manifest, index };
}

const sha256 = (content: string): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest("hex")}`;
}
