/** Provides real nodes with the images that a stack needs and that they cannot pull. */
import { copyFileSync, existsSync, linkSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { say } from "../../../cli/terminal/progress";
import { ToolError } from "../../../cli/tools/failure";
import { fullName } from "../../../src/model/image-formats";
import { plural } from "../../../src/model/plural";
import { loadImages } from "../cluster/kind";
import type { World } from "../folders";
import { imagesFolder } from "../nodes/layout";
import { hasRealNodes, imagesOfNodes, importNewImages } from "../nodes/nodes";
import { buildArchive, isBuilt, removeOthers, standInOf } from "./archives";
import { type Buildable, chooseImages, EXAMPLES, registriesOf } from "./choice";
import { missingPrograms } from "./debian";
import { exampleFolder, hasExample } from "./example";
import { nodeAppBuild } from "./node-app";
import { RECIPES, type Recipe } from "./recipes";
import { unreachable } from "./registry";

/** The Debian packages of the programs that build images. */
const PACKAGES: Record<string, string> = { mmdebstrap: "mmdebstrap", mvn: "maven" };

/**
 * Builds what no registry has, and what this machine cannot reach. Nodes of kind pull the images that registries have.
 * @throws ToolError if a real node can neither pull an image nor get it from the sandbox.
 */
export async function provideImages(world: World, images: readonly string[]): Promise<void> {
  const isReal = hasRealNodes(world);
  const present = isReal ? await imagesOfNodes(world) : [];
  const folder = imagesFolder(world);
  // What the sandbox has built follows its source.
  const lacking = [...new Set(images.map(fullName))].filter(
    (image) => !present.includes(image) || isBuilt(image, folder),
  );
  const examples = Object.fromEntries(Object.entries(EXAMPLES).filter(([, name]) => hasExample(name)));
  const reasons = isReal ? await reasonsOf(registriesOf(lacking, examples)) : {};
  const { build, missing } = chooseImages(lacking, examples, Object.keys(reasons));
  const why = Object.entries(reasons)
    .map(([registry, reason]) => `${registry} cannot be reached (${reason})`)
    .join(", ");
  if (missing.length > 0) throw new ToolError(missingText(why, missing, folder));
  const recipes = build.flatMap(({ from }) => ("recipe" in from ? [RECIPES[from.recipe] as Recipe] : []));
  requirePrograms(why, recipes);
  if (recipes.length > 0)
    say(`${why}: building stand-ins for ${plural(recipes.length, "image")} from Debian packages`);
  await importArchives(world, build);
}

/** Returns why registries cannot be reached, for those that cannot. */
async function reasonsOf(registries: readonly string[]): Promise<Record<string, string>> {
  const answers = await Promise.all(
    registries.map(async (registry) => [registry, await unreachable(registry)] as const),
  );
  return Object.fromEntries(
    answers.flatMap(([registry, reason]) => (reason === undefined ? [] : [[registry, reason]])),
  );
}

const missingText = (why: string, missing: readonly string[], folder: string): string =>
  [
    `${why}, and these images are not on the nodes:`,
    ...missing.map((image) => `    ${image}`),
    `  Put archives of them (docker save) into ${folder}, or use simulated nodes: npx flotilla sandbox delete, then make demo`,
  ].join("\n");

function requirePrograms(why: string, recipes: readonly Recipe[]): void {
  const programs = [...new Set(recipes.flatMap((recipe) => missingPrograms(recipe)))];
  if (programs.length > 0)
    throw new ToolError(
      `${why}, and stand-ins for its images need ${programs.join(", ")}\n  On Debian and Ubuntu: apt-get install ${programs.map((name) => PACKAGES[name]).join(" ")}`,
    );
}

async function importArchives(world: World, builds: readonly Buildable[]): Promise<void> {
  const images = imagesFolder(world);
  mkdirSync(images, { recursive: true });
  for (const { image, tag, from } of builds) {
    const build =
      "example" in from
        ? await nodeAppBuild(exampleFolder(from.example), image)
        : standInOf(from.recipe, image, tag);
    linkArchive(await buildArchive(build), image, images);
  }
  await (hasRealNodes(world) ? importNewImages(world) : loadImages(world));
}

/** Shares the file with the cache if both are on the same file system. */
function linkArchive(archive: string, image: string, folder: string): void {
  const target = join(folder, basename(archive));
  if (existsSync(target)) return;
  try {
    linkSync(archive, target);
  } catch {
    copyFileSync(archive, target);
  }
  removeOthers(target, image);
}
