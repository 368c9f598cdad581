/** Image archives in the cache. An archive with the same content is built once. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { step } from "../../../cli/terminal/progress";
import { cacheFolder } from "../../../cli/tools/paths";
import { inTemporaryFolder } from "../../../cli/tools/temporary";
import { dataDigest } from "../../../src/plan/digest";
import { type ImageConfig, packImage } from "../nodes/image-archive";
import { ENTRYPOINT, entrypointOf, unpackRecipe } from "./debian";
import { RECIPES, type Recipe } from "./recipes";

/** An image to build. */
export interface Build {
  /** Name of the image with registry and tag. */
  image: string;
  /** What it is built from. A different identity gives a different archive. */
  identity: unknown;
  config: ImageConfig;
  /** Writes its file system into a new folder. */
  fill(root: string): Promise<void>;
}

const cache = (): string => join(cacheFolder(), "images");

/** Returns the archive of an image; builds it unless it is in the cache. */
export async function buildArchive({ image, identity, config, fill }: Build): Promise<string> {
  const digest = dataDigest([image, identity, config, process.arch]);
  const archive = join(cache(), `${prefixOf(image)}${digest}.tar`);
  if (existsSync(archive)) return archive;
  mkdirSync(cache(), { recursive: true });
  await inTemporaryFolder(cache(), (folder) =>
    step(`building the image ${image}`, async () => {
      const root = join(folder, "root");
      await fill(root);
      await packImage(image, root, config, archive);
    }),
  );
  removeOthers(archive, image);
  return archive;
}

/** What the names of an image's archives begin with. */
const prefixOf = (image: string): string => `flotilla-${image.replace(/[^\w.-]+/g, "_")}-`;

/** Whether a folder has an archive of an image that was built here. */
export const isBuilt = (image: string, folder: string): boolean =>
  existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(prefixOf(image)));

/** Removes the archives of the same image with another content from the folder of this one. */
export function removeOthers(archive: string, image: string): void {
  for (const name of readdirSync(dirname(archive)))
    if (name.startsWith(prefixOf(image)) && name !== basename(archive)) rmSync(join(dirname(archive), name));
}

/** Returns how to build a stand-in of an official image with the given name and tag. */
export function standInOf(recipe: string, image: string, tag: string): Build {
  const definition = RECIPES[recipe] as Recipe;
  const { hasEntrypoint, config } = definition;
  return {
    image,
    identity: [definition, tag, hasEntrypoint ? readFileSync(entrypointOf(recipe), "utf8") : ""],
    config: { ...(hasEntrypoint ? { Entrypoint: [ENTRYPOINT] } : {}), ...config },
    fill: (root) => unpackRecipe(recipe, definition, tag, root),
  };
}
