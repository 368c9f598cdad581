/** Resolves images of the inventory with the overrides and registry mirrors of the stack. */
import type { Settings } from "../config/schema";
import type { Image } from "../model/application";
import { own } from "../model/graph";
import { splitRepository } from "../model/image-formats";
import { compact } from "../model/records";

/** The settings of a stack for an image. */
export interface ImageOverrides {
  repository?: string | undefined;
  tag?: string | undefined;
  digest?: string | undefined;
}

/** The image of the shared chart's init container that waits for stores (`waitImage` in values.yaml). */
export const WAIT_IMAGE: Image = { repository: "docker.io/library/busybox", tag: "1.37.0" };

/** Returns an image with the stack's overrides. Another repository or tag drops the inventory's digest. */
export function imageIn(settings: Settings, image: Image, overrides: ImageOverrides = {}): Image {
  const { repository = image.repository, tag = image.tag } = overrides;
  const isSame = repository === image.repository && tag === image.tag;
  const digest = overrides.digest ?? (isSame ? image.digest : undefined);
  return compact({ repository: mirrored(settings, repository), tag, digest });
}

/** Returns the values for the wait image. Empty if it is the chart's default. */
export function waitImageIn(settings: Settings): { waitImage?: Image } {
  const image = imageIn(settings, WAIT_IMAGE, settings.waitImage);
  const isChartsOwn =
    image.repository === WAIT_IMAGE.repository && image.tag === WAIT_IMAGE.tag && !image.digest;
  return isChartsOwn ? {} : { waitImage: image };
}

/** Returns a repository on the mirror of its registry, if there is one. */
function mirrored(settings: Settings, repository: string): string {
  const { registry, path } = splitRepository(repository);
  const mirror = mirrorOf(settings, registry);
  return mirror === registry ? repository : `${mirror}/${path}`;
}

/** Returns the mirror of a registry, or the registry itself. */
export const mirrorOf = ({ registryMirrors }: Settings, registry: string): string =>
  own(registryMirrors, registry) ?? registry;

/** Returns an image as pods reference it. */
export const imageReference = ({ repository, tag, digest }: Image): string =>
  digest ? `${repository}@${digest}` : `${repository}:${tag}`;
