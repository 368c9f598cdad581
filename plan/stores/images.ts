/** Where stores' images come from: one place for all of them. */
import { LEGACY_PREFIX, type Settings } from "../../config/schema";
import type { Image, StoreKind } from "../../model/application";
import type { Charts } from "../chart";
import type { Values } from "../plan";

/** The official images of the same versions. */
const UPSTREAM: Record<StoreKind, Image> = {
  mongodb: { repository: "docker.io/library/mongo", tag: "8.0.13" },
  mysql: { repository: "docker.io/library/mysql", tag: "9.4.0" },
  redis: { repository: "docker.io/library/redis", tag: "8.2.1" },
  rabbitmq: { repository: "docker.io/library/rabbitmq", tag: "4.1.3-management" },
};

/** The image of a store; the tag of Bitnami's is the one of the locked chart. */
export function storeImage(settings: Settings, charts: Charts, kind: StoreKind): Image {
  if (settings.distribution === "upstream") return UPSTREAM[kind];
  const { registry, repositoryPrefix } = settings.storeImages;
  return { repository: `${registry}/${repositoryPrefix}/${kind}`, tag: imageTag(charts, kind) };
}

/** Every kind that is used is locked: `chartProblems` has looked. */
const imageTag = (charts: Charts, kind: StoreKind): string => charts.remote[kind]?.imageTag as string;

/** An image of a Bitnami chart, as its values want it; it keeps the chart's own tag. */
export const bitnamiImage = ({ storeImages }: Settings, name: string): Values => ({
  registry: storeImages.registry,
  repository: `${storeImages.repositoryPrefix}/${name}`,
});

/** The main image of a Bitnami chart. */
export const bitnamiStoreImage = (settings: Settings, charts: Charts, kind: StoreKind): Values => ({
  ...bitnamiImage(settings, kind),
  tag: imageTag(charts, kind),
});

/** What to know about the images; nothing where there is nothing to know. */
export function imageWarnings({ distribution, storeImages }: Settings): string[] {
  if (distribution !== "bitnami" || !storeImages.repositoryPrefix.split("/").includes(LEGACY_PREFIX))
    return [];
  return [
    `the stores run Bitnami's images of ${storeImages.registry}/${storeImages.repositoryPrefix}, which get no updates any more, ` +
      "security fixes included: for a mirror or the paid catalogue set flotilla:storeImages, for the official images flotilla:distribution to upstream",
  ];
}
