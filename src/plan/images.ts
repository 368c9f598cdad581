/** Where images are taken from: as the inventory says, unless the stack says otherwise, and from its mirrors. */
import type { Settings } from "../config/schema";
import type { Image } from "../model/application";
import { own } from "../model/graph";
import { compact } from "../model/records";

/** What a stack can say of an image. */
export interface ImageOverrides {
  repository?: string | undefined;
  tag?: string | undefined;
  digest?: string | undefined;
}

/** The registry that images come from which name none. */
const DOCKER_HUB = "docker.io";

/** What the shared chart waits with (its values.yaml, `waitImage`). */
export const WAIT_IMAGE: Image = { repository: "docker.io/library/busybox", tag: "1.37.0" };

/** An image as a stack has it. A digest belongs to its repository and tag: another one of those leaves it behind. */
export function imageIn(settings: Settings, image: Image, overrides: ImageOverrides = {}): Image {
  const { repository = image.repository, tag = image.tag } = overrides;
  const isSame = repository === image.repository && tag === image.tag;
  const digest = overrides.digest ?? (isSame ? image.digest : undefined);
  return compact({ repository: mirrored(settings, repository), tag, digest });
}

/** The image that waits, where it is not the chart's own. */
export function waitImageIn(settings: Settings): { waitImage?: Image } {
  const image = imageIn(settings, WAIT_IMAGE, settings.waitImage);
  const isChartsOwn =
    image.repository === WAIT_IMAGE.repository && image.tag === WAIT_IMAGE.tag && !image.digest;
  return isChartsOwn ? {} : { waitImage: image };
}

/** A repository, or the mirror of its registry. */
function mirrored(settings: Settings, repository: string): string {
  const { registry, path } = splitRepository(repository);
  const mirror = mirrorOf(settings, registry);
  return mirror === registry ? repository : `${mirror}/${path}`;
}

/** Where the images of a registry are pulled from. */
export const mirrorOf = ({ registryMirrors }: Settings, registry: string): string =>
  own(registryMirrors, registry) ?? registry;

/** As a pod names an image. */
export const imageReference = ({ repository, tag, digest }: Image): string =>
  digest ? `${repository}@${digest}` : `${repository}:${tag}`;

/** The registry of a repository and the path in it, as container runtimes read them. */
export function splitRepository(repository: string): { registry: string; path: string } {
  const [first = "", ...rest] = repository.split("/");
  if (rest.length > 0 && (/[.:]/.test(first) || first === "localhost"))
    return { registry: first, path: rest.join("/") };
  return { registry: DOCKER_HUB, path: rest.length === 0 ? `library/${first}` : repository };
}
