/** Resolves the images of stores. */
import { type Distribution, LEGACY_PREFIX, type Settings } from "../../config/schema";
import type { Image, StoreKind } from "../../model/application";
import { own } from "../../model/graph";
import { compact } from "../../model/records";
import type { Charts } from "../chart";
import type { PlanContext } from "../context";
import { imageIn, mirrorOf } from "../images";
import type { Values } from "../plan";
import { shapeOf } from "./shape";
import type { StoreContext } from "./store";

/** User and group ID of the images, which own their files and data. */
export const IMAGE_USERS: Record<Distribution, number> = { bitnami: 1001, upstream: 999 };

type ImageContext = Pick<PlanContext, "settings" | "charts" | "stores">;

/** Returns the image of a store. For a Bitnami chart, the tag comes from the lock file. */
export function storeImage({ settings, charts, stores }: ImageContext, name: string): Image {
  const { kind } = shapeOf({ stores }, name);
  const { registry, repositoryPrefix } = settings.storeImages;
  const image =
    settings.distribution === "upstream"
      ? kind.image
      : { repository: `${registry}/${repositoryPrefix}/${kind.name}`, tag: imageTag(charts, kind.name) };
  return imageIn(settings, image, { digest: own(settings.stores, name)?.digest });
}

/** Returns the tag of a chart's main image. `chartProblems` checks that the chart is locked. */
const imageTag = (charts: Charts, kind: StoreKind): string => charts.remote[kind]?.imageTag as string;

/** Returns the values for an additional image of a Bitnami chart. The tag is the chart's default. */
export function bitnamiImage(settings: Settings, name: string): Values {
  const { registry, repositoryPrefix, digests = {} } = settings.storeImages;
  return compact({
    registry: mirrorOf(settings, registry),
    repository: `${repositoryPrefix}/${name}`,
    digest: own(digests, name),
  });
}

/** Returns the values for the main image of a Bitnami chart. */
export function bitnamiStoreImage(context: StoreContext): Values {
  const { settings, charts, store } = context;
  const { digest } = storeImage(context, context.name);
  return {
    ...bitnamiImage(settings, store.kind),
    tag: imageTag(charts, store.kind),
    ...compact({ digest }),
  };
}

/** Warns about images that no longer get updates. */
export function imageWarnings({ distribution, storeImages }: Settings): string[] {
  const isLegacy = storeImages.repositoryPrefix.split("/").includes(LEGACY_PREFIX);
  if (distribution !== "bitnami" || !isLegacy || storeImages.acceptNoUpdates !== undefined) return [];
  return [
    `the stores use Bitnami's images from ${storeImages.registry}/${storeImages.repositoryPrefix}, which no longer get updates, ` +
      "including security fixes. Set flotilla:storeImages to a mirror or the paid catalog, or flotilla:distribution to upstream for the official images, or say in flotilla:storeImages.acceptNoUpdates why this is acceptable",
  ];
}
