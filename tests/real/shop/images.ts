/** The images of the shop under names of the tests, so that nothing can come from a registry. */
import { copyFileSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { answersOk, kafka, postgres } from "../../../apps/stand-ins";
import { PROJECT } from "../../../cli/tools/paths";
import { type Build, buildArchive, removeOthers, standInOf } from "../../../dev/sandbox/images/archives";
import { exampleFolder } from "../../../dev/sandbox/images/example";
import { nodeAppBuild } from "../../../dev/sandbox/images/node-app";
import { recipeFor } from "../../../dev/sandbox/images/recipes";
import type { Image } from "../../../src/model/application";
import { fullName } from "../../../src/model/image-formats";
import { WAIT_IMAGE } from "../../../src/plan/images";
import { kindOf } from "../../../src/plan/stores/registry";

/** The registry of the tests, as the mirror of docker.io. It does not exist. */
export const REGISTRY = "flotilla.test";

const STORES = (["redis", "mysql", "rabbitmq"] as const).map((kind) => kindOf(kind).image);
const OFFICIAL: Image[] = [
  ...STORES,
  WAIT_IMAGE,
  ...[answersOk, postgres("db", "app"), kafka("kafka")].map(({ image }) => image),
];

const named = (image: string): string => fullName(image).replace(/^docker\.io\//, `${REGISTRY}/`);

const CLIENT = join(PROJECT, "tests", "real", "client");

/** The name of the image with the test's own programs. */
export const CLIENT_IMAGE = `${REGISTRY}/flotilla/client:1.0.0`;

async function builds(): Promise<Build[]> {
  const standIns = OFFICIAL.map(({ repository, tag }) => {
    const recipe = recipeFor(repository);
    if (recipe === undefined) throw new Error(`no recipe for ${repository}`);
    return standInOf(recipe, named(`${repository}:${tag}`), tag);
  });
  const own = ["1.0.0", "2.0.0"].map((tag) =>
    nodeAppBuild(exampleFolder("order-service"), named(`myregistry/order-service:${tag}`)),
  );
  return [...standIns, ...(await Promise.all([...own, nodeAppBuild(CLIENT, CLIENT_IMAGE)]))];
}

/** Builds the images that are not in the cache, and puts all into the folder of a sandbox. */
export async function putImages(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const build of await builds()) {
    const archive = await buildArchive(build);
    const target = join(folder, basename(archive));
    copyFileSync(archive, target);
    // Of a run that was killed.
    removeOthers(target, build.image);
  }
}
