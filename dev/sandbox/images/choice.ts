/** Decides for each image that a real node lacks whether the node pulls it, the sandbox builds it, or it is missing. */
import { own } from "../../../src/model/graph";
import { splitRepository } from "../../../src/model/image-formats";
import { partsOf } from "../../../src/plan/rules/image-rules";
import { recipeFor } from "./recipes";

/** Services of `examples/`, by the repository of their image. No registry has these images. */
export const EXAMPLES: Record<string, string> = { "docker.io/myregistry/order-service": "order-service" };

/** What the sandbox builds. */
export interface Buildable {
  /** Name of the image as containerd lists it. */
  image: string;
  tag: string;
  from: { example: string } | { recipe: string };
}

export interface Choice {
  build: Buildable[];
  /** Images that the node cannot pull and the sandbox cannot build. */
  missing: string[];
}

/** Returns the registries of the images that are not built from examples. */
export const registriesOf = (
  images: readonly string[],
  examples: Readonly<Record<string, string>>,
): string[] => [
  ...new Set(
    images.filter((image) => own(examples, partsOf(image).repository) === undefined).map(registryOf),
  ),
];

/** Decides about the images that the node does not have. `examples` are those with sources here, by repository. */
export function chooseImages(
  images: readonly string[],
  examples: Readonly<Record<string, string>>,
  unreachable: readonly string[],
): Choice {
  const choice: Choice = { build: [], missing: [] };
  for (const image of images) {
    const { repository, tag, digest } = partsOf(image);
    const buildable = tag !== undefined && digest === undefined;
    const example = own(examples, repository);
    const recipe = recipeFor(repository);
    if (buildable && example !== undefined) choice.build.push({ image, tag, from: { example } });
    else if (!unreachable.includes(registryOf(image))) continue;
    else if (buildable && recipe !== undefined) choice.build.push({ image, tag, from: { recipe } });
    else choice.missing.push(image);
  }
  return choice;
}

const registryOf = (image: string): string => splitRepository(image).registry;
