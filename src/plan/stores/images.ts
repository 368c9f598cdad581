/** Where stores' images come from: one place for all of them. */
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

/** The user and group of the images: their files and all data belong to it. */
export const IMAGE_USERS: Record<Distribution, number> = { bitnami: 1001, upstream: 999 };

type ImageContext = Pick<PlanContext, "settings" | "charts" | "stores">;

/** The image of a store; the tag of Bitnami's is the one of the locked chart. */
export function storeImage({ settings, charts, stores }: ImageContext, name: string): Image {
  const { kind } = shapeOf({ stores }, name);
  const { registry, repositoryPrefix } = settings.storeImages;
  const image =
    settings.distribution === "upstream"
      ? kind.image
      : { repository: `${registry}/${repositoryPrefix}/${kind.name}`, tag: imageTag(charts, kind.name) };
  return imageIn(settings, image, { digest: own(settings.stores, name)?.digest });
}

/** Every kind that is used is locked: `chartProblems` has looked. */
const imageTag = (charts: Charts, kind: StoreKind): string => charts.remote[kind]?.imageTag as string;

/** An image of a Bitnami chart, as its values want it; it keeps the chart's own tag. */
export function bitnamiImage(settings: Settings, name: string): Values {
  const { registry, repositoryPrefix, digests = {} } = settings.storeImages;
  return compact({
    registry: mirrorOf(settings, registry),
    repository: `${repositoryPrefix}/${name}`,
    digest: own(digests, name),
  });
}

/** The main image of a Bitnami chart. */
export function bitnamiStoreImage(context: StoreContext): Values {
  const { settings, charts, store } = context;
  const { digest } = storeImage(context, context.name);
  return {
    ...bitnamiImage(settings, store.kind),
    tag: imageTag(charts, store.kind),
    ...compact({ digest }),
  };
}

/** What to know about the images; nothing where there is nothing to know. */
export function imageWarnings({ distribution, storeImages }: Settings): string[] {
  const isLegacy = storeImages.repositoryPrefix.split("/").includes(LEGACY_PREFIX);
  if (distribution !== "bitnami" || !isLegacy || storeImages.acceptNoUpdates !== undefined) return [];
  return [
    `the stores run Bitnami's images of ${storeImages.registry}/${storeImages.repositoryPrefix}, which get no updates any more, ` +
      "security fixes included: for a mirror or the paid catalogue set flotilla:storeImages, for the official images flotilla:distribution to upstream; or say in flotilla:storeImages.acceptNoUpdates why they will do",
  ];
}
